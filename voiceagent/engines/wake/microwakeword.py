"""microWakeWord: the always-on wake word, a few tenths of a per cent of a core.

Code and models Apache-2.0. Features are computed once per 10 ms for all words; each
model takes three of them and gives a probability every 30 ms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voiceagent.engines.package import package_folder
from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.engines.wake.tflite import TfLite
from voiceagent.errors import ConfigError, EngineMissing, ModelMissing
from voiceagent.frontend.config import WakeConfig
from voiceagent.frontend.wake import WakeRule

__all__ = ["BUILT_IN", "INSTALL", "MicroWakeWord", "make"]

BUILT_IN = ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")
"""Words whose models are inside the package."""
INSTALL = install_of(EngineStage.WAKE, "microwakeword")
MEASURED = {"alexa": WakeRule(threshold=0.7, window=5)}
"""Where recordings say better than the model's author (0.9 for alexa): misses in
kitchen noise at 10 dB 0 instead of 2.7 %, and still no false accept in 1.4 h of other
words and sentences. The other words have no recordings and keep their author's."""
STEP_BYTES = 320
"""10 ms of audio: one feature vector."""
FEATURES = 40
WARM_UP_STEPS = 150
"""10 ms steps of silence that a fresh stream begins with: the models look back about
1.5 s, and a word in the first second would otherwise meet an empty past."""


class MicroWakeWord:
    """Detector of one or several words; models by name or by path of their `.json`."""

    def __init__(self, words: Sequence[str]) -> None:
        """Raises `ConfigError`, `ModelMissing` or `EngineMissing`."""
        package = package_folder("pymicro_wakeword", install=INSTALL)
        self.name = "microwakeword"
        self._front = make_front_end()
        configs = [read_config(find_config(word, package)) for word in words]
        self.words = tuple(config.word for config in configs)
        if not words or len(set(self.words)) < len(words):
            raise ConfigError(
                f"wake words {list(words)} are none or not all different",
                hint=f"built in are {', '.join(BUILT_IN)}",
            )
        self.rules: Mapping[str, WakeRule] = {
            config.word: MEASURED.get(word, config.rule)
            for word, config in zip(words, configs, strict=True)
        }
        """What to ask of each word's scores by default."""
        self._models = [(config.word, Streaming(config, package)) for config in configs]
        self._warm_up()

    def push(self, pcm: bytes) -> Mapping[str, float]:
        """Probability of each word that has a new one after `pcm` (any multiple of
        10 ms); the highest where there are several."""
        scores: dict[str, float] = {}
        for at in range(0, len(pcm), STEP_BYTES):
            step = self._front.process_samples(pcm[at : at + STEP_BYTES])
            if step.features:
                self._feed(step.features, scores)
        return scores

    def reset(self) -> None:
        """Forget all state, as if no frame had been seen."""
        self._front.reset()
        for _, model in self._models:
            model.reset()
        self._warm_up()

    def _feed(self, features: Sequence[float], scores: dict[str, float]) -> None:
        for word, model in self._models:
            score = model.push(features)
            if score is not None:
                scores[word] = max(score, scores.get(word, 0.0))

    def _warm_up(self) -> None:
        silence = bytes(STEP_BYTES)
        for _ in range(WARM_UP_STEPS):
            self.push(silence)


def make(config: WakeConfig) -> MicroWakeWord:
    """The detector of the configured words."""
    return MicroWakeWord(config.words)


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What the `.json` beside a model says."""

    word: str
    model: Path
    rule: WakeRule


class Streaming:
    """One model: collects features until it can give the next probability."""

    def __init__(self, config: ModelConfig, package: Path) -> None:
        self._model = TfLite(config.model, package=package)
        shape = self._model.input_shape
        if len(shape) != 3 or shape[2] != FEATURES:
            raise ConfigError(
                f"wake model `{config.model.name}` takes input of shape {shape}",
                cause=f"microWakeWord models take (1, steps, {FEATURES})",
                hint="models of other engines need that engine",
            )
        self._window = np.zeros(shape, np.float32)
        self._filled = 0

    def push(self, features: Sequence[float]) -> float | None:
        """Probability 0..1 when `features` complete a stride, else None."""
        self._window[0, self._filled] = features
        self._filled += 1
        if self._filled < self._window.shape[1]:
            return None
        self._filled = 0
        return float(self._model.run(self._window).flat[0])

    def reset(self) -> None:
        """Forget all state."""
        self._filled = 0
        self._model.reset()


def make_front_end() -> Any:
    """The feature extraction that the models were trained on."""
    try:
        from pymicro_features import MicroFrontend
    except ImportError as error:
        raise EngineMissing(
            "pymicro_features", install=INSTALL, cause=str(error)
        ) from error
    return MicroFrontend()


def find_config(word: str, package: Path) -> Path:
    """Where the description of a word's model is."""
    if word in BUILT_IN:
        return package / "models" / f"{word}.json"
    path = Path(word)
    if path.suffix not in (".json", ".tflite"):
        raise ConfigError(
            f"wake word `{word}` is not known",
            cause=f"built in are {', '.join(BUILT_IN)}",
            hint="choose one, or give the path of a `.json` beside its `.tflite`",
        )
    return path.with_suffix(".json")


def read_config(path: Path) -> ModelConfig:
    """What the `.json` of a model says; the word is its file name."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        micro = data["micro"]
        rule = WakeRule(
            threshold=float(micro["probability_cutoff"]),
            window=int(micro["sliding_window_size"]),
        )
        step, model = int(micro.get("feature_step_size", 10)), str(data["model"])
    except OSError as error:
        raise ModelMissing(
            f"wake model `{path.name}` cannot be read",
            cause=error.strerror or str(error),
            hint="put the `.json` beside its `.tflite` and check the path",
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise not_a_config(path, f"{type(error).__name__}: {error}") from error
    if step != 10:
        raise not_a_config(path, f"it wants features every {step} ms, not every 10 ms")
    return ModelConfig(path.stem, path.parent / model, rule)


def not_a_config(path: Path, cause: str) -> ConfigError:
    """The error for a `.json` that does not describe a usable model."""
    return ConfigError(
        f"wake model `{path.name}` is not described as microWakeWord needs it",
        cause=cause,
        hint="see the built-in models' files for the format",
    )
