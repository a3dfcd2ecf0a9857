"""Moonshine: a small neural recogniser of any words, on the device.

Its "tiny" English model (27 M parameters, MIT) comes inside the `moonshine-voice`
wheel. It is run by onnxruntime directly, because two things are wanted of it that its
own library does not give: how likely a given sentence is, and the likeliest sentence of
a grammar. It shares nothing with PocketSphinx, so that where the two agree they are
nearly always right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.arrays import Floats, Samples
from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.moonshine.beam import Beam, Sentence, Walk
from voiceagent.engines.stt.moonshine.presence import (
    INSTALL,
    moonshine_folder,
    wanted,
)
from voiceagent.engines.stt.moonshine.spelling import Speller, Writing
from voiceagent.engines.stt.moonshine.subwords import BEGIN, END, Subwords
from voiceagent.errors import EngineFailed, EngineMissing, ModelError
from voiceagent.stt.grammar import Grammar

__all__ = [
    "Moonshine",
    "Sentence",
    "Sound",
    "open_moonshine",
]

PIECES_A_SECOND = 6.5
"""More than anybody says; a model that writes on and on is stopped there."""
SHORTEST = RATE // 10
"""Samples below which the encoder has nothing to work on."""
PEAK = 0.5
"""Level that speech is brought to, of full scale."""
BEAM = 8
"""Sentences followed side by side."""
NEAR = 12.0
"""Log likelihood below the best from which one is not followed."""
NOTHING = "You"
"""Written for most noises (two thirds of 80 tried) and for silence, without the full
stop that what people say gets: nothing was said."""
HEARD = ".encoder."
"""In the names of what the decoder keeps of the sound, not of the words."""

Past = dict[str, Floats]
"""What the decoder keeps of the pieces so far, by name."""


@dataclass(frozen=True, slots=True)
class MoonshineTranscript:
    """What was said, in any words."""

    text: str
    """As the model writes it, with capitals and full stops."""
    score: float
    """Natural logarithm of its likelihood."""
    pieces: int
    words: tuple[str, ...] = ()
    """The same as words of the grammar it was held against, if it is a sentence of it,
    the opening among them."""
    lead: float = 0.0
    """Then by how much it leads all other words of the grammar, at least."""
    worst: float = 0.0
    """Natural logarithm of the likelihood of its least likely piece of a word."""
    sure: tuple[float, ...] = ()
    """How likely each of the words of `text` was, behind those before it, 0..1."""


def open_moonshine(
    second: str, spellings: Mapping[str, Sequence[str]] | None = None
) -> Moonshine | None:
    """The model, where it is `wanted`."""
    return Moonshine(spellings=spellings) if wanted(second) else None


class Moonshine:
    """The model, ready to listen; not re-entrant."""

    name = "moonshine"

    def __init__(
        self,
        folder: Path | None = None,
        *,
        threads: int = 1,
        spellings: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`folder`: with encoder, decoder and vocabulary; the wheel's by default;
        `spellings`: how it writes words that it does not know.

        Raises `EngineMissing`, `ModelMissing` or `ModelError`.
        """
        found = folder or moonshine_folder()
        if found is None:
            raise EngineMissing("moonshine-voice", install=INSTALL)
        self.pieces = Subwords(found / "tokenizer.bin", install=INSTALL)
        self.writing = Writing(self.pieces, spellings)
        self._encoder = _session(found / "encoder_model.ort", threads)
        self._decoder = _session(found / "decoder_model_merged.ort", threads)
        inputs = self._decoder.get_inputs()
        self._kept = [one.name for one in inputs if one.name.startswith("past_")]
        given = [one.name for one in self._decoder.get_outputs()][1:]
        self._kept_as = [name.replace("present", "past_key_values") for name in given]
        if not self._kept or sorted(self._kept_as) != sorted(self._kept):
            raise _broken(found, "its parts do not belong together")
        self._heads = _heads(inputs)

    def listen(self, samples: Samples) -> Sound | None:
        """Speech at 16 kHz made ready to be asked about; None where it is too short."""
        if len(samples) < SHORTEST:
            return None
        wave = samples.astype(np.float32)
        peak = float(np.abs(wave).max())
        wave *= PEAK / max(peak, 1.0)
        mask = np.ones((1, len(wave)), np.int64)
        hidden = self._run(
            self._encoder, {"input_values": wave[None], "attention_mask": mask}
        )[0]
        return Sound(self, hidden, len(wave))

    def speller(self, grammar: Grammar, *, unfinished: bool = False) -> Speller:
        """What the sentences of a grammar are written like; to be kept."""
        return Speller(grammar, self.writing, unfinished=unfinished)

    def step(
        self,
        hidden: Floats,
        mask: NDArray[np.int64],
        pieces: NDArray[np.int64],
        past: Past | None,
    ) -> tuple[Floats, Past]:
        """Logits [sentences, pieces given, pieces in all] after `pieces` [sentences,
        pieces given], and what is to be given with the next."""
        count = len(pieces)
        values: dict[str, Any] = dict(past or self._nothing(count, hidden.shape[1]))
        values["input_ids"] = pieces
        values["encoder_hidden_states"] = np.repeat(hidden, count, axis=0)
        values["encoder_attention_mask"] = np.repeat(mask, count, axis=0)
        values["use_cache_branch"] = np.array([past is not None])
        logits, *given = self._run(self._decoder, values)
        fresh = dict(zip(self._kept_as, given, strict=True))
        if past is not None:  # what was heard stays as it was
            fresh |= {name: past[name] for name in fresh if HEARD in name}
        return logits, fresh

    def _nothing(self, count: int, length: int) -> dict[str, Floats]:
        heads, size = self._heads
        return {
            name: np.zeros((count, heads, length * (HEARD in name), size), np.float32)
            for name in self._kept
        }

    @staticmethod
    def _run(session: Any, values: dict[str, Any]) -> list[Any]:
        try:
            return list(session.run(None, values))
        except Exception as error:  # onnxruntime has a class for each code, no base
            raise EngineFailed(
                "moonshine could not work on what it was given",
                cause=str(error)[:200],
                hint=f"run `{INSTALL}`",
            ) from error


