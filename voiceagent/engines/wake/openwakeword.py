"""openWakeWord: the second opinion on a wake word, and words a user trained.

One shared network turns sound into 96 values every 80 ms, a small one for each word
listens to the last 16 or so of them. Dear for a device that listens all day, so by
default it is asked only about what the first detector heard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from voiceagent.audio.arrays import Floats
from voiceagent.engines.package import package_folder
from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.engines.wake.heads import EMBEDDING, SUFFIXES, WakeHead, open_head
from voiceagent.engines.wake.tflite import TfLite
from voiceagent.errors import ConfigError
from voiceagent.frontend.config import WakeConfig
from voiceagent.frontend.wake import WakeRule

__all__ = [
    "BUILT_IN",
    "INSTALL",
    "OpenWakeWord",
    "OpenWakeWordVerifier",
    "make",
    "make_verifier",
]

BUILT_IN = ("alexa", "hey_jarvis", "hey_mycroft", "hey_rhasspy", "okay_nabu")
"""Words whose models are inside the package."""
INSTALL = install_of(EngineStage.WAKE, "openwakeword")
HOP = 1280
"""Samples between two embeddings: 80 ms."""
WINDOW = HOP + 480
"""Samples that give the 8 mel columns of a hop."""
MELS, COLUMNS = 32, 76
TAIL = bytes(2 * 6 * HOP)
"""Silence (0.48 s) added to what is verified: a candidate comes at the very end of its
word, and these networks answer surest a little later."""


class OpenWakeWord:
    """Always-on detector of built-in words and of your own models (`.tflite`, `.onnx`)
    by path."""

    def __init__(self, words: Sequence[str]) -> None:
        """Raises `ConfigError`, `ModelMissing`, `EngineFailed` or `EngineMissing`."""
        package = package_folder("pyopen_wakeword", install=INSTALL)
        self.name = "openwakeword"
        paths = [find_model(word, package) for word in words]
        self.words = tuple(path.stem for path in paths)
        if not words or len(set(self.words)) < len(words):
            raise ConfigError(
                f"wake words {list(words)} are none or not all different",
                hint=f"built in are {', '.join(BUILT_IN)}",
            )
        self.rules: Mapping[str, WakeRule] = {word: WakeRule() for word in self.words}
        heads = [open_head(path, package) for path in paths]
        self._heads = dict(zip(self.words, heads, strict=True))
        self._embedder = Embedder(package, max(map(length_of, heads)))
        self._rest = bytearray()

    def push(self, pcm: bytes) -> Mapping[str, float]:
        """Probability of each word if the next audio, of any length, completes a hop
        of 80 ms; the highest where it completes several."""
        self._rest += pcm
        scores: dict[str, float] = {}
        while len(self._rest) >= 2 * HOP:
            self._embedder.push(bytes(self._rest[: 2 * HOP]))
            del self._rest[: 2 * HOP]
            for word in self.words:
                scores[word] = max(self._score(word), scores.get(word, 0.0))
        return scores

    def reset(self) -> None:
        """Forget all state, as if no frame had been seen."""
        self._rest.clear()
        self._embedder.reset()

    def _score(self, word: str) -> float:
        head = self._heads[word]
        past = self._embedder.past[-length_of(head) :]
        return float(np.clip(head.run(past).flat[0], 0.0, 1.0))


class OpenWakeWordVerifier:
    """Second opinion on a candidate, from the last two seconds or so of audio."""

    def __init__(self, words: Sequence[str]) -> None:
        """Raises `ConfigError`, `ModelMissing`, `EngineFailed` or `EngineMissing`."""
        self.name = "openwakeword"
        self._detectors = {
            word: detector
            for detector in (OpenWakeWord([word]) for word in words)
            for word in detector.words
        }

    def verify(self, word: str, pcm: bytes) -> float:
        """Highest probability 0..1 of `word` in `pcm`; raises `ConfigError` for a word
        it has no model of."""
        if word not in self._detectors:
            raise ConfigError(
                f"no second opinion on the wake word `{word}`",
                cause=f"models are loaded for {', '.join(self._detectors)}",
                hint="give the verifier a model of that word, or switch it off",
            )
        detector = self._detectors[word]
        detector.reset()
        return detector.push(pcm + TAIL).get(word, 0.0)


class Embedder:
    """Sound into embeddings, and the newest of them."""

    def __init__(self, package: Path, keep: int) -> None:
        models = package / "models"
        self._mel = TfLite(
            models / "melspectrogram.tflite", package=package, shape=(1, WINDOW)
        )
        self._embedding = TfLite(
            models / "embedding_model.tflite",
            package=package,
            shape=(1, COLUMNS, MELS, 1),
        )
        # What silence looks like is worked out once: a stream starts as if it had
        # been silent before, since an empty past would hide a word said at once.
        silence = self._columns(np.zeros(WINDOW, np.float32))
        self._silent_columns = np.resize(silence, (COLUMNS, MELS))
        vector = self._embedding.run(self._silent_columns).reshape(EMBEDDING)
        self._silent_past = np.tile(vector, (keep, 1))
        self.reset()

    past: Floats
    """The newest embeddings, oldest first."""

    def reset(self) -> None:
        """Back to silence."""
        self._samples = np.zeros(WINDOW, np.float32)
        self._mels = self._silent_columns.copy()
        self.past = self._silent_past.copy()

    def push(self, pcm: bytes) -> None:
        """Take one hop of audio."""
        fresh = np.frombuffer(pcm, "<i2").astype(np.float32)
        self._samples = np.concatenate([self._samples[HOP:], fresh])
        columns = self._columns(self._samples)
        self._mels = np.concatenate([self._mels[len(columns) :], columns])
        vector = self._embedding.run(self._mels).reshape(1, EMBEDDING)
        self.past = np.concatenate([self.past[1:], vector])

    def _columns(self, samples: Floats) -> Floats:
        """Mel columns, scaled as the embedding wants them."""
        columns = self._mel.run(samples).reshape(-1, MELS)
        return columns / np.float32(10) + np.float32(2)


def length_of(head: WakeHead) -> int:
    """How many embeddings the model of a word looks at."""
    return head.input_shape[1]


def find_model(word: str, package: Path) -> Path:
    """Where the model of a word is."""
    if word in BUILT_IN:
        return package / "models" / f"{word}.tflite"
    if not word.endswith(SUFFIXES):
        raise ConfigError(
            f"wake word `{word}` is not known",
            cause=f"built in are {', '.join(BUILT_IN)}",
            hint="choose one, or give the path of a `.tflite` or `.onnx` model",
        )
    return Path(word)


def make(config: WakeConfig) -> OpenWakeWord:
    """The detector of the configured words."""
    return OpenWakeWord(config.words)


def make_verifier(config: WakeConfig) -> OpenWakeWordVerifier:
    """The second opinion on the configured words."""
    return OpenWakeWordVerifier(config.words)
