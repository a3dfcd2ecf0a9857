"""What an answer costs: as it was booked, beside the table of prices."""

from __future__ import annotations

import math
from collections.abc import Sequence

from voiceagent.clock import outside
from voiceagent.planner.estimate import DAY, GUESS, SURE, Estimate
from voiceagent.planner.facts import LETTERS
from voiceagent.planner.recorded import Recorded
from voiceagent.routing.prices import MICRO, PriceTable

__all__ = ["POP_MODEL", "answer_price", "pop_price"]

POP_MODEL = "voiceagent-pop"
"""Under which name a table has the machine of a point of presence, `per_hour`."""
OWN = "voiceagent"
APART = 1.5
"""A table and the books differ by that factor: they contradict each other."""


def answer_price(
    told: Sequence[Recorded], prices: PriceTable, model: str, doubts: list[str]
) -> Estimate | None:
    """Millionths that an answer of a region costs; None: not known."""
    paid = [price * MICRO for one in told for price in one.prices]
    ages = [one.age for one in told if one.prices and one.age is not None]
    listed = _listed(prices, model or OWN)
    if not paid:
        return listed
    booked = _mean(paid, max(ages, default=None))
    if listed is None or _alike(booked.value, listed.value):
        return booked
    doubts.append(
        f"an answer of `{model or OWN}` was booked at {booked.value / MICRO:.6f}, and "
        f"the table says {listed.value / MICRO:.6f}"
    )
    return Estimate(
        value=booked.value,
        low=min(booked.low, listed.value),
        high=max(booked.high, listed.value),
        n=booked.n,
        age=booked.age,
        source="the books and the table",
    )


def pop_price(prices: PriceTable) -> Estimate | None:
    """Millionths that a day of the machine at a point of presence costs."""
    found = prices.price_of(POP_MODEL, outside().date())
    if found is None:
        return None
    value = found.per_hour * 24 * MICRO
    return Estimate(
        value=value,
        low=value,
        high=value,
        n=1,
        age=_since(found.valid_from.toordinal()),
        source="the table of prices",
    )


def _listed(prices: PriceTable, model: str) -> Estimate | None:
    """By the table: the answer's length is about right, no more."""
    today = outside().date()
    found, value = prices.price_of(model, today), prices.expected(model, LETTERS, today)
    if found is None or value is None:
        return None
    return Estimate(
        value=value,
        low=value / GUESS,
        high=value * GUESS,
        n=1,
        age=_since(found.valid_from.toordinal()),
        source="the table of prices",
    )


def _since(ordinal: int) -> float:
    return max(0, outside().date().toordinal() - ordinal) * DAY


def _mean(paid: Sequence[float], age: float | None) -> Estimate:
    """Of what was booked, with two standard errors on either side."""
    middle = sum(paid) / len(paid)
    spread = math.sqrt(sum((one - middle) ** 2 for one in paid) / max(1, len(paid) - 1))
    half = SURE * spread / math.sqrt(len(paid)) if len(paid) > 1 else middle
    return Estimate(
        value=middle,
        low=max(0.0, middle - half),
        high=middle + half,
        n=len(paid),
        age=age,
        source="what was booked",
    )


def _alike(one: float, other: float) -> bool:
    return max(one, other) <= APART * min(one, other)
