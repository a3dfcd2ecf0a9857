"""Takes templates apart: from expressions to the forms that an intent has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.intents import IntentData, RangeSlotList, SlotList, TextSlotList

from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import SlotValue, Understood
from voiceagent.nlu.slm.forms import Atom, Form, Takes, plain
from voiceagent.templates.compiler import Compiler

__all__ = ["takes"]

MOST_PHRASES = 64
"""Of one value of a list."""
MOST_FORMS = 4000
"""Of one template; a template with more combinations takes its first ones only."""


def takes(pack: Understood) -> dict[str, Takes]:
    """What every intent of a pack takes, by its name."""
    lists = {**pack.intents.slot_lists, **pack.slot_lists}
    rules = pack.intents.expansion_rules
    shared = _FormReader(lists, rules)
    found = {}
    for intent in pack.intents.intents.values():
        readers = [_reader(shared, block) for block in intent.data]
        found[intent.name] = _takes(intent.data, readers)
    return found


def _reader(shared: _FormReader, block: IntentData) -> _FormReader:
    if not block.slot_lists and not block.expansion_rules:
        return shared
    lists = {**shared.lists, **block.slot_lists}
    return _FormReader(lists, {**shared.rules, **block.expansion_rules})


def _takes(blocks: Iterable[IntentData], readers: list[_FormReader]) -> Takes:
    forms: dict[object, Form] = {}
    values: dict[str, dict[Atom, None]] = {}
    words: set[str] = set()
    literals: list[frozenset[str]] = []
    openings: set[str] = set()
    fixed: dict[str, set[SlotValue]] = {}
    for number, (block, reader) in enumerate(zip(blocks, readers, strict=True)):
        slots = {name: plain(value) for name, value in block.slots.items()}
        for name, value in slots.items():
            fixed.setdefault(name, set()).add(value)
        own: set[str] = set()
        for sentence in block.sentences:
            expression = sentence.expression
            for atoms in reader.forms(expression, root=True):
                key = (number, frozenset(map(id, atoms)))
                forms.setdefault(key, Form(tuple(atoms), slots, number))
            for atom in reader.lists_of(expression):
                values.setdefault(atom.slots[0], {})[atom] = None
            own |= reader.words(expression, lists=False)
            words |= reader.words(expression, lists=True)
            openings |= reader.openings(expression)
        literals.append(frozenset(own))
    every = {id(atom): atom for form in forms.values() for atom in form.atoms}
    return Takes(
        forms=tuple(forms.values()),
        atoms=tuple(every.values()),
        values={slot: tuple(some) for slot, some in values.items()},
        words=frozenset(words),
        literals=tuple(literals),
        openings=frozenset(openings),
        fixed={name: frozenset(some) for name, some in fixed.items()},
    )


Atoms = tuple[Atom, ...]


class _FormReader:
    """Takes expressions apart, with the lists and rules of one place."""

    def __init__(
        self, lists: Mapping[str, SlotList], rules: Mapping[str, Sentence]
    ) -> None:
        self.lists, self.rules = lists, rules
        self._compiler = Compiler(lists, rules)
        self._atoms: dict[object, Atom] = {}
        self._rule_forms: dict[str, list[Atoms]] = {}

    def forms(self, expression: Expression, *, root: bool = False) -> list[Atoms]:
        """Every combination of atoms that an expression allows."""
        while isinstance(expression, Group) and len(expression.items) == 1:
            expression = expression.items[0]
        if isinstance(expression, ListReference):
            return [(self._list_atom(expression),)]
        if isinstance(expression, RuleReference):
            return self._rule(expression.rule_name)
        if not isinstance(expression, Group):
            return [()]
        if isinstance(expression, Alternative):
            return _once(form for item in expression.items for form in self.forms(item))
        if not root and self._counts(expression):
            return [(self._group_atom(expression),)]
        found: list[Atoms] = [()]
        for item in expression.items:
            more = self.forms(item)
            if more != [()]:
                found = _once((*left, *right) for left in found for right in more)
        return found

    def _rule(self, name: str) -> list[Atoms]:
        if name not in self._rule_forms:
            self._rule_forms[name] = self.forms(self.rules[name].expression)
        return self._rule_forms[name]

    def _counts(self, expression: Expression) -> bool:
        """Whether it holds numbers that only the words around them explain."""
        if isinstance(expression, ListReference):
            return not self._is_plain(expression)
        if not isinstance(expression, Group):
            return False
        return any(self._counts(item) for item in expression.items)

    def _is_plain(self, reference: ListReference) -> bool:
        if reference.is_inline_range:
            return False
        entry = self.lists[reference.list_name]
        if isinstance(entry, TextSlotList):
            return not entry.values or any(
                isinstance(value.value_out, str) for value in entry.values
            )
        return not isinstance(entry, RangeSlotList)

    def _list_atom(self, reference: ListReference) -> Atom:
        key = (reference.list_name, reference.slot_name)
        if key not in self._atoms:
            entry = self.lists.get(reference.list_name)
            wild = not isinstance(entry, RangeSlotList | TextSlotList)
            self._atoms[key] = Atom(
                self._compiler.node(reference),
                (reference.slot_name,),
                frozenset([frozenset([reference.slot_name])]),
                wild and not reference.is_inline_range,
                self._is_plain(reference),
                tuple(self._phrases(entry)) if isinstance(entry, TextSlotList) else (),
            )
        return self._atoms[key]

    def _phrases(self, entry: TextSlotList) -> Iterator[tuple[str, SlotValue]]:
        for value in entry.values:
            for said in islice(self._said(value.text_in), MOST_PHRASES):
                yield spoken(said), plain(value.value_out)

    def _said(self, expression: Expression) -> Iterator[str]:
        """The ways to say an expression."""
        if isinstance(expression, TextChunk):
            yield expression.original_text
        elif isinstance(expression, RuleReference):
            yield from self._said(self.rules[expression.rule_name].expression)
        elif isinstance(expression, Alternative):
            for item in expression.items:
                yield from self._said(item)
        elif isinstance(expression, Group):
            for parts in product(*map(self._few, expression.items)):
                yield "".join(parts)

    def _few(self, expression: Expression) -> list[str]:
        return list(islice(self._said(expression), MOST_PHRASES))

    def _group_atom(self, group: Group) -> Atom:
        if id(group) not in self._atoms:
            sets = frozenset(self._slot_sets(group))
            slots = tuple(sorted(set().union(*sets)))
            node = self._compiler.node(group)
            self._atoms[id(group)] = Atom(node, slots, sets, plain=False)
        return self._atoms[id(group)]

    def _slot_sets(self, expression: Expression) -> set[frozenset[str]]:
        """Names of slots that may be filled together."""
        if isinstance(expression, ListReference):
            return {frozenset([expression.slot_name])}
        if isinstance(expression, RuleReference):
            return self._slot_sets(self.rules[expression.rule_name].expression)
        if not isinstance(expression, Group):
            return {frozenset()}
        if isinstance(expression, Alternative):
            return set().union(*(self._slot_sets(item) for item in expression.items))
        found: set[frozenset[str]] = {frozenset()}
        for item in expression.items:
            more = self._slot_sets(item)
            found = {left | right for left in found for right in more}
        return found

    def lists_of(self, expression: Expression) -> Iterator[Atom]:
        """Every list that an expression mentions."""
        if isinstance(expression, ListReference):
            yield self._list_atom(expression)
        elif isinstance(expression, RuleReference):
            yield from self.lists_of(self.rules[expression.rule_name].expression)
        elif isinstance(expression, Group):
            for item in expression.items:
                yield from self.lists_of(item)

    def words(self, expression: Expression, *, lists: bool) -> set[str]:
        """The words of an expression, with those of its lists if asked."""
        if isinstance(expression, TextChunk):
            return set(spoken(expression.original_text).split())
        if isinstance(expression, RuleReference):
            body = self.rules[expression.rule_name].expression
            return self.words(body, lists=lists)
        if isinstance(expression, Group):
            return set().union(*(self.words(i, lists=lists) for i in expression.items))
        entry = self.lists.get(getattr(expression, "list_name", ""))
        if not lists or not isinstance(entry, TextSlotList):
            return set()
        values = (self.words(value.text_in, lists=True) for value in entry.values)
        return set().union(*values)

    def openings(self, expression: Expression) -> set[str]:
        """The first words that an expression may have; empty: none of its own."""
        if isinstance(expression, TextChunk):
            return set(spoken(expression.original_text).split()[:1]) or {""}
        if isinstance(expression, RuleReference):
            return self.openings(self.rules[expression.rule_name].expression)
        if isinstance(expression, Alternative):
            return set().union(*(self.openings(item) for item in expression.items))
        if not isinstance(expression, Group):
            return {"*"}
        found = {""}
        for item in expression.items:
            if "" not in found:
                break
            found = (found - {""}) | self.openings(item)
        return found


def _once(forms: Iterable[Atoms]) -> list[Atoms]:
    """Without repetitions; an order of atoms is no difference."""
    found: dict[frozenset[int], Atoms] = {}
    for form in forms:
        if len(found) < MOST_FORMS:
            found.setdefault(frozenset(map(id, form)), form)
    return list(found.values())
