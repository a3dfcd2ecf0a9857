"""What if: the plans of a replay made again with other inputs, side by side.

Every `Planned` event holds all that its plan was made from, and `LegEnded` what came of
it. With another budget, link or price the same pure function gives another plan; how
long a leg then takes is what it took, or what was predicted of it where it was not
asked, moved by the change of the link.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from voiceagent.errors import UsageError
from voiceagent.routing.plan import NEVER, LegFacts, Situation, make_plan
from voiceagent.routing.veto import OFFLINE, Veto, VetoKind
from voiceagent.trace.events import (
    Event,
    LegEnded,
    Planned,
    SessionStarted,
    TurnFinished,
)

__all__ = ["Change", "WhatIfOutcome", "parse_change", "what_if"]

GIVEN_UP = 10.0


@dataclass(frozen=True, slots=True)
class Change:
    """What is different."""

    name: str = "as it was"
    budget: float | None = None
    """Seconds to the first sound."""
    link: float = 0.0
    """Seconds that every remote takes longer (or less, below 0)."""
    down: frozenset[str] = frozenset()
    """Legs that cannot be reached."""
    hedge: bool | None = None
    prices: Mapping[str, float] = field(default_factory=dict)
    """Price of an answer by leg."""


@dataclass(slots=True)
class WhatIfOutcome:
    """What would have come of all turns."""

    change: Change
    turns: int = 0
    in_time: int = 0
    answered: dict[str, int] = field(default_factory=dict)
    """By tier."""
    cost: float = 0.0
    unknown: int = 0
    """Attempts without a known price."""


def parse_change(text: str) -> Change:
    """`budget=600,link=+180,down=region,hedge=off,price.region=0.002`; milliseconds.

    Raises `UsageError`.
    """
    values: dict[str, object] = {}
    prices: dict[str, float] = {}
    down: set[str] = set()
    for part in filter(None, text.split(",")):
        key, _, value = part.partition("=")
        try:
            match key.strip():
                case "budget":
                    values["budget"] = float(value) / 1000
                case "link":
                    values["link"] = float(value) / 1000
                case "down":
                    down.add(value.strip())
                case "hedge":
                    values["hedge"] = {"on": True, "off": False}[value.strip()]
                case name if name.startswith("price."):
                    prices[name.removeprefix("price.")] = float(value)
                case _:
                    raise KeyError(key)
        except (KeyError, ValueError) as error:
            raise UsageError(
                f"what if `{part}`?",
                cause="this cannot be changed, or not to that",
                hint="budget=600, link=+180, down=region, hedge=off, price.region=0.01",
            ) from error
    return Change(name=text, down=frozenset(down), prices=prices, **values)  # type: ignore[arg-type]


def what_if(events: Iterable[Event], change: Change) -> WhatIfOutcome:
    """All turns of a trace under a change."""
    kept = list(events)
    budget = next((e.budget_ms for e in kept if isinstance(e, SessionStarted)), 800.0)
    plans = {e.turn: e for e in kept if isinstance(e, Planned)}
    took: dict[int, dict[str, LegEnded]] = {}
    for event in kept:
        if isinstance(event, LegEnded):
            took.setdefault(event.turn, {})[event.leg] = event
    outcome = WhatIfOutcome(change)
    for event in kept:
        if isinstance(event, TurnFinished):
            outcome.turns += 1
            moved = 0.0 if change.budget is None else change.budget - budget / 1000
            plan = plans.get(event.turn)
            if plan is None:
                _as_before(outcome, event, moved)
            else:
                _again(outcome, event, plan, took.get(event.turn, {}), moved)
    return outcome


def _as_before(outcome: WhatIfOutcome, event: TurnFinished, moved: float) -> None:
    """The device answered, or nobody was asked: only the deadline is another."""
    limit = event.budget_ms / 1000 + moved
    outcome.in_time += event.latency_ms["response"] / 1000 <= limit
    _count(outcome, event.tier)


def _again(
    outcome: WhatIfOutcome,
    event: TurnFinished,
    plan: Planned,
    took: Mapping[str, LegEnded],
    moved: float,
) -> None:
    change = outcome.change
    situation = Situation(
        left=plan.left_ms / 1000 + moved,
        legs=tuple(_facts(leg, change) for leg in plan.legs),
        hedge=plan.hedge if change.hedge is None else change.hedge,
    )
    made = make_plan(situation)
    first, tier = math.inf, "none"
    starts = [0.0, made.after, NEVER]
    for name, start in zip(made.order, starts, strict=False):
        if start >= first:
            break  # the one before answers before this one starts
        ends = start + _takes(name, plan, took, change)
        start_next = min(starts[1], ends) if math.isfinite(ends) else starts[1]
        starts[1] = start_next
        _pay(outcome, name, situation.legs)
        if ends < first and _answers(name, took):
            first, tier = ends, name
    late = first > situation.left
    # The ladder says so in time, whatever the region does.
    outcome.in_time += not late or event.budget_met or bool(event.rescued_by)
    _count(outcome, tier if first < GIVEN_UP else "none")


def _facts(leg: object, change: Change) -> LegFacts:
    from voiceagent.trace.events.escalation import LegSeen

    assert isinstance(leg, LegSeen)
    vetoes = [Veto(VetoKind.TOLD, words) for words in leg.vetoes]
    if leg.name in change.down:
        vetoes.append(Veto(VetoKind.OFFLINE, OFFLINE))
    price = change.prices.get(leg.name, leg.price)
    return LegFacts(
        name=leg.name,
        vetoes=tuple(vetoes),
        usual=max(0.0, leg.usual_ms / 1000 + change.link),
        slow=max(0.0, leg.slow_ms / 1000 + change.link),
        patience=max(0.0, leg.patience_ms / 1000 + change.link),
        price=price,
        seen=leg.seen,
    )


def _takes(
    name: str, plan: Planned, took: Mapping[str, LegEnded], change: Change
) -> float:
    """Seconds to the first words: as it was, or as predicted."""
    seen = took.get(name)
    if seen is not None and seen.outcome in ("won", "failed", "declined"):
        return seen.took_ms / 1000 + change.link
    if seen is not None and seen.outcome == "given up":
        return math.inf
    usual = next(leg.usual_ms for leg in plan.legs if leg.name == name)
    return usual / 1000 + change.link


def _answers(name: str, took: Mapping[str, LegEnded]) -> bool:
    seen = took.get(name)
    return seen is None or seen.outcome in ("won", "cancelled")


def _pay(outcome: WhatIfOutcome, name: str, legs: Sequence[LegFacts]) -> None:
    price = next(leg.price for leg in legs if leg.name == name)
    if price is None:
        outcome.unknown += 1
    else:
        outcome.cost += price


def _count(outcome: WhatIfOutcome, tier: str) -> None:
    outcome.answered[tier] = outcome.answered.get(tier, 0) + 1
