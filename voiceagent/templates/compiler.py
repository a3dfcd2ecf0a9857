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
    Sequence,
    TextChunk,
)
from hassil.intents import RangeSlotList, SlotList, TextSlotList

from voiceagent.lang.spoken import number_words, spoken
from voiceagent.templates.matching import (
    AnyOrder,
    Chain,
    MatchChoice,
    MatchNode,
    MatchText,
    Phrase,
    Slot,
    SlotValues,
    Wild,
)
from voiceagent.templates.references import mentioned

__all__ = ["Compiler"]


@dataclass
class Compiler:
    """Turns hassil expressions into nodes; lists and rules become shared nodes."""

    lists: Mapping[str, SlotList]
    rules: Mapping[str, Sentence]
    parent: Compiler | None = None
    """Has the nodes of lists and rules that are the same there."""
    own: frozenset[str] = frozenset()
    """Lists and rules that the parent knows in another form, or not at all."""
    _rules: dict[str, MatchNode] = field(default_factory=dict)
    _lists: dict[str, MatchNode] = field(default_factory=dict)
    _touched: dict[str, bool] = field(default_factory=dict)

    def node(self, expression: Expression) -> MatchNode:
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
            return MatchChoice(items)
        make: Callable[[tuple[MatchNode, ...]], MatchNode] = Chain
        if isinstance(expression, Permutation):
            make = AnyOrder
        return items[0] if len(items) == 1 else make(items)

    def _rule(self, name: str) -> MatchNode:
        if self.parent is not None and not self._changed(name):
            return self.parent._rule(name)
        if name not in self._rules:
            self._rules[name] = self.node(self.rules[name].expression)
        return self._rules[name]

    def _changed(self, rule: str) -> bool:
        """Whether a rule, or anything it mentions, is not the parent's."""
        if rule not in self._touched:
            used = mentioned(self.rules[rule].expression)
            names = [item.list_name for item in used if isinstance(item, ListReference)]
            rules = [item.rule_name for item in used if isinstance(item, RuleReference)]
            self._touched[rule] = not self.own.isdisjoint(
                [rule, *names, *rules]
            ) or any(map(self._changed, rules))
        return self._touched[rule]

    def _slot(self, reference: ListReference) -> MatchNode:
        return Slot(reference.slot_name, self._values(reference))

    def _values(self, reference: ListReference) -> MatchNode:
        name = reference.list_name
        if self.parent is not None and name not in self.own:
            return self.parent._values(reference)
        if name not in self._lists:
            inline = reference.get_inline_range()
            entry = self.lists[name] if inline is None else _inline(name, inline)
            self._lists[name] = self._list(entry)
        return self._lists[name]

    def _list(self, entry: SlotList) -> MatchNode:
        if isinstance(entry, RangeSlotList):
            return SlotValues(_by_first_word(_numbers(entry)))
        if not isinstance(entry, TextSlotList):
            return Wild()
        phrases, templates = [], []
        groups: dict[str, int] = {}
        for item in entry.values:
            group = groups.setdefault(f"{item.context}", len(groups))
            words = _plain(item.text_in)
            value = Phrase(words, item.value_out, item.context, group)
            if value.words:
                phrases.append(value)
            else:
                templates.append((self.node(item.text_in), value))
        return SlotValues(_by_first_word(phrases), tuple(templates))


def _text(text: str) -> MatchNode:
    body = spoken(text)
    before, after = text[:1].isspace(), text[-1:].isspace()
    if not body and (before or after):
        return MatchText(True, "", False)
    return MatchText(before, body, after)


def _plain(expression: Expression) -> str:
    """The words of a value that is no template, else nothing."""
    if isinstance(expression, TextChunk):
        return spoken(expression.text)
    if not isinstance(expression, Sequence):
        return ""
    parts = [part for part in expression.items if isinstance(part, TextChunk)]
    if len(parts) < len(expression.items):
        return _plain(expression.items[0]) if len(expression.items) == 1 else ""
    return spoken("".join(part.original_text for part in parts))


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
