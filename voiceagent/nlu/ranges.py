"""What numbers the templates of packs take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from voiceagent.templates.reading import blocks_of
from voiceagent.templates.walk import (
    Blank,
    Either,
    Listed,
    Mixed,
    NumberRange,
    Part,
    Rule,
    Series,
)

if TYPE_CHECKING:
    from hassil.intents import Intents, SlotList

__all__ = ["LeastAndMost", "Ranges", "ranges_of"]

LeastAndMost = tuple[float, float]
Ranges = Callable[[str, str], LeastAndMost | None]
"""The least and the most, by intent and slot."""


def ranges_of(*packs: tuple[Intents, Mapping[str, SlotList]]) -> Ranges:
    """What the templates of packs take for numbers; looked up where it is asked for."""

    @cache
    def of(intent: str) -> Mapping[str, LeastAndMost]:
        found: dict[str, LeastAndMost] = {}
        for intents, lists in packs:
            for block in blocks_of(intents, lists):
                for _, part in block.parts() if block.intent == intent else ():
                    for slot, least, most in _numbers(part):
                        low, high = found.get(slot, (least, most))
                        found[slot] = min(low, least), max(high, most)
        return found

    return lambda intent, slot: of(intent).get(slot)


def _numbers(part: Part) -> Iterator[tuple[str, float, float]]:
    match part:
        case Blank(slot, NumberRange() as holds):
            yield slot, min(holds.numbers), max(holds.numbers)
        case Blank(slot, Listed() as listed):
            values = [v.value for v in listed.values]
            numbers = [v for v in values if isinstance(v, int | float)]
            if numbers and len(numbers) == len(values):
                yield slot, min(numbers), max(numbers)
        case Rule():
            yield from _numbers(part.body)
        case Either(parts) | Series(parts) | Mixed(parts):
            for inner in parts:
                yield from _numbers(inner)
