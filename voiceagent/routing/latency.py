"""How long each leg takes to its first sound: running percentiles by length of prompt.

Ranked by percentiles and not by averages, which hide the tail. What failed or was given
up counts with the time that it had taken by then, so that a leg that hangs gets slow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voiceagent.trace.turn_rows import percentile

__all__ = ["LatencyBook", "Prediction", "Prior"]

KEPT = 200
"""Answers remembered for each leg and size."""
ENOUGH = 8
"""Answers from which on the own record of a size counts; before, that of all sizes."""
SIZES = (40, 160, 640)
"""Upper limits in letters of the sizes of prompts, the last one open."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is expected of a leg that has not been seen yet."""

    usual: float = 0.3
    slow: float = 0.7


@dataclass(frozen=True, slots=True)
class Prediction:
    """Seconds to the first sound of a leg."""

    usual: float
    """Half of the time."""
    slow: float
    """95 of 100 times."""
    patience: float
    """After so long it is slower than usual: about the p95 of its usual mode. Not the
    p95 of everything, which jumps into the slow mode of a region that is slow one time
    in twenty, so that hedging would stop just where it pays."""
    seen: int
    """Answers behind it."""


class LatencyBook:
    """Remembers seconds to the first sound."""

    def __init__(self, priors: Mapping[str, Prior] | None = None) -> None:
        """`priors`: by name of the leg."""
        self._priors = dict(priors or {})
        self._seen: dict[tuple[str, int], deque[float]] = {}

    def note(self, leg: str, letters: int, seconds: float) -> None:
        """An answer to a prompt of that many letters took that long."""
        key = leg, _size(letters)
        self._seen.setdefault(key, deque(maxlen=KEPT)).append(seconds)

    def predict(self, leg: str, letters: int) -> Prediction:
        """What to expect of a prompt of that many letters.

        The prior counts as so many answers as are missing to be sure.
        """
        own = self._seen.get((leg, _size(letters)), ())
        seen: Sequence[float] = list(own)
        if len(own) < ENOUGH:
            seen = [
                s for (name, _), all_ in self._seen.items() if name == leg for s in all_
            ]
        count, prior = len(seen), self._priors.get(leg, Prior())
        if count < ENOUGH:
            slow = (ENOUGH - count) // 4
            usual = ENOUGH - count - slow
            seen = [*seen, *[prior.usual] * usual, *[prior.slow] * slow]
        return Prediction(
            percentile(seen, 0.5),
            percentile(seen, 0.95),
            _patience(seen),
            count,
        )


def _patience(seconds: Sequence[float]) -> float:
    """From the middle of the distribution, which a second mode does not move: two
    standard deviations, were it a normal one."""
    middle, upper = percentile(seconds, 0.5), percentile(seconds, 0.75)
    return max(1.1 * upper, middle + 3 * (upper - middle))


def _size(letters: int) -> int:
    return sum(letters > limit for limit in SIZES)
