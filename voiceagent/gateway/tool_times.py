"""How long tools take: what a call may count on, and what several of them make."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping, Sequence

from cachetools import LRUCache

__all__ = ["ToolTimes", "p_of", "serial"]

KEPT, TOOLS = 200, 2000
"""Calls of a tool, and tools, that are remembered."""
LEAST = 20
"""Calls below which a 95th percentile says nothing."""
FORGOTTEN = 10
"""Calls that are forgotten for each that was refused."""
DRAWN = 20_000
"""Turns that are drawn to see what several calls make together."""


class ToolTimes:
    """Of the calls that were made, newest last; for one process."""

    def __init__(self) -> None:
        self._times: LRUCache[str, deque[float]] = LRUCache(TOOLS)

    def took(self, listed: str, seconds: float) -> None:
        """One call was answered, or took longer than it had."""
        found = self._times.get(listed)
        if found is None:
            found = self._times[listed] = deque(maxlen=KEPT)
        found.append(seconds)

    def refused(self, listed: str) -> None:
        """One was not made for want of time: the oldest are forgotten, so that what was
        slow for a while is tried again."""
        found = self._times.get(listed)
        for _ in range(min(FORGOTTEN, len(found or ()))):
            assert found is not None
            found.popleft()

    def p95(self, listed: str) -> float | None:
        """None where too few were seen."""
        found = self._times.get(listed)
        if found is None or len(found) < LEAST:
            return None
        return p_of(sorted(found), 0.95)


def p_of(ordered: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def serial(
    times: Mapping[str, Sequence[float]], hops: Sequence[str]
) -> tuple[float, float, float]:
    """p95 and p99 of those hops one after the other, and the share of turns in which
    each of them stays within its own p95; drawn from what they took."""
    drawer = random.Random(0)
    within = {name: p_of(sorted(times[name]), 0.95) for name in hops}
    sums, fine = [], 0
    for _ in range(DRAWN):
        drawn = [drawer.choice(times[name]) for name in hops]
        sums.append(sum(drawn))
        fine += all(one <= within[name] for one, name in zip(drawn, hops, strict=True))
    sums.sort()
    return p_of(sums, 0.95), p_of(sums, 0.99), fine / DRAWN
