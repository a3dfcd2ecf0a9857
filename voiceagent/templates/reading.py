"""From what hassil parsed to the typed tree of `walk`, in this one place.

hassil names rules and lists and leaves finding them to whoever walks its tree. Here
names become what they stand for, within the block of sentences where they are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
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
    Intents,
    RangeSlotList,
    SlotList,
    TextSlotList,
)
from hassil.util import check_excluded_context, check_required_context

from voiceagent.errors import PackError
from voiceagent.lang.readers import HEARD, READERS
from voiceagent.templates.walk import (
    AnyWords,
    Blank,
    Chunk,
    Either,
    Holds,
    Listed,
    ListedValue,
    Mixed,
    NumberRange,
    Part,
    Rule,
    Series,
)

__all__ = ["Block", "Mention", "Scope", "blocks_of", "fits", "mentioned"]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Sentences that share an intent, fixed slots and what they may name."""

    intent: str
    data: IntentData
    scope: Scope

    def parts(self) -> Iterator[tuple[Sentence, Part]]:
        """Every sentence and what it is made of."""
        for sentence in self.data.sentences:
            yield sentence, self.scope.read(sentence.expression)


def blocks_of(intents: Intents, lists: Mapping[str, SlotList]) -> Iterator[Block]:
    """The blocks of a pack in the order written; `lists` stand before its own.

    Reading a block raises `PackError` for a list or rule that is not there and for
    rules that go round in circles.
    """
    shared = Scope({**intents.slot_lists, **lists}, intents.expansion_rules)
    for name, intent in intents.intents.items():
        for data in intent.data:
            yield Block(name, data, shared.inside(data))


def fits(data: IntentData, context: Mapping[str, Any] | None) -> bool:
    """Whether a value with this context can be said in a block: as hassil does, a
    name of the wrong domain cannot."""
    given = dict(context or {})
    needed, barred = data.requires_context, data.excludes_context
    allowed = check_required_context(needed, given, allow_missing_keys=True)
    return bool(allowed and check_excluded_context(barred, given))


@dataclass(frozen=True, slots=True)
class Mention:
    """A list or a rule that a template names."""

    name: str
    is_rule: bool
    bounds: tuple[int, int, int] | None = None
    """First, last and step of numbers that are written in the template itself."""


def mentioned(expression: Expression) -> tuple[Mention, ...]:
    """Every list and rule that an expression names, rules not followed."""
    if isinstance(expression, ListReference):
        bounds = expression.get_inline_range()
        return (Mention(expression.list_name, False, bounds),)
    if isinstance(expression, RuleReference):
        return (Mention(expression.rule_name, True),)
    if isinstance(expression, Group):
        return tuple(found for item in expression.items for found in mentioned(item))
    return ()


class Scope:
    """What templates may name, read when it is first used."""

    def __init__(
        self,
        lists: Mapping[str, SlotList],
        rules: Mapping[str, Sentence],
        outer: Scope | None = None,
        own: frozenset[tuple[str, bool]] = frozenset(),
    ) -> None:
        """`outer`: has all that does not lead to something in `own`: lists and, where
        the second is true, rules."""
        self._all_lists, self._all_rules = lists, rules
        self._outer, self._own = outer, own
        self._rules: dict[str, Rule | None] = {}
        self._lists: dict[tuple[str, bool], Holds] = {}
        self._named: dict[tuple[str, bool], tuple[Mention, ...]] = {}
        self._touched: dict[tuple[str, bool], bool] = {}

    def inside(self, data: IntentData) -> Scope:
        """The same, and what a block of sentences brings along."""
        own = [(name, False) for name in data.slot_lists]
        own += [(name, True) for name in data.expansion_rules]
        if not own:
            return self
        lists = {**self._all_lists, **data.slot_lists}
        rules = {**self._all_rules, **data.expansion_rules}
        return Scope(lists, rules, self, frozenset(own))

    def read(self, expression: Expression) -> Part:
        """An expression with everything that it names."""
        if isinstance(expression, TextChunk):
            return Chunk(expression.text, expression.original_text)
        if isinstance(expression, ListReference):
            return Blank(expression.slot_name, self._list(expression))
        if isinstance(expression, RuleReference):
            return self._rule(expression.rule_name)
        if not isinstance(expression, Group):
            raise PackError(f"cannot read template part `{expression}`")
        parts = tuple(map(self.read, expression.items))
        if isinstance(expression, Alternative):
            return Either(parts, expression.is_optional)
        return Mixed(parts) if isinstance(expression, Permutation) else Series(parts)

    def _rule(self, name: str) -> Rule:
        if self._outer is not None and not self._differs(name, True):
            return self._outer._rule(name)
        if name not in self._rules:
            self._rules[name] = None
            body = self.read(self._body(name))
            self._rules[name] = Rule(name, body)
        rule = self._rules[name]
        if rule is None:
            raise PackError(f"expansion rule `<{name}>` refers to itself")
        return rule

    def _body(self, name: str) -> Expression:
        if name not in self._all_rules:
            hint = "add it under `expansion_rules:`"
            raise PackError(f"expansion rule `<{name}>` is not defined", hint=hint)
        return self._all_rules[name].expression

    def _list(self, reference: ListReference) -> Holds:
        name, bounds = reference.list_name, reference.get_inline_range()
        if self._outer is not None and (bounds or not self._differs(name, False)):
            return self._outer._list(reference)
        key = (name, bounds is None)
        if key not in self._lists:
            entry = RangeSlotList(name, *bounds) if bounds else self._entry(name)
            self._lists[key] = self._filled(name, entry)
        return self._lists[key]

    def _entry(self, name: str) -> SlotList:
        if name not in self._all_lists:
            hint = "add it under `lists:`"
            raise PackError(f"list `{{{name}}}` is not defined", hint=hint)
        return self._all_lists[name]

    def _filled(self, name: str, entry: SlotList) -> Holds:
        if isinstance(entry, RangeSlotList):
            return NumberRange(name, tuple(entry.get_numbers()), entry.multiplier)
        if not isinstance(entry, TextSlotList):
            heard = self._rule(f"{HEARD}{name}") if name in READERS else None
            return AnyWords(name, heard)
        values = (
            ListedValue(self.read(item.text_in), item.value_out, item.context)
            for item in entry.values
        )
        return Listed(name, tuple(values))

    def _differs(self, name: str, is_rule: bool) -> bool:
        """Whether a list or rule, or anything it leads to, is not that of `outer`."""
        key = (name, is_rule)
        if key not in self._touched:
            self._touched[key] = key in self._own
            self._touched[key] |= any(
                item.bounds is None and self._differs(item.name, item.is_rule)
                for item in self._mentions(key)
            )
        return self._touched[key]

    def _mentions(self, key: tuple[str, bool]) -> tuple[Mention, ...]:
        """What a rule, or the values of a list, name."""
        if self._outer is not None and key not in self._own:
            return self._outer._mentions(key)
        if key not in self._named:
            found = (mentioned(expression) for expression in self._expressions(*key))
            self._named[key] = tuple(dict.fromkeys(chain.from_iterable(found)))
        return self._named[key]

    def _expressions(self, name: str, is_rule: bool) -> Iterator[Expression]:
        if is_rule:
            yield self._body(name)
        elif isinstance(entry := self._entry(name), TextSlotList):
            yield from (value.text_in for value in entry.values)
