"""Facts from what was recorded: event files, shadow answers, the model's curve, prices.

events/*.jsonl         what `voiceagent replay --events` writes
events/shadow.jsonl    {"agreed": true}, one a line: whether the device's answer to
                       a request was the one that a region gave to the same
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from voiceagent.errors import UsageError
from voiceagent.nlu.config import RouteConfig
from voiceagent.nlu.models.risk_curve import Curve, threshold
from voiceagent.planner.estimate import (
    Estimate,
    Slice,
    Timings,
    quantile,
    share_of,
    spanning,
)
from voiceagent.planner.facts import GUESSED, PRIORS, TierFacts, from_book
from voiceagent.planner.price_facts import answer_price, pop_price
from voiceagent.planner.recorded import DEVICE, POP, REGION, Recorded, age_of, look
from voiceagent.routing.latency import LatencyBook
from voiceagent.routing.prices import PriceTable

__all__ = ["gather"]

SHADOW = "shadow.jsonl"
MOST_FILES = 10_000
MOST_SAMPLES = 20_000
"""Turns of a tier; of more an even choice is taken."""
FEW = 8
"""Answers from which on a file may contradict another."""
APART = 0.02
"""So much may two shares differ beyond their intervals."""
LARGEST = 16 * 2**20


class ShadowAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether both said the same."""

    agreed: bool


def gather(
    folder: Path | None, *, curve: Curve | None, prices: PriceTable, model: str = ""
) -> TierFacts:
    """All facts there are; `UsageError` where `folder` has none. `model`: whose price a
    region's answer has where no file says it."""
    files = _files(folder) if folder is not None else []
    told = [look(file) for file in files if file.name != SHADOW]
    doubts = [doubt for one in told for doubt in one.doubts]
    shadow = next((file for file in files if file.name == SHADOW), None)
    models = sum((one.models for one in told), Counter[str]())
    named = models.most_common(1)[0][0] if models else model
    return TierFacts(
        device=_samples(told, DEVICE, doubts),
        region=_samples(told, REGION, doubts),
        pop=_samples(told, POP, doubts),
        kept=_kept(told, curve, doubts),
        right=_right(shadow, curve, doubts),
        hits=_hits(told),
        answer_price=answer_price(told, prices, named, doubts),
        pop_price=pop_price(prices),
        currency=prices.currency,
        doubts=tuple(doubts),
    )


def _files(folder: Path) -> list[Path]:
    """The files of a folder, or the one that was named."""
    if folder.is_file():
        return [folder]
    found = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    if not found or len(found) > MOST_FILES:
        raise UsageError(
            f"`{folder}` has no files of events"
            if not found
            else f"`{folder}` has more than {MOST_FILES} files",
            hint="`voiceagent replay samples --pace measured --events FILE` writes one",
        )
    return found


def _samples(
    told: Sequence[Recorded], tier: str, doubts: list[str]
) -> tuple[Timings, ...]:
    """How long that tier takes: as measured, each file for itself where they contradict
    each other; from the latency book where too few turns were."""
    made = [
        Timings(_even(one.by_tier[tier]), len(one.by_tier[tier]), one.age, one.file)
        for one in told
        if one.by_tier.get(tier)
    ]
    if sum(one.n for one in made) < FEW:
        return (_booked(told, tier, made),)
    if _contradict(made):
        doubts.append(f"{tier}: the files contradict each other, times span all")
        return tuple(made)
    seconds = [second for one in made for second in one.seconds]
    ages = [one.age * one.n for one in made if one.age is not None]
    n = sum(one.n for one in made)
    source = made[0].source if len(made) == 1 else f"{len(made)} files of events"
    age = sum(ages) / n if len(ages) == len(made) else None
    return (Timings(_even(seconds), n, age, source),)


