"""Which of the five patterns, and why: vetoes first, then the budget, then the price.

A pure function. It names what decided, who comes second and what would have to change
for that one to win, and says where too little was measured to be sure of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from voiceagent.planner.candidate import Candidate, candidate, money, ms
from voiceagent.planner.facts import GUESSED, TierFacts
from voiceagent.planner.measure_first import measure_first
from voiceagent.planner.needs import Needs, budget_of, checked
from voiceagent.planner.patterns import Constraint, Pattern, leaves
from voiceagent.planner.simple import (
    DeploymentTarget,
    TaskProfile,
    recommend_deployment,
)

__all__ = ["Recommendation", "plan"]

ALIKE = {
    DeploymentTarget.EDGE: (Pattern.ON_DEVICE,),
    DeploymentTarget.CLOUD: (Pattern.REGIONAL,),
    DeploymentTarget.HYBRID: (
        *(Pattern.HYBRID, Pattern.POP_CACHED, Pattern.EDGE_GATEWAY),
    ),
}
"""The patterns that are what the simple scoring means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What to do with one task."""

    task: str
    pattern: Pattern | None
    """None: everything is ruled out."""
    meets: bool
    """Whether it is expected to keep its budget and quality."""
    leaves: str
    """What of a request leaves the device: `nothing`, `redacted` or `raw`."""
    reason: str
    binding: Constraint
    """What decided."""
    runner_up: Pattern | None
    change: str
    """What would have to change for the runner-up to win."""
    measure_first: tuple[str, ...]
    """What to measure before this is relied upon."""
    candidates: tuple[Candidate, ...]
    """All five, the best first."""
    simple: DeploymentTarget
    """What the simple scoring says."""
    differs: str
    """Why that is something else; empty where it is not."""
    currency: str
    doubts: tuple[str, ...]
    """What is wrong with the facts."""


def plan(
    task: TaskProfile, needs: Needs | None = None, facts: TierFacts | None = None
) -> Recommendation:
    """The pattern for `task`; `UsageError` where it cannot be planned for."""
    needs, facts = needs or Needs(), facts or GUESSED
    checked(task, needs)
    every = [candidate(one, task, needs, facts) for one in Pattern]
    ranked = sorted(every, key=_rank)
    first, second = ranked[0], ranked[1]
    chosen = None if first.vetoes else first
    constraint, why = _binding(ranked)
    simple = recommend_deployment(task)
    return Recommendation(
        task=task.name,
        pattern=chosen.pattern if chosen else None,
        meets=first.meets,
        leaves=leaves(first.pattern, task, needs) if chosen else "nothing",
        reason=_reason(ranked, why, budget_of(task, needs), facts.currency),
        binding=constraint,
        runner_up=(second if chosen else first).pattern,
        change=_change(first, second if chosen else first, facts.currency),
        measure_first=measure_first(ranked[:2] if chosen else (), task, needs, facts),
        candidates=tuple(ranked),
        simple=simple,
        differs=_differs(simple, ranked, facts.currency),
        currency=facts.currency,
        doubts=facts.doubts,
    )


def _rank(one: Candidate) -> tuple[int, float, float, float]:
    """What may be done before what may not, what is in time before what is late, the
    cheap before the dear, the quick before the slow."""
    return (
        len(one.vetoes),
        0.0 if one.meets else one.miss,
        one.price if one.meets else 0.0,
        one.forecast.p50.value,
    )


def _binding(ranked: Sequence[Candidate]) -> tuple[Constraint, str]:
    """What stands between the best one and what would be cheaper or quicker."""
    first = ranked[0]
    if first.shortfalls:
        short = first.shortfalls[0]
        return short.constraint, short.words
    ahead = [one for one in ranked[1:] if one.shortfalls and _wish(one) < _wish(first)]
    if ahead:
        best = min(ahead, key=_wish)
        short = best.shortfalls[0]
        return short.constraint, f"`{best.pattern}` is out: {short.words}"
    others = [one for one in ranked[1:] if one.meets and one.price > first.price]
    if others:
        return Constraint.PRICE, "the others that would do cost more"
    if not any(one.meets for one in ranked[1:]):
        short = ranked[1].shortfalls[0]
        return short.constraint, f"no other will do: {short.words}"
    return Constraint.LATENCY, "it is the quickest of those that will do"


def _wish(one: Candidate) -> tuple[float, float]:
    """What it would be taken for, did nothing stand in the way."""
    return one.price, one.forecast.p50.value


def _reason(ranked: Sequence[Candidate], why: str, budget: float, currency: str) -> str:
    first = ranked[0]
    if first.vetoes:
        words = "; ".join(
            f"{one.pattern}: {one.vetoes[0].words}" for one in ranked if one.vetoes
        )
        return f"every pattern is ruled out ({words})"
    told = (
        f"{first.pattern}: {ms(first.forecast.p95.value)} at p95 of {ms(budget)}, "
        f"{money(first.forecast.price_day, currency)} a day"
    )
    return f"{told}; {why}" if first.meets else f"{told}, falls short: {why}"


def _change(first: Candidate, other: Candidate, currency: str) -> str:
    """For `other` to win."""
    if other.shortfalls:
        return ", and ".join(dict.fromkeys(one.change for one in other.shortfalls))
    if other.price > first.price:
        if math.isinf(other.price):
            return "a price that is known"
        limit = money(first.forecast.price_day, currency)
        if first.price == 0.0:
            return "answers for nothing, and quicker ones"
        return f"less than {limit} a day"
    return f"less than {ms(first.forecast.p50.value)} at p50"


def _differs(
    simple: DeploymentTarget, ranked: Sequence[Candidate], currency: str
) -> str:
    """Why the simple scoring says something else."""
    first, alike = ranked[0], ALIKE[simple]
    if first.vetoes:
        return "it knows no vetoes, and each pattern has one"
    if first.pattern in alike:
        return ""
    meant = next(one for one in ranked if one.pattern in alike)
    if meant.shortfalls:
        return f"`{meant.pattern}`: {meant.shortfalls[0].words}"
    if not first.meets or meant.price == first.price:
        quick = ms(first.forecast.p50.value)
        return f"`{first.pattern}` is quicker, {quick} at p50, and costs no more"
    return (
        f"`{first.pattern}` does it for {money(first.forecast.price_day, currency)} a "
        f"day, `{meant.pattern}` for {money(meant.forecast.price_day, currency)}"
    )