class Sound:
    """One utterance as the model hears it."""

    def __init__(self, model: Moonshine, hidden: Floats, samples: int) -> None:
        self._model, self._hidden = model, hidden
        self._mask = np.ones((1, samples), np.int64)
        self._most = int(samples / RATE * PIECES_A_SECOND) + 4

    def written(self, speller: Speller | None = None) -> MoonshineTranscript:
        """What was said, whatever it is, and whether it is a sentence of a grammar."""
        found = self.after("", speller)
        assert found is not None, "only an opening can be missing"
        return found

    def after(
        self, opening: str, speller: Speller | None = None, *, least: float = -inf
    ) -> MoonshineTranscript | None:
        """What was said behind an opening such as "Hey Jarvis,"; the opening is in the
        score and not in the text. None where its own score is below `least`."""
        given = self._model.pieces.split(opening) if opening else ()
        first = np.array([[BEGIN, *given]], np.int64)
        logits, past = self._model.step(self._hidden, self._mask, first, None)
        likely = _log_softmax(logits[0])
        score = float(sum(likely[at, piece] for at, piece in enumerate(given)))
        if score < least:
            return None
        follow = Walk(speller)
        for piece in given:
            follow.given(piece)
        written: list[int] = []
        each: list[float] = []
        marks = self._model.writing.marks
        while True:
            best = int(likely[-1].argmax())
            score += float(likely[-1, best])
            if best == END or len(written) == self._most:
                break
            written.append(best)
            each.append(0.0 if best in marks else float(likely[-1, best]))
            follow.take(best, likely[-1])
            last = np.array([[best]], np.int64)
            logits, past = self._model.step(self._hidden, self._mask, last, past)
            likely = _log_softmax(logits[0])
        words = follow.end(likely[-1]) if best == END else ()
        text = self._model.pieces.join(written)
        text = "" if text == NOTHING else text
        sums = self._model.pieces.by_word(written, each) if text else ()
        found = MoonshineTranscript(text, score, len(written), words, follow.lead)
        sure = tuple(map(exp, sums))
        return replace(found, worst=min(each, default=0.0), sure=sure)

    def search(
        self,
        speller: Speller,
        *,
        beam: int = BEAM,
        near: float = NEAR,
        least: float = -inf,
    ) -> list[Sentence]:
        """The likeliest sentences of a grammar, the best first; none where the sound
        is nothing like it. Those below the log likelihood `least` may be missing."""
        following = Beam(speller, width=beam, near=near, least=least)
        past: Past | None = None
        last = np.array([[BEGIN]], np.int64)
        for _ in range(2 * self._most):
            logits, past = self._model.step(self._hidden, self._mask, last, past)
            steps = following.step(_log_softmax(logits[:, -1]))
            if not steps:
                break
            rows = [row for row, _ in steps]
            last = np.array([[piece] for _, piece in steps], np.int64)
            past = {name: _rows(name, past[name], rows) for name in past}
        return following.found()


def _rows(name: str, values: Floats, rows: Sequence[int]) -> Floats:
    """What is kept for each sentence, of those it goes on from; the sound is the same
    for all, and is copied only where there are more of them."""
    if HEARD in name and len(rows) <= len(values):
        return values[: len(rows)]
    return values[rows]


def _log_softmax(logits: Floats) -> Floats:
    top = logits.max(axis=-1, keepdims=True)
    spread: Floats = logits - top
    spread -= np.log(np.exp(spread).sum(axis=-1, keepdims=True))
    return spread


def _session(file: Path, threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineMissing("onnxruntime", install=INSTALL, cause=str(error)) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime has a class for each code, no base
        raise _broken(file, str(error)[:200]) from error


def _heads(inputs: Sequence[Any]) -> tuple[int, int]:
    """Attention heads, and values of each."""
    shape = next(one.shape for one in inputs if one.name.startswith("past_"))
    return int(shape[1]), int(shape[3])


def _broken(file: Path, cause: str) -> ModelError:
    return ModelError(
        f"model `{file.name}` cannot be used", cause=cause, hint=f"run `{INSTALL}`"
    )
