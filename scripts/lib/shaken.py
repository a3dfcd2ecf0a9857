"""The ears with their last digits shaken, as another processor would round them.

Every number that a network gives is moved by a little, the same each time for a seed:
log likelihoods of the recogniser by about as much as one bit of noise in the sound
moves them, probabilities of voice activity and wake word by a thousandth.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from voiceagent.engines.stt.moonshine.model import Moonshine
from voiceagent.engines.vad.silero import SileroVad
from voiceagent.engines.wake.microwakeword import MicroWakeWord

__all__ = ["shaken"]

LIKELIHOOD = 0.1
"""Standard deviation of what is added to each log likelihood of a piece: sentences then
move by 0.3, as they do when a bit of noise is added to the sound."""
PROBABILITY = 0.001


@contextmanager
def shaken(seed: int) -> Iterator[None]:
    """All ears made before and after are shaken while this lasts."""
    dice, noise = random.Random(seed), np.random.default_rng(seed)
    plain_step, plain_vad = Moonshine.step, SileroVad.push
    plain_wake = MicroWakeWord.push

    def step(model: Moonshine, *given: Any) -> Any:
        logits, past = plain_step(model, *given)
        moved = noise.normal(0.0, LIKELIHOOD, logits.shape)
        return logits + moved.astype(np.float32), past

    def vad(detector: SileroVad, pcm: bytes) -> float:
        return _moved(dice, plain_vad(detector, pcm))

    def wake(detector: Any, pcm: bytes) -> Mapping[str, float]:
        found: Mapping[str, float] = plain_wake(detector, pcm)
        return {word: _moved(dice, score) for word, score in found.items()}

    places: list[tuple[type, str, Callable[..., Any]]] = [
        (Moonshine, "step", step),
        (SileroVad, "push", vad),
        (MicroWakeWord, "push", wake),
    ]
    patches = [patch.object(*place) for place in places]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def _moved(dice: random.Random, chance: float) -> float:
    return min(1.0, max(0.0, chance + dice.uniform(-PROBABILITY, PROBABILITY)))
