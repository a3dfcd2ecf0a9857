"""Which templates can hold a word: most of them are ruled out before any matching.

Every word of a sentence must come from some template text or list value. Each piece of
text keeps one bit for each template that it can occur in; the templates worth matching
are the bits that all words of the sentence share. It never rules out a template that
fits: words may be glued from pieces (`light[s]`), free text takes any word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_

from hassil.expression import (
    Expression,
    Group,
    ListReference,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.intents import IntentData, RangeSlotList, SlotList, TextSlotList
from hassil.util import check_excluded_context, check_required_context

from voiceagent.lang.spoken import number_words, spoken

__all__ = ["PieceVocabulary", "Candidates"]

ANY = "*"
"""Stands for free text; no word is written like this."""
REMEMBERED = 20_000
"""Words whose templates are kept in mind; then the memory starts anew."""
PieceSet = frozenset[str]


@dataclass
class PieceVocabulary:
    """The pieces of text that templates are made of, with shared lists and rules."""

    lists: Mapping[str, SlotList]
    rules: Mapping[str, Sentence]
    _rules: dict[tuple[str, str], PieceSet] = field(default_factory=dict)
    _lists: dict[tuple[str, str], PieceSet] = field(default_factory=dict)

    def pieces(self, expression: Expression, data: IntentData) -> PieceSet:
        """All pieces that a sentence of the expression can hold."""
        if isinstance(expression, TextChunk):
            return frozenset(spoken(expression.original_text).split())
        if isinstance(expression, Group):
            return self._union(expression.items, data)
        if isinstance(expression, ListReference):
            return self._list(expression, data)
        assert isinstance(expression, RuleReference)
        return self._rule(expression.rule_name, data)

    def _union(self, items: Iterable[Expression], data: IntentData) -> PieceSet:
        found: PieceSet = frozenset()
        return found.union(*(self.pieces(item, data) for item in items))

    def _rule(self, name: str, data: IntentData) -> PieceSet:
        key = (name, _context(data))
        if key not in self._rules:
            self._rules[key] = self.pieces(self.rules[name].expression, data)
        return self._rules[key]

    def _list(self, reference: ListReference, data: IntentData) -> PieceSet:
        bounds = reference.get_inline_range()
        if bounds:
            return _numbers(RangeSlotList("", bounds[0], bounds[1], bounds[2]))
        key = (reference.list_name, _context(data))
        if key not in self._lists:
            self._lists[key] = self._values(self.lists[reference.list_name], data)
        return self._lists[key]

    def _values(self, entry: SlotList, data: IntentData) -> PieceSet:
        if isinstance(entry, RangeSlotList):
            return _numbers(entry)
        if not isinstance(entry, TextSlotList):
            return frozenset([ANY])
        fitting = (v.text_in for v in entry.values if _fits(v.context, data))
        return self._union(fitting, data)


def _context(data: IntentData) -> str:
    return f"{data.requires_context}{data.excludes_context}"


def _fits(context: Mapping[str, object] | None, data: IntentData) -> bool:
    given = dict(context or {})
    needed, barred = data.requires_context, data.excludes_context
    fits = check_required_context(needed, given, allow_missing_keys=True)
    return bool(fits and check_excluded_context(barred, given))


def _numbers(entry: RangeSlotList) -> PieceSet:
    words = (number_words(number).split() for number in entry.get_numbers())
    return frozenset({"and"}.union(*words))


class Candidates:
    """Templates by the words that they can hold; templates are numbers from 0."""

    def __init__(self, templates: Sequence[PieceSet]) -> None:
        """`templates`: the pieces of each."""
        self._all = (1 << len(templates)) - 1
        self._pieces: dict[str, int] = {}
        for number, pieces in enumerate(templates):
            for piece in pieces:
                self._pieces[piece] = self._pieces.get(piece, 0) | 1 << number
        self._free = self._pieces.get(ANY, 0)
        self._known: dict[str, int] = {}

    def candidates(self, words: Iterable[str]) -> list[int]:
        """Numbers of the templates that can hold all `words`, in their order."""
        return _bits(reduce(and_, map(self._templates, words), self._all))

    def _templates(self, word: str) -> int:
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[word] = self._free | self._glued(word)
        return found

    def _glued(self, word: str) -> int:
        """Templates with the word as one piece or as several in a row."""
        ways = [0] * len(word) + [self._all]
        for start in reversed(range(len(word))):
            for end in range(start + 1, len(word) + 1):
                if ways[end] and (found := self._pieces.get(word[start:end])):
                    ways[start] |= found & ways[end]
        return ways[0]


def _bits(mask: int) -> list[int]:
    numbers = []
    while mask:
        lowest = mask & -mask
        numbers.append(lowest.bit_length() - 1)
        mask ^= lowest
    return numbers
