"""From an intent back to words: how the pack itself would say it.

For asking back ("do you want me to turn on the kitchen light?") the words of the
templates are run the other way: lists give only the values that the intent has, and
the parser must read the result as the same intent, or nothing is said at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.intents import (
    IntentData,
    RangeSlotList,
    SlotList,
    TextSlotList,
    WildcardSlotList,
)

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import number_words, spoken
from voiceagent.nlu.intent import Intent, IntentParser, SlotValue, Understood, plain

__all__ = ["Phraser", "as_question"]

TRIES = 64
"""Sentences of one template that are looked at."""
WORDS = language().commands


@dataclass(frozen=True, slots=True)
class _Said:
    """A piece of a sentence, and the slots that it fills."""

    text: str = ""
    slots: tuple[tuple[str, SlotValue], ...] = ()

    def then(self, more: _Said) -> _Said:
        return _Said(self.text + more.text, self.slots + more.slots)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Says the expressions of one block of templates with the wanted slots."""

    lists: Mapping[str, SlotList]
    rules: Mapping[str, Sentence]
    wanted: Mapping[str, SlotValue] = field(default_factory=dict)

    def say(self, expression: Expression) -> Iterator[_Said]:
        """Every way to say it, the most natural first."""
        if isinstance(expression, TextChunk):
            yield _Said(str(expression.original_text))
        elif isinstance(expression, RuleReference):
            yield from self.say(self.rules[expression.rule_name].expression)
        elif isinstance(expression, ListReference):
            yield from self._listed(expression)
        elif isinstance(expression, Alternative):
            for item in self._ordered(expression):
                yield from self.say(item)
        elif isinstance(expression, Group) and not isinstance(expression, Permutation):
            yield from self._chain(expression.items)

    def _ordered(self, choice: Alternative) -> list[Expression]:
        """Optional words are left out, but for the small ones; slots are tried."""
        if not choice.is_optional:
            return list(choice.items)
        return sorted(choice.items, key=_optional_rank)

    def _chain(self, items: list[Expression]) -> Iterator[_Said]:
        if not items:
            yield _Said()
            return
        for first in self.say(items[0]):
            for rest in self._chain(items[1:]):
                yield first.then(rest)

    def _listed(self, reference: ListReference) -> Iterator[_Said]:
        slot = reference.slot_name
        if slot not in self.wanted:
            return
        value, values = self.wanted[slot], self.lists.get(reference.list_name)
        for words in _words(values, value):
            if isinstance(words, str):
                yield _Said(words, ((slot, value),))
            else:
                for said in self.say(words):
                    yield _Said(said.text, (*said.slots, (slot, value)))


def _optional_rank(item: Expression) -> int:
    text = _only_text(item)
    if text is None:
        return 1
    return 0 if text in WORDS.small else 3 if text else 2


def _only_text(item: Expression) -> str | None:
    """The text of an item that is nothing else."""
    if isinstance(item, TextChunk):
        return str(item.original_text).strip().lower()
    if isinstance(item, Group) and len(item.items) == 1:
        return _only_text(item.items[0])
    return None if not isinstance(item, Group) or item.items else ""


def _words(values: SlotList | None, value: SlotValue) -> Iterator[Any]:
    """How a list says a value: texts, or expressions of the list itself."""
    if isinstance(values, TextSlotList):
        yield from (v.text_in for v in values.values if plain(v.value_out) == value)
    elif isinstance(values, RangeSlotList) and isinstance(value, int | float):
        if values.start <= value <= values.stop:
            yield number_words(value)
    elif isinstance(values, WildcardSlotList):
        yield str(value)


class Phraser:
    """Says intents in the words of a pack."""

    def __init__(self, pack: Understood, parser: IntentParser) -> None:
        self._pack, self._parser = pack, parser

    def say(self, intent: Intent) -> str:
        """A sentence that means exactly `intent`; empty where there is none."""
        known = self._pack.intents.intents.get(intent.name)
        for data in known.data if known else ():
            for said in self._sentences(data, intent.slots):
                found = self._parser.parse(said)
                if found and (found.name, found.slots) == (intent.name, intent.slots):
                    return said
        return ""

    def _sentences(
        self, data: IntentData, slots: Mapping[str, SlotValue]
    ) -> Iterator[str]:
        fixed = {name: plain(value) for name, value in data.slots.items()}
        if any(slots.get(name) != value for name, value in fixed.items()):
            return
        open_slots = {k: v for k, v in slots.items() if k not in fixed}
        intents = self._pack.intents
        lists = {**intents.slot_lists, **self._pack.slot_lists, **data.slot_lists}
        rules = {**intents.expansion_rules, **data.expansion_rules}
        speaker = _Speaker(lists, rules, open_slots)
        for sentence in data.sentences:
            for said in islice(speaker.say(sentence.expression), TRIES):
                if dict(said.slots) == open_slots and len(said.slots) == len(
                    open_slots
                ):
                    yield spoken(said.text)


def as_question(phrase: str) -> str:
    """A command as a question to the user: "Do you want me to turn on ...?"."""
    if not phrase:
        return ""
    words = [WORDS.addressed.get(word, word) for word in phrase.split()]
    if words[0] in WORDS.verbs:
        return f"Do you want me to {' '.join(words)}?"
    return f"Did you mean: {phrase}?"
