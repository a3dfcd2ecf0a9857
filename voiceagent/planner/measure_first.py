"""What should be measured before a plan is relied upon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voiceagent.planner.candidate import Candidate
from voiceagent.planner.estimate import DAY, Estimate
from voiceagent.planner.facts import TierFacts
from voiceagent.planner.needs import Needs, budget_of
from voiceagent.planner.patterns import Pattern
from voiceagent.planner.simple import TaskProfile

__all__ = ["measure_first"]


def measure_first(
    best: Sequence[Candidate], task: TaskProfile, needs: Needs, facts: TierFacts
) -> tuple[str, ...]:
    """Of the first and the second, all that too little is known of."""
    found = dict[str, None]()
    for one in best:
        if not one.vetoes:
            found |= dict.fromkeys(_of(one, task, needs, facts))
    return tuple(found)


def _of(
    one: Candidate, task: TaskProfile, needs: Needs, facts: TierFacts
) -> Iterator[str]:
    slow, good = one.forecast.p95, one.forecast.quality
    budget = budget_of(task, needs)
    if not slow.sure or slow.straddles(budget):
        yield f"how long `{one.pattern}` takes ({_stand(slow)})"
    if needs.quality is not None and (not good.sure or good.straddles(needs.quality)):
        yield f"how often `{one.pattern}` is right ({_stand(good)})"
    shared = not (task.requires_large_model or needs.corpus)
    if one.pattern is Pattern.HYBRID and shared and not facts.kept.sure:
        yield f"what share the device answers ({_stand(facts.kept)})"
    if one.pattern is Pattern.POP_CACHED and not facts.hits.sure:
        yield f"what share the cache answers ({_stand(facts.hits)})"
    if needs.tools and one.pattern is not Pattern.ON_DEVICE and not facts.hop.sure:
        yield f"how long a hop of the network takes ({_stand(facts.hop)})"
    if needs.tools and not facts.tool.sure:
        yield f"how long a tool takes ({_stand(facts.tool)})"
    if one.forecast.price_day is None:
        yield f"what `{one.pattern}` costs (its price is not known)"


def _stand(one: Estimate) -> str:
    """What it stands on."""
    if not one.n:
        return "never measured"
    age = "" if one.age is None else f", {one.age / DAY:.0f} days old"
    return f"{one.n} measured{age}"
