"""One pattern as it stands for one task."""

from __future__ import annotations

import math
from dataclasses import dataclass

from voiceagent.planner.estimate import Estimate
from voiceagent.planner.facts import TierFacts
from voiceagent.planner.forecast import Forecast, forecast
from voiceagent.planner.needs import Needs, budget_of
from voiceagent.planner.patterns import Constraint, Pattern, Shortfall, vetoes
from voiceagent.planner.simple import TaskProfile
from voiceagent.routing.prices import MICRO

__all__ = ["Candidate", "candidate", "money", "ms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A pattern, what rules it out, and what is expected of it."""

    pattern: Pattern
    vetoes: tuple[Shortfall, ...]
    late: tuple[Shortfall, ...]
    """Where it falls short of the budget or the quality."""
    miss: float
    """By how much, as a share of what is asked for."""
    forecast: Forecast

    @property
    def shortfalls(self) -> tuple[Shortfall, ...]:
        """All that speaks against it."""
        return *self.vetoes, *self.late

    @property
    def meets(self) -> bool:
        """Whether nothing does."""
        return not self.vetoes and not self.late

    @property
    def price(self) -> float:
        """Of a day, in millionths; what is not known is dearer than all that is."""
        known = self.forecast.price_day
        return math.inf if known is None else known.value


def candidate(
    pattern: Pattern, task: TaskProfile, needs: Needs, facts: TierFacts
) -> Candidate:
    """How that pattern stands."""
    made = forecast(pattern, task, needs, facts)
    late, miss = list[Shortfall](), 0.0
    budget, slow = budget_of(task, needs), made.p95.value
    if slow > budget:
        miss += slow / budget - 1.0
        words = f"{ms(slow)} at p95 is more than {ms(budget)}"
        change = f"{ms(budget)} at p95, or a budget of {ms(slow)}"
        late.append(Shortfall(Constraint.LATENCY, words, change))
    if needs.quality is not None and made.quality.value < needs.quality:
        share = made.quality.value
        miss += needs.quality - share
        words = f"{share:.0%} answered rightly is less than {needs.quality:.0%}"
        change = f"{needs.quality:.0%} answered rightly, or less asked for"
        late.append(Shortfall(Constraint.QUALITY, words, change))
    return Candidate(
        pattern=pattern,
        vetoes=vetoes(pattern, task, needs),
        late=tuple(late),
        miss=miss,
        forecast=made,
    )


def ms(seconds: float) -> str:
    """Milliseconds, for people."""
    return f"{seconds * 1000:.0f} ms"


def money(micro: Estimate | None, currency: str) -> str:
    """An amount, for people."""
    return "price unknown" if micro is None else f"{micro.value / MICRO:.4f} {currency}"
