"""Says random sentences of hassil templates and marks the words that fill slots."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hassil.expression import Expression, ListReference, Sentence
from hassil.intents import RangeSlotList, SlotList, TextSlotList

from voiceagent.authoring.sampler import pieces_said
from voiceagent.lang.spoken import number_words, spoken

__all__ = ["Example", "Sampler", "Span", "WildList"]

Span = tuple[int, int, str]
"""First letter, letter behind the last one, slot (or `slot=value`)."""


@dataclass(frozen=True)
class Example:
    """One training sentence; `intent` is None for what is not ours."""

    text: str
    intent: str | None
    spans: tuple[Span, ...] = ()
    split: str = "train"
    source: str = ""
    family: str = field(default="", compare=False)
    """Sentences of one family never stand on both sides of the split."""

    def row(self) -> dict[str, object]:
        """As it is written to a file."""
        spans = [list(span) for span in self.spans]
        row: dict[str, object] = {"text": self.text, "intent": self.intent}
        return row | {"spans": spans, "split": self.split, "source": self.source}


@dataclass(frozen=True)
class WildList:
    """Words that stand in for a wildcard, and for lists that the pack lacks."""

    words: Sequence[Expression | str]


Entries = Mapping[str, "SlotList | WildList"]


class Sampler:
    """Draws sentences; the same random numbers give the same sentences."""

    def __init__(
        self,
        lists: Entries,
        rules: Mapping[str, Sentence],
        chance: random.Random,
        *,
        tags: Mapping[str, str] | None = None,
        wild: WildList | None = None,
    ) -> None:
        """`tags`: what a list's words are marked with instead of its slot."""
        self._lists, self._rules, self._chance = lists, rules, chance
        self._tags = dict(tags or {})
        self._wild = wild or WildList(("purple gumption",))
        self._marks: list[tuple[int, int, str]] = []
        self._raw = ""

    def sample(self, expression: Expression) -> tuple[str, tuple[Span, ...]]:
        """Spoken words with their spans."""
        self._raw, self._marks = "", []
        self._say(expression)
        raw = self._raw
        return spoken(raw), tuple(_placed(raw, *mark) for mark in self._marks)

    def _say(self, expression: Expression) -> None:
        for part in pieces_said(expression, self._rules, self._chance):
            if isinstance(part, str):
                self._raw += part
            else:
                self._value(part)

    def _value(self, reference: ListReference) -> None:
        start = len(self._raw)
        tag = self._tags.get(reference.list_name, reference.slot_name)
        entry = self._lists[reference.list_name]
        if isinstance(entry, RangeSlotList):
            self._raw += number_words(self._number(entry))
        elif isinstance(entry, TextSlotList):
            self._say(self._chance.choice(entry.values).text_in)
        else:
            chosen = entry if isinstance(entry, WildList) else self._wild
            self._any(self._chance.choice(chosen.words))
        if tag:
            self._marks.append((start, len(self._raw), tag))

    def _any(self, words: Expression | str) -> None:
        if isinstance(words, str):
            self._raw += words
        else:
            self._say(words)

    def _number(self, entry: RangeSlotList) -> int | float:
        numbers: list[Any] = list(entry.get_numbers())
        round_ones = [number for number in numbers if number % 5 == 0]
        some = round_ones if round_ones and self._chance.random() < 0.5 else numbers
        chosen: int | float = self._chance.choice(some)
        return chosen


def _placed(raw: str, start: int, end: int, tag: str) -> Span:
    """Where the letters `start` to `end` of what was written stand when spoken."""
    before, inside = spoken(raw[:start]), spoken(raw[start:end])
    first = len(before) + (1 if before else 0)
    return first, first + len(inside), tag
