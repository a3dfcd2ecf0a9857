"""A second opinion on what was said: a network that knows the words of one pack.

Trained by `voiceagent pack train` on synthetic voices, it shares nothing with the
recogniser: neither features nor model nor grammar. It gives the likelihood of any
sentence of its words, so that the sentences that a recogniser hesitates between can be
told apart, and an unlikely one be doubted. Plain numpy; the embedding is most of it.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voiceagent.engines.ctc import best_path, sentence_scores
from voiceagent.engines.speech_embedding import SpeechEmbedding
from voiceagent.engines.word_network import forward, shapes
from voiceagent.errors import ModelError, ModelMissing, StoreError
from voiceagent.words import spoken

__all__ = ["VERSION", "WordHead", "digest", "save_head"]

VERSION = 1
"""Of the file's layout; another one is refused."""
TRAIN = "run `voiceagent pack train` for the pack"
MOST_BYTES = 32 << 20
"""Of a file; real ones have 1 to 2 MB."""

Floats = NDArray[np.float32]
Samples = NDArray[np.int16]


class WordHead:
    """Says how well sentences of a pack fit to a sound."""

    def __init__(self, file: Path, *, vocabulary: Iterable[str] | None = None) -> None:
        """`vocabulary`: words that it must have been trained for, in any order.

        Raises `ModelMissing`, `ModelError`, `EngineMissing` or `EngineFailed`.
        """
        arrays = read_arrays(file)
        self.words = tuple(str(word) for word in arrays.pop("words"))
        """In the order of the columns."""
        self._weights = _checked(arrays, len(self.words), file)
        if vocabulary is not None:
            _must_know(self.words, {spoken(word) for word in vocabulary}, file)
        self._places = {word: place for place, word in enumerate(self.words)}
        self._embed = SpeechEmbedding()

    def embed(self, samples: Samples) -> Floats:
        """Embeddings [frames, 96] of audio at 16 kHz, one every 40 ms."""
        return self._embed(samples)

    def log_probabilities(self, samples: Samples) -> Floats:
        """Natural logarithms [frames, words + 1]; the last column: nothing new."""
        embedded = self.embed(samples)
        if not len(embedded):
            return np.zeros((0, len(self.words) + 1), np.float32)
        found: Floats = forward(self._weights, embedded[None], np)[0]
        return found

    def score(self, log_probabilities: Floats, words: Sequence[str]) -> float | None:
        """Log likelihood of a sentence; None if one of its words is unknown."""
        return self.scores(log_probabilities, [words])[0]

    def scores(
        self, log_probabilities: Floats, sentences: Sequence[Sequence[str]]
    ) -> list[float | None]:
        """The same for many sentences at once, in a fifth of the time."""
        columns = [self._columns(words) for words in sentences]
        known = [found for found in columns if found is not None]
        values = iter(sentence_scores(log_probabilities, known))
        return [None if found is None else float(next(values)) for found in columns]

    def greedy(self, log_probabilities: Floats) -> tuple[str, ...]:
        """The words along the likeliest path, whether they are a sentence or not."""
        return tuple(self.words[column] for column in best_path(log_probabilities))

    def _columns(self, words: Sequence[str]) -> list[int] | None:
        parts = spoken(" ".join(words)).split()
        columns = [self._places.get(part) for part in parts]
        known = [column for column in columns if column is not None]
        return known if len(known) == len(parts) else None


def digest(words: Sequence[str]) -> str:
    """What tells one vocabulary from another."""
    return hashlib.sha256("\n".join(sorted(words)).encode()).hexdigest()


def save_head(file: Path, words: Sequence[str], weights: Mapping[str, Floats]) -> None:
    """Write the weights (as float16) and words; raises `StoreError`.

    Written beside it first and then renamed: nobody reads half a head.
    """
    half = {name: values.astype(np.float16) for name, values in weights.items()}
    beside = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            np.savez(
                stream,
                allow_pickle=False,
                version=np.array(VERSION),
                words=np.array(list(words)),
                sha256=np.array(digest(words)),
                **half,
            )
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StoreError(
            f"`{file}` cannot be written",
            cause=error.strerror or str(error),
            hint="give a file name in a folder that you may write to",
        ) from error


def read_arrays(file: Path) -> dict[str, NDArray[np.generic]]:
    """What is in a file that says it is a head of this version, words included."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _broken(file, f"it is larger than {MOST_BYTES >> 20} MiB")
        # From memory: of a broken file numpy would leave the handle open.
        stored = np.load(io.BytesIO(file.read_bytes()), allow_pickle=False)
        arrays = {name: stored[name] for name in stored.files}
    except FileNotFoundError as error:
        raise ModelMissing(f"there is no word head `{file}`", hint=TRAIN) from error
    except (OSError, ValueError, EOFError, KeyError, AttributeError) as error:
        raise _broken(file, str(error)) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _broken(file, str(error)) from error
    version, sha = arrays.pop("version", None), arrays.pop("sha256", None)
    if version is None or version.ndim or version != VERSION:
        raise _broken(file, f"its layout is {version}, not {VERSION}")
    words = arrays.get("words")
    if words is None or words.ndim != 1 or words.dtype.kind != "U":
        raise _broken(file, "it has no list of words")
    if sha is None or str(sha) != digest([str(word) for word in words]):
        raise _broken(file, "its words are not those that it was written with")
    return arrays


def _checked(
    arrays: Mapping[str, NDArray[np.generic]], words: int, file: Path
) -> dict[str, Floats]:
    wanted = shapes(words)
    for name, shape in wanted.items():
        values = arrays.get(name)
        if values is None or values.shape != shape or values.dtype.kind != "f":
            raise _broken(file, f"its weights `{name}` are missing or misshapen")
    weights = {name: arrays[name].astype(np.float32) for name in wanted}
    if not all(np.isfinite(values).all() for values in weights.values()):
        raise _broken(file, "its weights are not all numbers")
    return weights


def _must_know(words: Sequence[str], wanted: set[str], file: Path) -> None:
    parts = {part for text in wanted for part in text.split()}
    if parts != set(words):
        other = sorted(parts ^ set(words))
        raise ModelError(
            f"word head `{file.name}` was trained for other words",
            cause=f"{len(other)} differ, such as `{other[0]}`",
            hint=TRAIN,
        )


def _broken(file: Path, cause: str) -> ModelError:
    return ModelError(
        f"word head `{file.name}` cannot be used", cause=cause[:200], hint=TRAIN
    )