def _booked(told: Sequence[Recorded], tier: str, made: Sequence[Timings]) -> Timings:
    """What the latency book makes of the few there are, its prior filling in."""
    book = LatencyBook(PRIORS)
    for one in told:
        for leg, letters, seconds in one.legs:
            if tier == (leg if leg == POP else REGION):
                book.note(tier, letters, seconds)
    if tier == DEVICE or not book.predict(tier, 0).seen:
        for sample in made:
            for second in sample.seconds:
                book.note(tier, 0, second)
    ages = [one.age for one in told if one.age is not None]
    return from_book(book, tier, max(ages, default=None))


def _contradict(made: Sequence[Timings]) -> bool:
    """Whether the middles of two files cannot be of one thing."""
    middles = [
        quantile((Slice(share=1.0, samples=(one,)),), 0.5)
        for one in made
        if one.n >= FEW
    ]
    if len(middles) < 2:
        return False
    low = max(middles, key=lambda one: one.low)
    high = min(middles, key=lambda one: one.high)
    return low.low > 1.5 * high.high


def _even(seconds: Sequence[float]) -> tuple[float, ...]:
    """Ascending, and no more than are needed."""
    ranked = sorted(seconds)
    return tuple(ranked[:: -(-len(ranked) // MOST_SAMPLES) or 1])


def _point(curve: Curve) -> tuple[float, float]:
    """Share that is kept and share of it that is right, at the usual risk."""
    limit = threshold(curve.points, RouteConfig())
    point = next(one for one in curve.points if one.threshold == limit)
    return point.share, 1.0 - point.risk


def _read_off(value: float, curve: Curve) -> Estimate:
    """A share as the curve has it: on at least as many sentences as it has points."""
    n = len(curve.points)
    return share_of(round(value * n), n, None, "the model's curve")


def _kept(told: Sequence[Recorded], curve: Curve | None, doubts: list[str]) -> Estimate:
    """What share of requests the device answers: as recorded, beside the curve."""
    here = sum(len(one.by_tier.get(DEVICE, ())) for one in told)
    every = sum(len(s) for one in told for s in one.by_tier.values())
    ages = [one.age for one in told if one.age is not None]
    found = list[Estimate]()
    if every:
        age = max(ages, default=None)
        found.append(share_of(here, every, age, "turns recorded"))
    if curve is not None:
        found.append(_read_off(_point(curve)[0], curve))
    return _one(found, GUESSED.kept, "what the device answers", doubts)


def _right(shadow: Path | None, curve: Curve | None, doubts: list[str]) -> Estimate:
    """What share of that is right: by shadow answers, beside the curve."""
    found = list[Estimate]()
    if shadow is not None:
        agreed = _agreed(shadow)
        found.append(
            share_of(sum(agreed), len(agreed), age_of(shadow), "shadow answers")
        )
    if curve is not None:
        found.append(_read_off(_point(curve)[1], curve))
    return _one(found, GUESSED.right, "what the device answers rightly", doubts)


def _one(
    found: Sequence[Estimate], else_: Estimate, what: str, doubts: list[str]
) -> Estimate:
    """One number of all sources; a contradiction is told, and widens it."""
    if not found:
        return else_
    made, contradiction = spanning(found, tolerance=APART)
    if contradiction:
        doubts.append(f"{what}: {' and '.join(one.source for one in found)} differ")
    return made


def _agreed(file: Path) -> list[bool]:
    try:
        if file.stat().st_size > LARGEST:
            raise ValueError(f"larger than {LARGEST} bytes")
        return [
            one.agreed
            for one in msgspec.json.Decoder(ShadowAnswer).decode_lines(
                file.read_bytes()
            )
        ]
    except (OSError, ValueError) as error:
        raise UsageError(
            f"`{file}` cannot be read", cause=str(error), hint='{"agreed": true} a line'
        ) from error


def _hits(told: Sequence[Recorded]) -> Estimate:
    """What share of requests beyond the device a cache answered."""
    near = sum(len(one.by_tier.get(POP, ())) for one in told)
    far = sum(len(one.by_tier.get(REGION, ())) for one in told)
    ages = [one.age for one in told if one.age is not None]
    if not near:
        return GUESSED.hits
    return share_of(near, near + far, max(ages, default=None), "turns recorded")
