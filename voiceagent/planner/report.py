"""A recommendation as it is printed: milliseconds, and amounts in the currency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from voiceagent.planner.candidate import Candidate, ms
from voiceagent.planner.estimate import DAY, Estimate
from voiceagent.planner.plan import Recommendation
from voiceagent.routing.prices import MICRO

__all__ = ["as_json", "as_lines"]


def as_json(one: Recommendation) -> dict[str, Any]:
    """One object: everything."""
    return {
        "task": one.task,
        "pattern": one.pattern,
        "meets": one.meets,
        "leaves": one.leaves,
        "reason": one.reason,
        "binding": one.binding,
        "runner_up": one.runner_up,
        "change": one.change,
        "measure_first": one.measure_first,
        "simple": one.simple.value,
        "differs": one.differs,
        "candidates": [_candidate(each) for each in one.candidates],
        "currency": one.currency,
        "doubts": one.doubts,
    }


def as_lines(one: Recommendation) -> Iterator[str]:
    """The same for people."""
    yield f"{one.task}: {one.pattern or 'none'}"
    yield f"  why: {one.reason}"
    yield f"  decided by: {one.binding}"
    yield f"  leaves the device: {one.leaves}"
    differs = f", since {one.differs}" if one.differs else ", too"
    yield f"  the simple scoring says {one.simple.value}{differs}"
    if one.runner_up:
        yield f"  {one.runner_up} would take: {one.change}"
    for what in one.measure_first:
        yield f"  measure this first: {what}"
    for each in one.candidates:
        yield _line(each, one.currency)


def _line(each: Candidate, currency: str) -> str:
    made = each.forecast
    price = made.price_day
    day = "price unknown"
    if price is not None:
        day = f"{_money(price.value):.4f} {currency} a day"
    verdict = each.shortfalls[0].words if each.shortfalls else "would do"
    return (
        f"    {each.pattern:<12} p50 {ms(made.p50.value)}, p95 {ms(made.p95.value)} "
        f"({made.p95.low * 1000:.0f} to {ms(made.p95.high)}, {_stand(made.p95)}), "
        f"right {made.quality.value:.0%}, {day}: {verdict}"
    )


def _stand(one: Estimate) -> str:
    age = "" if one.age is None or not one.n else f", {one.age / DAY:.0f} days old"
    return f"n {one.n}{age}"


def _candidate(each: Candidate) -> dict[str, Any]:
    made = each.forecast
    price = made.price_day
    return {
        "pattern": each.pattern,
        "meets": each.meets,
        "vetoes": [_short(one.constraint, one.words) for one in each.vetoes],
        "late": [_short(one.constraint, one.words) for one in each.late],
        "p50_ms": _estimate(made.p50, 1000.0),
        "p95_ms": _estimate(made.p95, 1000.0),
        "right": _estimate(made.quality, 1.0),
        "price_day": None if price is None else _estimate(price, 1 / MICRO),
    }


def _short(constraint: str, words: str) -> dict[str, str]:
    return {"constraint": constraint, "words": words}


def _estimate(one: Estimate, unit: float) -> dict[str, Any]:
    return {
        "value": round(one.value * unit, 6),
        "low": round(one.low * unit, 6),
        "high": round(one.high * unit, 6),
        "n": one.n,
        "age_days": None if one.age is None else round(one.age / DAY, 2),
        "source": one.source,
    }


def _money(micro: float) -> float:
    return micro / MICRO
