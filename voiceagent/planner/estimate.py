"""How sure a number is: what it was read from, how much of that, and how old.

An interval is what 95 of 100 draws of the same size would hold. What was measured long
ago counts for less, what was measured in places that contradict each other spans both,
and what was never measured is a guess with the interval of one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

__all__ = [
    "DAY",
    "ENOUGH",
    "GUESS",
    "SURE",
    "Estimate",
    "Timings",
    "Slice",
    "guess",
    "quantile",
    "share_of",
    "spanning",
]

DAY = 86_400.0
HALF_LIFE = 30 * DAY
"""Seconds after which a measurement counts half."""
ENOUGH = 30
"""Measurements from which on a number is no guess."""
GUESS = 3.0
"""How far off a guess may be, as a factor."""
SURE = 1.96
"""Standard deviations on either side that hold 95 of 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with what it stands on."""

    value: float
    low: float
    high: float
    n: int = 0
    """Measurements behind it; 0: a guess."""
    age: float | None = None
    """Seconds since the middle of them; None: not known."""
    source: str = "a guess"

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} is not in {self.low} to {self.high}")

    @property
    def sure(self) -> bool:
        """Whether there is enough behind it to decide by."""
        return weight(self.n, self.age) >= ENOUGH

    def straddles(self, bound: float) -> bool:
        """Whether it may be on either side of that bound."""
        return self.low <= bound < self.high


@dataclass(frozen=True, slots=True, eq=False)
class Timings:
    """Seconds that one thing took, measured in one place."""

    seconds: tuple[float, ...]
    """Ascending."""
    n: int
    """How many were really measured; fewer where a prior fills in."""
    age: float | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of all requests: how many, how long they take, and what comes on top."""

    share: float
    samples: tuple[Timings, ...]
    added: float = 0.0


def weight(n: int, age: float | None) -> float:
    """As how many fresh measurements they count."""
    return n * math.pow(0.5, max(0.0, age or 0.0) / HALF_LIFE)


def guess(value: float, most: float = math.inf, source: str = "a guess") -> Estimate:
    """What nobody has measured."""
    return Estimate(
        value=value, low=value / GUESS, high=min(most, value * GUESS), source=source
    )


def share_of(hits: int, n: int, age: float | None, source: str) -> Estimate:
    """A share that was counted, by Wilson's interval."""
    if n <= 0:
        return Estimate(value=0.5, low=0.0, high=1.0, source=source)
    share, count = hits / n, max(weight(n, age), 0.01)
    middle = (share + SURE**2 / (2 * count)) / (1 + SURE**2 / count)
    spread = math.sqrt(share * (1 - share) / count + SURE**2 / (4 * count**2))
    half = SURE * spread / (1 + SURE**2 / count)
    return Estimate(
        value=share,
        low=min(share, max(0.0, middle - half)),
        high=max(share, min(1.0, middle + half)),
        n=n,
        age=age,
        source=source,
    )


def spanning(
    estimates: Sequence[Estimate], *, tolerance: float = 0.0
) -> tuple[Estimate, bool]:
    """One number of several sources, and whether they contradict each other: then its
    interval holds all of theirs. The one with most behind it leads. `tolerance`: how
    far apart two intervals may lie and still be called one."""
    best = max(estimates, key=lambda one: weight(one.n, one.age))
    known = [one for one in estimates if one.n] or [best]
    low, high = max(one.low for one in known), min(one.high for one in known)
    if low <= high + tolerance:
        return best, False
    wide = replace(
        best,
        low=min(one.low for one in known),
        high=max(one.high for one in known),
    )
    return wide, True


def quantile(parts: Iterable[Slice], share: float) -> Estimate:
    """Seconds within which that share of all requests is answered."""
    parts = tuple(part for part in parts if part.share > 0.0 and part.samples)
    whole = _quantile(parts, share)
    most = max((len(part.samples) for part in parts), default=0)
    if most < 2:
        return whole
    # Sources that contradict each other: each of them may be the true one.
    alone = [_quantile([_only(p, i) for p in parts], share) for i in range(most)]
    return replace(
        whole,
        low=min(whole.low, *(one.low for one in alone)),
        high=max(whole.high, *(one.high for one in alone)),
    )


def _only(part: Slice, place: int) -> Slice:
    return replace(part, samples=(part.samples[min(place, len(part.samples) - 1)],))


def _quantile(parts: Sequence[Slice], share: float) -> Estimate:
    ranked, total = _ranked(parts)
    value = _at(ranked, total, share)
    counts = [sum(weight(s.n, s.age) for s in part.samples) for part in parts]
    low, high = _bounds(ranked, total, share, min(counts))
    samples = [one for part in parts for one in part.samples]
    ages = [one.age for one in samples if one.age is not None]
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        n=min(sum(one.n for one in part.samples) for part in parts),
        age=max(ages, default=None),
        source=", ".join(dict.fromkeys(one.source for one in samples)),
    )


def _bounds(
    ranked: Sequence[tuple[float, float]], total: float, share: float, count: float
) -> tuple[float, float]:
    """Between which values it lies, were so many measured: by the order of them."""
    if count < 1.0:
        value = _at(ranked, total, share)
        return value / GUESS, value * GUESS
    off = SURE * math.sqrt(share * (1 - share) / count)
    low = _at(ranked, total, max(0.0, share - off))
    high = _at(ranked, total, min(1.0, share + off))
    if share + off >= 1.0:  # too few to have seen the tail
        high *= 1 + GUESS / math.sqrt(count)
    return low, high


def _ranked(parts: Sequence[Slice]) -> tuple[list[tuple[float, float]], float]:
    """All seconds with their weights, ascending, and the sum of these."""
    ranked = list[tuple[float, float]]()
    for part in parts:
        count = sum(len(one.seconds) for one in part.samples)
        each = part.share / count
        ranked += [
            (second + part.added, each)
            for one in part.samples
            for second in one.seconds
        ]
    ranked.sort()
    return ranked, sum(each for _, each in ranked)


def _at(ranked: Sequence[tuple[float, float]], total: float, share: float) -> float:
    """The smallest value that at least that share does not exceed."""
    below = 0.0
    for value, each in ranked:
        below += each
        if below >= share * total - 1e-12:
            return value
    return ranked[-1][0]
