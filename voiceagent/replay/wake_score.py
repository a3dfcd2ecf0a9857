"""How near a recording came to waking the agent, where it did not."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceagent.app.engines import Engines
from voiceagent.audio.frames import FRAME_SAMPLES, RATE
from voiceagent.frontend.wake import WakeRule

__all__ = ["WakeScore", "best_wake"]


@dataclass(frozen=True, slots=True)
class WakeScore:
    """The score that came nearest to waking."""

    word: str
    score: float
    needed: float
    t: float
    """Seconds of audio at which it stood."""

    def __str__(self) -> str:
        said = self.word.replace("_", " ")
        return (
            f"best score of `{said}`: {self.score:.2f} at {self.t:.1f} s, "
            f"more than {self.needed:.2f} is needed"
        )


def best_wake(
    engines: Engines, samples: NDArray[np.int16], start: float, end: float
) -> WakeScore | None:
    """The best score between two times in seconds; None where nothing listens."""
    wake = engines.wake()
    if wake is None:
        return None
    rules = engines.wake_rules(wake)
    kept = {word: deque[float](maxlen=rule.window) for word, rule in rules.items()}
    best: WakeScore | None = None
    last = min(len(samples), round(end * RATE))
    for at in range(0, last - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        frame = samples[at : at + FRAME_SAMPLES]
        scores = wake.push(frame.astype("<i2").tobytes())
        t = (at + FRAME_SAMPLES) / RATE
        found = _nearest(scores, kept, rules, t)
        better = found and (best is None or found.score > best.score)
        best = found if better and t >= start else best
    return best


def _nearest(
    scores: Mapping[str, float],
    kept: Mapping[str, deque[float]],
    rules: Mapping[str, WakeRule],
    t: float,
) -> WakeScore | None:
    found = []
    for word, score in scores.items():
        if word in rules:
            kept[word].append(score)
            held = _held(kept[word], rules[word])
            found.append(WakeScore(word, held, rules[word].threshold, t))
    return max(found, key=lambda one: one.score, default=None)


def _held(scores: Sequence[float] | deque[float], rule: WakeRule) -> float:
    """What the rule compares with its threshold; missing scores count as zero."""
    if rule.needed is None:
        return sum(scores) / rule.window
    ranked = sorted(scores, reverse=True)
    return ranked[rule.needed - 1] if len(ranked) >= rule.needed else 0.0
