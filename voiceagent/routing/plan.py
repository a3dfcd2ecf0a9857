"""The plan of a turn: which leg starts first, which stands by, and from when on.

A pure function of its inputs, which are all in the trace: a plan can be made again with
other inputs ("what if the budget were 600 ms"). Vetoes come first (privacy, residency,
no way there, capability, caps on cost), then the time predicted to the first sound
against the time left, then the price.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from voiceagent.routing.veto import Veto

__all__ = ["NEVER", "LegFacts", "Plan", "Situation", "make_plan"]

NEVER = math.inf
"""The second leg starts only when the first one fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFacts:
    """What is known about one way to an answer."""

    name: str
    vetoes: tuple[Veto, ...] = ()
    """Why it may not or cannot be asked; empty: it may."""
    usual: float
    """Seconds to its first sound, half of the time (p50)."""
    slow: float
    """... that it keeps 95 of 100 times (p95)."""
    patience: float | None = None
    """... after which it is taken to be slower than usual; `slow` where not given."""
    price: float | None = 0.0
    """Expected price of one answer; None: unknown, which ranks behind every known."""
    seen: int = 0
    """Answers behind the prediction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the plan depends on."""

    left: float
    """Seconds until the first sound is due, less what speaking it takes."""
    legs: tuple[LegFacts, ...]
    """In the order of preference where nothing else decides."""
    hedge: bool = True
    """Whether a second leg may be started while the first still works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do."""

    order: tuple[str, ...] = ()
    """Legs in the order of starting; empty: nobody can be asked."""
    after: float = NEVER
    """Seconds after which the second one starts, if the first has given nothing."""
    reason: str
    vetoed: tuple[tuple[str, str], ...] = ()
    """Legs that are out, and why."""

    @property
    def first(self) -> str:
        """The leg that starts at once; empty for none."""
        return self.order[0] if self.order else ""


def make_plan(situation: Situation) -> Plan:
    """Who is asked, and who stands by from when on."""
    able = [leg for leg in situation.legs if not leg.vetoes]
    vetoed = tuple(
        (leg.name, ", ".join(veto.words for veto in leg.vetoes))
        for leg in situation.legs
        if leg.vetoes
    )
    if not able:
        reasons = "; ".join(f"{name}: {why}" for name, why in vetoed)
        return Plan(reason=reasons or "there is no other tier", vetoed=vetoed)
    order = _ordered(able, situation.left)
    after = _stand_by(order, situation) if situation.hedge else NEVER
    return Plan(
        order=tuple(leg.name for leg in order),
        after=after,
        reason=_why(order, after, situation.left),
        vetoed=vetoed,
    )


def _ordered(legs: Iterable[LegFacts], left: float) -> list[LegFacts]:
    """Those that will be in time, then those that may be, then the rest; the cheaper
    one first among equals, then the quicker one."""

    def rank(leg: LegFacts) -> tuple[int, float, float]:
        price = math.inf if leg.price is None else leg.price
        hopeless = _promise(leg, left) == 2
        return _promise(leg, left), 0.0 if hopeless else price, leg.usual

    return sorted(legs, key=rank)


def _promise(leg: LegFacts, left: float) -> int:
    """0: in time 95 of 100 times; 1: half of the times; 2: not."""
    return 0 if leg.slow <= left else 1 if leg.usual <= left else 2


def _stand_by(order: list[LegFacts], situation: Situation) -> float:
    """When the second leg starts: as soon as the first is slower than usual, or earlier
    where the second would otherwise be too late as well."""
    if len(order) < 2:
        return NEVER
    first, second = order[0], order[1]
    patience = first.slow if first.patience is None else first.patience
    latest = situation.left - second.usual
    return patience if latest < 0 else max(0.0, min(patience, latest))


def _why(order: list[LegFacts], after: float, left: float) -> str:
    first = order[0]
    words = ("in time", "in time half of the times", "late in any case")
    verdict = words[_promise(first, left)]
    text = (
        f"{first.name} {verdict}: {_ms(first.usual)} usual, {_ms(first.slow)} slow, "
        f"{_ms(left)} left"
    )
    if first.price is None:
        text += ", price unknown"
    if len(order) > 1 and after != NEVER:
        text += f"; {order[1].name} after {_ms(after)}"
    return text


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
