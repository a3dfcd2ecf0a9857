"""Numbers are never lost, taken for a step, or mistaken for their twins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

from voiceagent.lang.cues import any_of
from voiceagent.lang.guard_tables import DirectionWords
from voiceagent.lang.language import Language, NumberWords
from voiceagent.lang.quantities import explained
from voiceagent.lang.spoken import said_numbers, spoken
from voiceagent.nlu.guards.leftovers import Leftovers
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask, refuse
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.slm.forms import Takes

__all__ = ["LossRule", "StepRule", "TwinRule"]

UNIT_WITHIN = 4
"""Words from a number on in which its unit stands."""


class LossRule:
    """Whether a number was said that is in no slot."""

    def __init__(self, language: Language, leftovers: Leftovers) -> None:
        self._words, self._leftovers = language.numbers, leftovers

    def judge(
        self,
        text: str,
        intent: Intent,
        known: Takes,
        framed: frozenset[str] = frozenset(),
    ) -> GuardVerdict:
        """What is said, against the values of `intent`; `framed`: words of its
        frames, where one of these was read."""
        words = self._same(text).split()
        numbers = {float(abs(v)) for v in intent.slots.values() if _is_number(v)}
        if _is_number(tenths := intent.slots.get("tenths", "")):
            numbers |= {tenths / 10, *(value + tenths / 10 for value in numbers)}
        texts = [spoken(v) for v in intent.slots.values() if isinstance(v, str)]
        names, said_as_it_is = " ".join(texts), frozenset(self._within(words, texts))
        literals = framed.union(*known.literals)
        places = explained(words, intent.slots)
        numbered = [(n, at) for n, at in said_numbers(words) if at not in places]
        for value, at in numbered:
            if words[at] in names.split() or words[at] in literals:
                continue
            if self._leftovers.is_pronoun(words, at):
                continue
            point = at and words[at - 1] == self._words.point
            if value not in numbers and not (point and value / 10 in numbers):
                return refuse("a number would be lost")
        below = any(self._is_below(words, at, said_as_it_is) for _, at in numbered)
        if below and not any(_is_number(v) and v < 0 for v in intent.slots.values()):
            return refuse("a sign would be lost")
        places |= said_as_it_is
        for word, meanings in self._words.fractions.items():
            said = any(w == word for at, w in enumerate(words) if at not in places)
            if said and word not in literals and not numbers & {*meanings}:
                return refuse("a fraction would be lost")
        return PASS

    def _within(self, words: Sequence[str], texts: Iterable[str]) -> Iterator[int]:
        """The places of words that a slot holds as they were said, each value once: a
        sum keeps its own signs and fractions."""
        for text in texts:
            value = self._same(text).split()
            for at in range(len(words) - len(value) + 1):
                if value and list(words[at : at + len(value)]) == value:
                    yield from range(at, at + len(value))
                    break

    def _same(self, text: str) -> str:
        for fraction, same in self._words.same_fractions.items():
            text = text.replace(fraction, same)
        return text

    def _is_below(self, words: list[str], at: int, held: frozenset[int]) -> bool:
        """Whether the number there is said to be below zero, by words that no slot
        holds."""
        if at and words[at - 1] in self._words.signs:
            return at - 1 not in held
        behind = words[at + 1 : at + UNIT_WITHIN]
        for place, word in enumerate(behind):
            if word in self._words.below:
                rest = behind[place + 1 :]
                below = not rest or rest[0] in self._words.zeros
                return below and at + 1 + place not in held
        return False


def _is_number(value: SlotValue) -> TypeGuard[int | float]:
    return isinstance(value, int | float)


class StepRule:
    """Whether "ten percent brighter" would be taken for "to ten percent"."""

    def __init__(self, tables: DirectionWords) -> None:
        self._step = tables.step
        self._states = re.compile(rf"\b{any_of(tables.step.states)} $")
        self._ways = (tables.upwards | tables.downwards) - tables.step.neutral

    def judge(self, text: str, intent: Intent, known: Takes) -> GuardVerdict:
        """What is said, against the steps that the intent knows."""
        words, by = text.split(), self._step.by
        own = frozenset[str]().union(*known.literals)
        steps = [
            slot
            for slot, values in known.fixed.items()
            if slot not in intent.slots and all(map(_is_number, values))
        ]
        way = self._ways & set(words)
        for _, at in said_numbers(words):
            before = f"{' '.join(words[:at])} "
            unit = self._step.units & set(words[at : at + UNIT_WITHIN])
            if before.endswith(f"{by} ") and by not in own and (steps or unit):
                return refuse("a step would be taken for a value")
            if steps and way and not self._states.search(before):
                return refuse("a step would be taken for a value")
        return PASS


class TwinRule:
    """Whether a number was heard that sounds like another, and not surely."""

    def __init__(self, words: NumberWords) -> None:
        self._twins = words.twins

    def judge(self, text: str, confidence: float, *, sure: float) -> GuardVerdict:
        """`sure`: the recogniser's confidence from which it is believed."""
        if confidence < sure and self._twins & set(text.split()):
            return ask("a number that sounds like another")
        return PASS
