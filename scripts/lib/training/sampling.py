"""Says random sentences of hassil templates and marks the words that fill slots."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hassil.expression import Expression

from voiceagent.authoring.sampler import pieces_said
from voiceagent.lang.spoken import number_words, spoken
from voiceagent.templates.reading import Scope
from voiceagent.templates.walk import AnyWords, Blank, Listed, NumberRange, Part

__all__ = ["Example", "Sampler", "Span"]

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


class Sampler:
    """Draws sentences; the same random numbers give the same sentences."""

    def __init__(
        self,
        scope: Scope,
        chance: random.Random,
        *,
        tags: Mapping[str, str] | None = None,
        wild: Sequence[str] = ("purple gumption",),
    ) -> None:
        """`tags`: what a list's words are marked with instead of its slot; `wild`:
        what stands in for free text."""
        self._scope, self._chance, self._wild = scope, chance, wild
        self._tags = dict(tags or {})
        self._marks: list[tuple[int, int, str]] = []
        self._raw = ""

    def read(self, expression: Expression) -> Part:
        """A template with the lists and rules that it names."""
        return self._scope.read(expression)

    def sample(self, part: Part) -> tuple[str, tuple[Span, ...]]:
        """Spoken words with their spans."""
        self._raw, self._marks = "", []
        self._say(part)
        raw = self._raw
        return spoken(raw), tuple(_placed(raw, *mark) for mark in self._marks)

    def _say(self, part: Part) -> None:
        for piece in pieces_said(part, self._chance):
            if isinstance(piece, str):
                self._raw += piece
            else:
                self._value(piece)

    def _value(self, blank: Blank) -> None:
        start = len(self._raw)
        tag = self._tags.get(blank.holds.name, blank.slot)
        if isinstance(blank.holds, NumberRange):
            self._raw += number_words(self._number(blank.holds.numbers))
        elif isinstance(blank.holds, Listed):
            self._say(self._chance.choice(blank.holds.values).said)
        elif isinstance(blank.holds, AnyWords) and blank.holds.heard is not None:
            self._said(blank.holds.heard)
        else:
            self._raw += self._chance.choice(self._wild)
        if tag:
            self._marks.append((start, len(self._raw), tag))

    def _said(self, part: Part) -> None:
        """Words that a reader takes as a whole: nothing in them is a slot."""
        marks = list(self._marks)
        self._say(part)
        self._marks = marks

    def _number(self, numbers: Sequence[int | float]) -> int | float:
        round_ones = [number for number in numbers if number % 5 == 0]
        some = round_ones if round_ones and self._chance.random() < 0.5 else numbers
        return self._chance.choice(some)


def _placed(raw: str, start: int, end: int, tag: str) -> Span:
    """Where the letters `start` to `end` of what was written stand when spoken."""
    before, inside = spoken(raw[:start]), spoken(raw[start:end])
    first = len(before) + (1 if before else 0)
    return first, first + len(inside), tag
