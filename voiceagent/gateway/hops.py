"""Budgets that compound: whether a hop is started at all, and what many make of one.

A hop is started where `remaining - reserve - half a round trip >= p95` of what it
takes; a plan that cannot be done is refused before its first hop, with the sum. Time
that is left is relative: each hop takes off what it used and half its round trip, and
no clock is ever compared with another one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from voiceagent.gateway.tool import ToolClass

__all__ = [
    "MOST_HOPS",
    "MOST_TOGETHER",
    "HopBudget",
    "HopEntry",
    "HopLedger",
    "HopManners",
    "PlanRuling",
    "PlannedHop",
    "manners",
    "planned",
    "stages",
]

MOST_HOPS = 5
"""Hops one after the other."""
MOST_TOGETHER = 8
"""Hops at the same time."""


@dataclass(frozen=True, slots=True)
class PlannedHop:
    """A call that may be made."""

    name: str
    p95: float | None = None
    """Seconds that it takes in 95 of 100 cases; None: nobody knows yet."""
    rtt: float = 0.0
    """Seconds there and back without any work."""


@dataclass(frozen=True, slots=True)
class HopBudget:
    """What is left, seen from where it is."""

    remaining: float
    """Seconds."""
    reserve: float = 0.0
    """Seconds of it that are kept for what is said when nothing came of it."""

    def enough(self, hop: PlannedHop) -> bool:
        """Whether the hop is started. One of which nothing is known is, for as long as
        there is any time at all."""
        needed = _needed(hop)
        left = self.remaining - self.reserve
        # Whatever is no number is not enough.
        return left > 0 and needed <= left and math.isfinite(needed)

    def passed_on(self, spent: float, rtt: float = 0.0) -> HopBudget:
        """What the next one is told: less what was used, and half a round trip. It is
        never told more than there was."""
        used = max(0.0, spent) + max(0.0, rtt) / 2
        return replace(self, remaining=self.remaining - used)

    def why_not(self, hop: PlannedHop) -> str:
        """Why the hop is not started, in words; empty: it is."""
        if self.enough(hop):
            return ""
        left = self.remaining - self.reserve
        if hop.p95 is None or not left > 0:
            return f"{_ms(left)} ms are left"
        return f"it takes {_ms(_needed(hop))} ms at p95, and {_ms(left)} ms are left"


@dataclass(frozen=True, slots=True)
class PlanRuling:
    """Whether a plan is begun."""

    allowed: bool
    words: str
    """With the sum, also where it is allowed."""
    needed: float
    """Seconds that it takes at p95 of each, one after the other."""


def planned(hops: Sequence[Sequence[PlannedHop]], budget: HopBudget) -> PlanRuling:
    """Whether stages one after the other, the hops of each at the same time, can be
    done within the budget."""
    needed = sum(max(map(_needed, stage), default=0.0) for stage in hops)
    total = " + ".join(" | ".join(map(_told, stage)) for stage in hops) or "nothing"
    left = budget.remaining - budget.reserve
    if len(hops) > MOST_HOPS:
        words = f"{len(hops)} hops one after the other, and {MOST_HOPS} are allowed"
        return PlanRuling(False, words, needed)
    if any(len(stage) > MOST_TOGETHER for stage in hops):
        words = f"more than {MOST_TOGETHER} hops at the same time"
        return PlanRuling(False, words, needed)
    words = f"{total} = {_ms(needed)} ms at p95, and {_ms(left)} ms are left"
    return PlanRuling(left > 0 and needed <= left, words, needed)


def stages(wants: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Calls in the order in which they can be made: each with what it waits for, all
    that are free at the same time together. Raises `ValueError` for those that wait
    for each other, or for what is not there."""
    left = {name: set(before) for name, before in wants.items()}
    if missing := set().union(*left.values()) - left.keys():
        raise ValueError(f"waits for `{min(missing)}`, which is not called")
    made: list[list[str]] = []
    while left:
        free = [name for name, before in left.items() if not before & left.keys()]
        if not free:
            raise ValueError(f"`{min(left)}` waits for itself")
        made.append(free)
        left = {name: left[name] for name in left if name not in free}
    return made


@dataclass(frozen=True, slots=True)
class HopManners:
    """How often a call may be made."""

    attempts: int
    """At most, the first one among them."""
    hedged: bool = False
    """A second one may run beside the first."""
    keyed: bool = False
    """All carry one idempotency key."""


def manners(klass: ToolClass) -> HopManners:
    """What a class may: what changes nothing as often as there is time for, what can
    be told apart again by its key, and an effect once."""
    match klass:
        case ToolClass.READ:
            return HopManners(attempts=3, hedged=True)
        case ToolClass.IDEMPOTENT:
            return HopManners(attempts=3, keyed=True)
        case ToolClass.EFFECT:
            return HopManners(attempts=1, keyed=True)


@dataclass(frozen=True, slots=True)
class HopEntry:
    """One hop and the time left on its way in and out."""

    name: str
    remaining_in: float
    remaining_out: float

    @property
    def spent(self) -> float:
        """Seconds between them."""
        return self.remaining_in - self.remaining_out


class HopLedger:
    """Where the time of a chain went, hop by hop; what is open when it is closed ended
    with it."""

    def __init__(self) -> None:
        self._open: dict[str, float] = {}
        self.entries: list[HopEntry] = []

    def enter(self, name: str, remaining: float) -> None:
        """The hop begins with that much left; raises `ValueError` for one that has
        begun and for one too many at a time."""
        if name in self._open or len(self._open) >= MOST_TOGETHER:
            raise ValueError(f"`{name}` is open, or too many are")
        self._open[name] = remaining

    def leave(self, name: str, remaining: float) -> HopEntry:
        """It has ended with that much left; raises `KeyError` for one that has not
        begun."""
        entry = HopEntry(name, self._open.pop(name), remaining)
        self.entries.append(entry)
        return entry

    def close(self, remaining: float) -> None:
        """Everything ends now."""
        for name in list(self._open):
            self.leave(name, remaining)

    def spent(self, names: Iterable[str] | None = None) -> float:
        """Seconds of those hops; of all by default."""
        wanted = None if names is None else set(names)
        return sum(e.spent for e in self.entries if wanted is None or e.name in wanted)


def _needed(hop: PlannedHop) -> float:
    """Seconds; more than anything for what is no number."""
    needed = (hop.p95 or 0.0) + hop.rtt / 2
    sane = needed >= 0 and (hop.p95 or 0.0) >= 0 and hop.rtt >= 0
    return needed if sane else math.inf


def _told(hop: PlannedHop) -> str:
    known = "?" if hop.p95 is None else str(_ms(_needed(hop)))
    return f"{hop.name} {known}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
