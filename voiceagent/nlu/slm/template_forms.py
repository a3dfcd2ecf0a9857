"""Takes templates apart: from expressions to the forms that an intent has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product

from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import SlotValue, Understood, plain
from voiceagent.nlu.slm.forms import Atom, Form, Takes, twins
from voiceagent.templates.compiler import Compiler
from voiceagent.templates.reading import Block, Scope, blocks_of
from voiceagent.templates.walk import (
    AnyWords,
    Blank,
    Chunk,
    Either,
    Fold,
    Holds,
    Listed,
    Mixed,
    Part,
    Rule,
    Series,
)

__all__ = ["own_words", "takes"]

MOST_PHRASES = 64
"""Of one value of a list."""
MOST_FORMS = 4000
"""Of one template; a template with more combinations takes its first ones only."""


def takes(pack: Understood) -> dict[str, Takes]:
    """What every intent of a pack takes, by its name."""
    blocks: dict[str, list[Block]] = {name: [] for name in pack.intents.intents}
    readers: dict[Scope, _FormReader] = {}
    for block in blocks_of(pack.intents, pack.slot_lists):
        blocks[block.intent].append(block)
    return {name: _takes(some, readers) for name, some in blocks.items()}


def _takes(blocks: Iterable[Block], readers: dict[Scope, _FormReader]) -> Takes:
    forms: dict[object, Form] = {}
    values: dict[str, dict[Atom, None]] = {}
    words: set[str] = set()
    literals: list[frozenset[str]] = []
    openings: set[str] = set()
    fixed: dict[str, set[SlotValue]] = {}
    only_says = True
    for number, block in enumerate(blocks):
        only_says &= bool((block.data.metadata or {}).get("only_says"))
        if block.scope not in readers:
            readers[block.scope] = _FormReader()
        reader = readers[block.scope]
        slots = {name: plain(value) for name, value in block.data.slots.items()}
        for name, value in slots.items():
            fixed.setdefault(name, set()).add(value)
        own: set[str] = set()
        for _, part in block.parts():
            for atoms in reader.forms(part, root=True):
                key = (number, frozenset(map(id, atoms)))
                forms.setdefault(key, Form(tuple(atoms), slots, number, twins(atoms)))
            for blank in reader.blanks(part):
                atom = reader.atom(blank)
                values.setdefault(blank.slot, {})[atom] = None
            own |= reader.own_words(part)
            words |= reader.words(part)
            openings |= reader.openings(part)
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
        only_says=only_says and bool(literals),
    )


def own_words(pack: Understood) -> dict[str, frozenset[str]]:
    """The words of every intent of a pack apart from those that name its values."""
    reader = _FormReader()
    found: dict[str, frozenset[str]] = {}
    for block in blocks_of(pack.intents, pack.slot_lists):
        for _, part in block.parts():
            said = reader.own_words(part)
            for blank in reader.blanks(part):
                if _means(blank):
                    said |= reader.words(blank)
            found[block.intent] = found.get(block.intent, frozenset()) | said
    return found


Atoms = tuple[Atom, ...]
WordSet = frozenset[str]


class _FormReader:
    """Takes templates apart, with the lists and rules of one place."""

    def __init__(self) -> None:
        self._compiler = Compiler()
        self._atoms: dict[object, Atom] = {}
        self._rule_forms: dict[Rule, list[Atoms]] = {}
        self._list_words: dict[Listed, WordSet] = {}
        self.words: Fold[WordSet] = Fold(_words, self._listed, _union, _union)
        """The words of a part, with those of its lists."""
        self.own_words: Fold[WordSet] = Fold(
            _words, lambda _: frozenset(), _union, _union
        )
        """The same without those of its lists."""
        self.openings: Fold[WordSet] = Fold(
            _opening, lambda _: ANYTHING, _union, _first
        )
        """The first words that a part may have; empty: none of its own."""
        self.blanks: Fold[tuple[Blank, ...]] = Fold(
            lambda _: (), lambda blank: (blank,), _joined, _joined
        )
        """Every blank of a part."""
        self._slot_sets: Fold[SlotSets] = Fold(
            lambda _: NO_SLOTS, _one_slot, _any, _together
        )
        self._said: Fold[FirstWays] = Fold(
            lambda chunk: (chunk.written,), lambda _: (), _ways, _in_turn
        )

    def forms(self, part: Part, *, root: bool = False) -> list[Atoms]:
        """Every combination of atoms that a part allows."""
        part = _unwrapped(part)
        match part:
            case Chunk():
                return [()]
            case Blank():
                return [(self.atom(part),)]
            case Rule():
                return self._rule(part)
            case Either(parts):
                return _once(form for inner in parts for form in self.forms(inner))
            case Series(parts) | Mixed(parts):
                if not root and _counts(part):
                    return [(self._group_atom(part),)]
                return self._combined(parts)

    def _combined(self, parts: Sequence[Part]) -> list[Atoms]:
        found: list[Atoms] = [()]
        for inner in parts:
            more = self.forms(inner)
            if more != [()]:
                found = _once((*left, *right) for left in found for right in more)
        return found

    def _rule(self, rule: Rule) -> list[Atoms]:
        if rule not in self._rule_forms:
            self._rule_forms[rule] = self.forms(rule.body)
        return self._rule_forms[rule]

    def atom(self, blank: Blank) -> Atom:
        """The atom of a list in a slot."""
        holds = blank.holds
        key = (holds, blank.slot)
        if key not in self._atoms:
            self._atoms[key] = Atom(
                self._compiler.node(blank),
                (blank.slot,),
                _one_slot(blank),
                isinstance(holds, AnyWords) and holds.heard is None,
                _is_plain(holds),
                tuple(self._phrases(holds)) if isinstance(holds, Listed) else (),
            )
        return self._atoms[key]

    def _phrases(self, listed: Listed) -> Iterator[tuple[str, SlotValue]]:
        for item in listed.values:
            for said in self._said(item.said):
                yield spoken(said), plain(item.value)

    def _group_atom(self, group: Series | Mixed) -> Atom:
        if group not in self._atoms:
            sets = self._slot_sets(group)
            slots = tuple(sorted(set().union(*sets)))
            node = self._compiler.node(group)
            self._atoms[group] = Atom(node, slots, sets, plain=False)
        return self._atoms[group]

    def _listed(self, blank: Blank) -> WordSet:
        if not isinstance(blank.holds, Listed):
            return frozenset()
        if blank.holds not in self._list_words:
            words = _union([self.words(value.said) for value in blank.holds.values])
            self._list_words[blank.holds] = words
        return self._list_words[blank.holds]


def _unwrapped(part: Part) -> Part:
    while isinstance(part, Either | Series | Mixed) and len(part.parts) == 1:
        part = part.parts[0]
    return part


def _counts(part: Part) -> bool:
    """Whether it holds numbers that only the words around them explain."""
    if isinstance(part, Blank):
        return not _is_plain(part.holds)
    if isinstance(part, Chunk | Rule):
        return False
    return any(map(_counts, part.parts))


def _means(blank: Blank) -> bool:
    """Whether all words of a list say one value, which none of them names."""
    holds = blank.holds
    values = holds.values if isinstance(holds, Listed) else ()
    return bool(values) and len({str(item.value) for item in values}) == 1


def _is_plain(holds: Holds) -> bool:
    if isinstance(holds, Listed):
        values = [item.value for item in holds.values]
        return not values or any(isinstance(value, str) for value in values)
    return isinstance(holds, AnyWords)


ANYTHING: WordSet = frozenset("*")


def _union(words: Sequence[WordSet]) -> WordSet:
    return frozenset[str]().union(*words)


def _words(chunk: Chunk) -> WordSet:
    return frozenset(chunk.words.split())


def _opening(chunk: Chunk) -> WordSet:
    return frozenset(chunk.words.split()[:1] or [""])


def _first(parts: Sequence[WordSet]) -> WordSet:
    found = frozenset([""])
    for openings in parts:
        if "" not in found:
            break
        found = (found - {""}) | openings
    return found


def _joined(parts: Sequence[tuple[Blank, ...]]) -> tuple[Blank, ...]:
    return tuple(blank for part in parts for blank in part)


SlotSets = frozenset[frozenset[str]]
"""Names of slots that may be filled together."""
NO_SLOTS: SlotSets = frozenset([frozenset()])


def _one_slot(blank: Blank) -> SlotSets:
    return frozenset([frozenset([blank.slot])])


def _any(sets: Sequence[SlotSets]) -> SlotSets:
    return frozenset[frozenset[str]]().union(*sets)


def _together(sets: Sequence[SlotSets]) -> SlotSets:
    found = NO_SLOTS
    for more in sets:
        found = frozenset(left | right for left in found for right in more)
    return found


FirstWays = tuple[str, ...]
"""The first ways to say a part."""


def _ways(parts: Sequence[FirstWays]) -> FirstWays:
    return tuple(islice((way for part in parts for way in part), MOST_PHRASES))


def _in_turn(parts: Sequence[FirstWays]) -> FirstWays:
    return tuple(map("".join, islice(product(*parts), MOST_PHRASES)))


def _once(forms: Iterable[Atoms]) -> list[Atoms]:
    """Without repetitions; an order of atoms is no difference."""
    found: dict[frozenset[int], Atoms] = {}
    for form in forms:
        if len(found) < MOST_FORMS:
            found.setdefault(frozenset(map(id, form)), form)
    return list(found.values())
