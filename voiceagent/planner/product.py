"""Many tasks of one product: a pattern for each, and what a single one would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voiceagent.planner.candidate import Candidate
from voiceagent.planner.patterns import Pattern
from voiceagent.planner.plan import Recommendation
from voiceagent.routing.prices import MICRO

__all__ = ["OnePattern", "Product", "product"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePattern:
    """What comes of one pattern for everything."""

    pattern: Pattern
    breaks: tuple[str, ...]
    """Tasks whose vetoes, budget or quality it breaks, and by what."""
    more: float | None
    """What it costs a day above a pattern for each task, in the currency; None: not
    known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """All tasks together."""

    patterns: dict[str, int]
    """How many tasks each pattern is for."""
    warning: str
    """Why one pattern for all would be a mistake; empty where the tasks agree."""
    one_for_all: tuple[OnePattern, ...]


def product(plans: Sequence[Recommendation]) -> Product:
    """What the plans of all tasks come to."""
    patterns: dict[str, int] = {}
    for one in plans:
        name = one.pattern.value if one.pattern else "none"
        patterns[name] = patterns.get(name, 0) + 1
    single = tuple(_single(pattern, plans) for pattern in Pattern)
    return Product(
        patterns=patterns,
        warning=_warning(patterns, single) if len(patterns) > 1 else "",
        one_for_all=single,
    )


def _single(pattern: Pattern, plans: Sequence[Recommendation]) -> OnePattern:
    breaks, more = list[str](), 0.0
    known = True
    for one in plans:
        here = next(c for c in one.candidates if c.pattern is pattern)
        if here.shortfalls and one.pattern is not pattern:
            breaks.append(f"{one.task}: {here.shortfalls[0].words}")
        spent, best = _price(here), _price(one.candidates[0])
        if spent is None or best is None:
            known = False
        else:
            more += spent - best
    return OnePattern(
        pattern=pattern,
        breaks=tuple(breaks),
        more=round(more / MICRO, 6) if known else None,
    )


def _price(one: Candidate) -> float | None:
    known = one.forecast.price_day
    return None if known is None else known.value


def _warning(patterns: dict[str, int], single: Sequence[OnePattern]) -> str:
    told = ", ".join(f"{name} {count}" for name, count in patterns.items())
    text = f"one pattern for the whole product does not fit: {told}"
    fitting = [one for one in single if not one.breaks]
    if not fitting:
        least = min(single, key=lambda one: len(one.breaks))
        return f"{text}; even `{least.pattern}` breaks {len(least.breaks)}"
    best = min(fitting, key=lambda one: float("inf") if one.more is None else one.more)
    more = "at a price not known" if best.more is None else f"for {best.more:.4f} more"
    return f"{text}; `{best.pattern}` alone would do, {more} a day"
