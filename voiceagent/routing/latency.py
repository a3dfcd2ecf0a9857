"""How long each leg takes to its first sound: running percentiles by length of prompt.

Ranked by percentiles and not by averages, which hide the tail. What failed or was given
up counts with the time that it had taken by then, so that a leg that hangs gets slow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voiceagent.rows import percentile

__all__ = ["LatencyBook", "Prior"]

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

    def predict(self, leg: str, letters: int) -> tuple[float, float, int]:
        """Seconds half of the time, 95 of 100 times, and the answers behind it.

        The prior counts as so many answers as are missing to be sure.
        """
        own = self._seen.get((leg, _size(letters)), ())
        seen: Sequence[float] = list(own)
        if len(own) < ENOUGH:
            seen = [
                s for (name, _), all_ in self._seen.items() if name == leg for s in all_
            ]
        prior = self._priors.get(leg, Prior())
        if len(seen) < ENOUGH:
            missing = ENOUGH - len(seen)
            assumed = [prior.usual] * (missing - missing // 4) + [prior.slow] * (
                missing // 4
            )
            return (*_percentiles([*seen, *assumed]), len(seen))
        return (*_percentiles(seen), len(seen))


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    return percentile(seconds, 0.5), percentile(seconds, 0.95)


def _size(letters: int) -> int:
    return sum(letters > limit for limit in SIZES)
