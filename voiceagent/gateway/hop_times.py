"""What hops take: measured, forgotten after a while, and put together.

times.note("house__set_lamp", took, at=now())
times.of("house__set_lamp", at=now())   # p50, p95, p99 of what was measured lately
compound([samples, samples, samples])   # of three, one after the other
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["CompoundTimes", "HopTimes", "HopTimesBook", "compound"]

LAST = 200
"""Calls of a tool that are remembered."""
FEWEST = 8
"""Calls without which a p95 says nothing."""
HORIZON = 600.0
"""Seconds after which a call is forgotten: a tool that was slow for a while is tried
again, since nothing else could show that it is not any more."""
MOST_TOOLS = 2000
STEPS = 4096
"""Steps in which the time of many hops is worked out."""


@dataclass(frozen=True, slots=True)
class HopTimes:
    """What calls took, in seconds."""

    p50: float
    p95: float
    p99: float
    count: int


class HopTimesBook:
    """Remembers what the last calls of each tool took."""

    def __init__(self) -> None:
        self._took: OrderedDict[str, deque[tuple[float, float]]] = OrderedDict()

    def note(self, name: str, seconds: float, *, at: float) -> None:
        """A call took so long, or was given up after so long: then it takes more, and
        that it was given up must not make it look fast."""
        if not (math.isfinite(seconds) and seconds >= 0):
            return
        took = self._took.setdefault(name, deque(maxlen=LAST))
        self._took.move_to_end(name)
        took.append((at, seconds))
        while len(self._took) > MOST_TOOLS:
            self._took.popitem(last=False)

    def samples(self, name: str, *, at: float) -> list[float]:
        """What the calls of the last ten minutes took."""
        return [took for when, took in self._took.get(name, ()) if at - when <= HORIZON]

    def of(self, name: str, *, at: float) -> HopTimes | None:
        """None: too few were measured lately."""
        took = self.samples(name, at=at)
        if len(took) < FEWEST:
            return None
        p50, p95, p99 = _percentiles(took)
        return HopTimes(p50, p95, p99, len(took))


@dataclass(frozen=True, slots=True)
class CompoundTimes:
    """What several hops take, one after the other."""

    hops: int
    sum_p95: float
    """Seconds: the p95 of each, added up."""
    sum_p99: float
    p50: float
    """Seconds that all of them together take in half of the cases."""
    p95: float
    p99: float

    @property
    def each_within_p95(self) -> float:
        """The share of turns in which no hop is slower than its p95."""
        return 0.95**self.hops

    @property
    def each_within_p99(self) -> float:
        """The same for its p99."""
        return 0.99**self.hops

    def lines(self) -> Iterator[str]:
        """For a person."""
        said = "1 hop" if self.hops == 1 else f"{self.hops} hops one after the other"
        p50, p95, p99 = map(_ms, (self.p50, self.p95, self.p99))
        yield f"{said}: p50 {p50}, p95 {p95}, p99 {p99} ms"
        p95, p99 = _ms(self.sum_p95), _ms(self.sum_p99)
        yield f"the p95s add up to {p95} ms, the p99s to {p99}"
        yield (
            f"each within its p95: {self.each_within_p95:.0%} of turns; "
            f"each within its p99: {self.each_within_p99:.0%}"
        )


def compound(hops: Sequence[Sequence[float]]) -> CompoundTimes:
    """What hops take together that do not know of each other, from what each took;
    raises `ValueError` where nothing was measured of one."""
    if not all(hops) or not hops:
        raise ValueError("nothing was measured of one of them")
    if not all(math.isfinite(t) and t >= 0 for hop in hops for t in hop):
        raise ValueError("a time is no number of seconds")
    each = [_percentiles(hop) for hop in hops]
    p50, p95, p99 = _together(hops) if len(hops) > 1 else each[0]
    sums = (sum(one[1] for one in each), sum(one[2] for one in each))
    return CompoundTimes(len(hops), *sums, p50, p95, p99)


def _together(hops: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """Percentiles of the sum of one of each: the spread of each, folded."""
    step = max(sum(map(max, hops)) / STEPS, 1e-9)
    folded = np.ones(1)
    for hop in hops:
        counts = np.bincount(np.rint(np.asarray(hop) / step).astype(int))
        folded = np.convolve(folded, counts / len(hop))
    reached = np.cumsum(folded)
    found = [float(np.searchsorted(reached, q - 1e-9)) * step for q in QUANTILES]
    return found[0], found[1], found[2]


QUANTILES = (0.5, 0.95, 0.99)


def _percentiles(took: Sequence[float]) -> tuple[float, float, float]:
    """Of what was measured: one of the times themselves, never one in between."""
    ordered = sorted(took)
    ranks = [min(len(ordered) - 1, math.ceil(q * len(ordered)) - 1) for q in QUANTILES]
    p50, p95, p99 = (ordered[rank] for rank in ranks)
    return p50, p95, p99


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
