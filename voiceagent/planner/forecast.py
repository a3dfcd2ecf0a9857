"""What a pattern would do for a task: how quick, how good, at what price."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from voiceagent.planner.estimate import Estimate, Slice, quantile
from voiceagent.planner.facts import TierFacts
from voiceagent.planner.needs import Needs
from voiceagent.planner.patterns import Pattern
from voiceagent.planner.simple import TaskProfile

__all__ = ["Forecast", "forecast"]

HERE = Estimate(value=0.0, low=0.0, high=0.0, n=1, source="no bill")
"""Nobody bills what the device does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Predicted, each with its interval."""

    p50: Estimate
    """Seconds to the first sound of the answer."""
    p95: Estimate
    quality: Estimate
    """Share of requests that are answered rightly."""
    price_day: Estimate | None
    """None: not known."""


def forecast(
    pattern: Pattern, task: TaskProfile, needs: Needs, facts: TierFacts
) -> Forecast:
    """What is to be expected of `pattern`."""
    alone = task.requires_large_model or needs.corpus
    p50, p95, quality = _expected(pattern, alone, needs.tools, facts)
    kept = 0.0 if alone else facts.kept.value
    return Forecast(
        p50=p50,
        p95=p95,
        quality=quality,
        price_day=_price(pattern, kept, task.request_volume_per_day, facts),
    )


@lru_cache(maxsize=512)
def _expected(
    pattern: Pattern, alone: bool, tools: int, facts: TierFacts
) -> tuple[Estimate, Estimate, Estimate]:
    """Times and quality: the same for many tasks. `alone`: nothing of it is easy."""
    kept = 0.0 if alone else facts.kept.value
    parts = _slices(pattern, kept, tools, facts.hop.value, facts.tool.value, facts)
    return quantile(parts, 0.5), quantile(parts, 0.95), _quality(pattern, kept, facts)


def _slices(
    pattern: Pattern, kept: float, tools: int, hop: float, tool: float, facts: TierFacts
) -> tuple[Slice, ...]:
    """Of which parts its requests are. A tool is called from where the model is: over
    two borders from a region, over one where a gateway stands at the edge."""
    central = Slice(share=1.0, samples=facts.region, added=tools * (2 * hop + tool))
    match pattern:
        case Pattern.ON_DEVICE:
            return (Slice(share=1.0, samples=facts.device, added=tools * tool),)
        case Pattern.REGIONAL:
            return (central,)
        case Pattern.EDGE_GATEWAY:
            added = tools * (hop + tool)
            return (Slice(share=1.0, samples=facts.region, added=added),)
        case Pattern.HYBRID:
            near, share = facts.device, kept
        case Pattern.POP_CACHED:
            near, share = facts.pop, facts.hits.value
    first = Slice(share=share, samples=near, added=tools * tool)
    return first, Slice(share=1.0 - share, samples=central.samples, added=central.added)


def _quality(pattern: Pattern, kept: float, facts: TierFacts) -> Estimate:
    """The device refuses what it does not keep; a region gets all the rest."""
    if pattern is Pattern.ON_DEVICE:
        return _mixed(facts.right, facts.kept, None)
    if pattern is Pattern.HYBRID and kept:
        return _mixed(facts.right, facts.kept, facts.region_right)
    return facts.region_right


def _mixed(near: Estimate, share: Estimate, far: Estimate | None) -> Estimate:
    """Right here for that share, and right there for the rest."""

    def of(here: float, kept: float, there: float) -> float:
        return kept * here + (1 - kept) * there

    value = of(near.value, share.value, far.value if far else 0.0)
    ends = [
        of(here, kept, there)
        for here in (near.low, near.high)
        for kept in (share.low, share.high)
        for there in ((far.low, far.high) if far else (0.0,))
    ]
    parts = [near, share, *([far] if far else [])]
    ages = [one.age for one in parts if one.age is not None]
    return Estimate(
        value=value,
        low=min(value, *ends),
        high=max(value, *ends),
        n=min(one.n for one in parts),
        age=max(ages, default=None),
        source=", ".join(dict.fromkeys(one.source for one in parts)),
    )


def _price(
    pattern: Pattern, kept: float, volume: int, facts: TierFacts
) -> Estimate | None:
    """A day of it: answers of a region, and the machine of a point of presence."""
    if pattern is Pattern.ON_DEVICE:
        return HERE
    answer, fixed = facts.answer_price, HERE
    if pattern is Pattern.POP_CACHED:
        if facts.pop_price is None:
            return None
        fixed = facts.pop_price
    if answer is None:
        return None
    away = _away(pattern, kept, facts)
    return Estimate(
        value=volume * away[1] * answer.value + fixed.value,
        low=volume * away[0] * answer.low + fixed.low,
        high=volume * away[2] * answer.high + fixed.high,
        n=answer.n,
        age=answer.age,
        source=answer.source,
    )


def _away(
    pattern: Pattern, kept: float, facts: TierFacts
) -> tuple[float, float, float]:
    """Share of requests that a region answers: at least, expected, at most."""
    if pattern is Pattern.HYBRID and kept:
        near = facts.kept
    elif pattern is Pattern.POP_CACHED:
        near = facts.hits
    else:
        return 1.0, 1.0, 1.0
    return 1.0 - near.high, 1.0 - near.value, 1.0 - near.low
