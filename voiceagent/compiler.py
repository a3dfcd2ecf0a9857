"""Compiles hassil expressions, lists and rules into the nodes that matching walks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

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
from hassil.intents import RangeSlotList, SlotList, TextSlotList

from voiceagent.matching import (
    AnyOrder,
    Chain,
    Choice,
    Node,
    Phrase,
    Slot,
    Text,
    Values,
    Wild,
)
from voiceagent.words import number_words, spoken

__all__ = ["Compiler"]


@dataclass
class Compiler:
    """Turns hassil expressions into nodes; lists and rules become shared nodes."""

    lists: Mapping[str, SlotList]
    rules: Mapping[str, Sentence]
    _rules: dict[str, Node] = field(default_factory=dict)
    _lists: dict[str, Node] = field(default_factory=dict)

    def node(self, expression: Expression) -> Node:
        """The compiled form of an expression."""
        if isinstance(expression, TextChunk):
            return _text(expression.original_text)
        if isinstance(expression, RuleReference):
            return self._rule(expression.rule_name)
        if isinstance(expression, ListReference):
            return self._slot(expression)
        assert isinstance(expression, Group)
        items = tuple(self.node(item) for item in expression.items)
        if isinstance(expression, Alternative):
            return Choice(items)
        make: Callable[[tuple[Node, ...]], Node] = Chain
        if isinstance(expression, Permutation):
            make = AnyOrder
        return items[0] if len(items) == 1 else make(items)

    def _rule(self, name: str) -> Node:
        if name not in self._rules:
            self._rules[name] = self.node(self.rules[name].expression)
        return self._rules[name]

    def _slot(self, reference: ListReference) -> Node:
        name = reference.list_name
        if name not in self._lists:
            inline = reference.get_inline_range()
            entry = self.lists[name] if inline is None else _inline(name, inline)
            self._lists[name] = self._list(entry)
        return Slot(reference.slot_name, self._lists[name])

    def _list(self, entry: SlotList) -> Node:
        if isinstance(entry, RangeSlotList):
            return Values(_by_first_word(_numbers(entry)))
        if not isinstance(entry, TextSlotList):
            return Wild()
        phrases, templates = [], []
        for item in entry.values:
            value = Phrase(_plain(item.text_in), item.value_out, item.context)
            if value.words:
                phrases.append(value)
            else:
                templates.append((self.node(item.text_in), value))
        return Values(_by_first_word(phrases), tuple(templates))


def _text(text: str) -> Node:
    body = spoken(text)
    before, after = text[:1].isspace(), text[-1:].isspace()
    if not body and (before or after):
        return Text(True, "", False)
    return Text(before, body, after)


def _plain(expression: Expression) -> str:
    """The words of a value that is no template, else nothing."""
    while isinstance(expression, Group) and len(expression.items) == 1:
        expression = expression.items[0]
    return spoken(expression.text) if isinstance(expression, TextChunk) else ""


def _inline(name: str, bounds: tuple[int, int, int]) -> RangeSlotList:
    return RangeSlotList(name, bounds[0], bounds[1], bounds[2])


def _numbers(entry: RangeSlotList) -> Iterator[Phrase]:
    for number in entry.get_numbers():
        value = number
        if entry.multiplier is not None:
            value = number * entry.multiplier
        words = number_words(number)
        for said in {words, words.replace("hundred ", "hundred and ")}:
            yield Phrase(said, value)


def _by_first_word(phrases: Iterable[Phrase]) -> dict[str, tuple[Phrase, ...]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        found.setdefault(phrase.words.split(" ", 1)[0], []).append(phrase)
    return {word: tuple(group) for word, group in found.items()}
