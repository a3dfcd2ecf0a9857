"""Rules of words, read once and walked: what they take, and all that they can say.

The notation is that of `lang/quantity_tables.py`. A rule is matched against words in
spoken form, from a place on; each way gives the place behind it and the slots that it
fills. The same rules say what they mean: `sayings` goes through everything.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from voiceagent.lang.number_words import number_words
from voiceagent.lang.numerals import FIRST_OF_WHOLES, wholes
from voiceagent.lang.quantity_tables import NumberSpan, SlotTable

__all__ = ["Filled", "PhraseGrammar", "PhraseWalk", "Way"]

TOKEN = re.compile(r"[()\[\]|]|<\w+>|\{\w+:\w+\}|[^\s()\[\]|<>{}]+")
Filled: TypeAlias = tuple[tuple[str, str | int], ...]
"""Slots in the order in which they were said."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read words."""

    end: int
    """The place behind the last one."""
    slots: Filled = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Word:
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class _Gap:
    table: str
    slot: str


@dataclass(frozen=True, slots=True, eq=False)
class _Ref:
    rule: str


@dataclass(frozen=True, slots=True, eq=False)
class _OneOf:
    ways: tuple[_Piece, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    parts: tuple[_Piece, ...]


_Piece: TypeAlias = _Word | _Gap | _Ref | _OneOf | _Row
_Memory: TypeAlias = dict[tuple[_Piece, int], tuple[Way, ...]]


@dataclass(frozen=True, slots=True)
class _Onset:
    """How a piece can begin."""

    words: frozenset[str] = frozenset()
    empty: bool = True
    """Whether it may also be nothing at all."""


class PhraseGrammar:
    """Rules with the lists that they name."""

    def __init__(
        self, rules: Mapping[str, str], tables: Mapping[str, SlotTable]
    ) -> None:
        self._rules = {name: _read(text) for name, text in rules.items()}
        self._tables = tables
        self._values = {
            name: _by_first_word(table)
            for name, table in tables.items()
            if not isinstance(table, NumberSpan)
        }
        self._onsets: dict[_Piece, _Onset] = {}

    def match(self, rule: str, words: Sequence[str], at: int) -> tuple[Way, ...]:
        """Every way in which `words` go on with a rule at a place."""
        return self.over(words).match(rule, at)

    def over(self, words: Sequence[str]) -> PhraseWalk:
        """One pass over `words`: what rules and places share is read once."""
        return PhraseWalk(self, words)

    def everywhere(
        self, rules: Iterable[str], words: Sequence[str]
    ) -> Iterator[tuple[int, Way]]:
        """Every way of each rule at every place."""
        walk = self.over(words)
        for rule in rules:
            for at in range(len(words)):
                for way in walk.match(rule, at):
                    yield at, way

    def whole(self, rule: str, words: Sequence[str]) -> list[Filled]:
        """The slots for each way in which a rule says all of `words`."""
        ways = self.match(rule, words, 0)
        return [way.slots for way in ways if way.end == len(words)]

    def body(self, rule: str) -> _Piece:
        """What a rule is made of."""
        return self._rules[rule]

    def onset(self, piece: _Piece) -> _Onset:
        """The words with which a piece can begin: most of a sentence begins none."""
        if piece not in self._onsets:
            self._onsets[piece] = self._onset(piece)
        return self._onsets[piece]

    def _onset(self, piece: _Piece) -> _Onset:
        match piece:
            case _Word(text):
                return _Onset(frozenset({text}), empty=False)
            case _Gap(table, _):
                begin = self._values.get(table, FIRST_OF_WHOLES)
                return _Onset(frozenset(begin), empty=False)
            case _Ref(rule):
                return self.onset(self._rules[rule])
            case _OneOf(ways):
                each = [self.onset(way) for way in ways]
                words = frozenset[str]().union(*(one.words for one in each))
                return _Onset(words, any(one.empty for one in each))
        found = _Onset()
        for part in piece.parts:
            if found.empty:
                one = self.onset(part)
                found = _Onset(found.words | one.words, one.empty)
        return found

    def values(
        self, table: str, words: Sequence[str], at: int
    ) -> Iterator[tuple[str | int, int]]:
        """The values of a list that `words` say at a place, each with where it ends."""
        entry = self._tables[table]
        if isinstance(entry, NumberSpan):
            for number, end in wholes(words, at):
                if entry.first <= number <= entry.last:
                    yield number * entry.times, end
        elif at < len(words):
            for said, value in self._values[table].get(words[at], ()):
                if tuple(words[at : at + len(said)]) == said:
                    yield value, at + len(said)

    def sample(self, rule: str, chance: random.Random) -> tuple[str, Filled]:
        """Words that a rule takes, and the slots that they were made for."""
        words, slots = self._said(self._rules[rule], chance)
        return " ".join(words), slots

    def _said(self, piece: _Piece, chance: random.Random) -> tuple[list[str], Filled]:
        match piece:
            case _Word(text):
                return [text], ()
            case _Ref(rule):
                return self._said(self._rules[rule], chance)
            case _OneOf(ways):
                return self._said(chance.choice(ways), chance)
            case _Gap(table, slot):
                words, value = self._filling(table, chance)
                return words.split(), ((slot, value),)
        found: list[str] = []
        slots: Filled = ()
        for part in piece.parts:
            words_of, more = self._said(part, chance)
            found, slots = found + words_of, slots + more
        return found, slots

    def _filling(self, table: str, chance: random.Random) -> tuple[str, str | int]:
        entry = self._tables[table]
        if isinstance(entry, NumberSpan):
            number = chance.randint(entry.first, entry.last)
            return number_words(number), number * entry.times
        return chance.choice(list(entry.items()))


class PhraseWalk:
    """One pass over some words, by any rules at any places."""

    def __init__(self, grammar: PhraseGrammar, words: Sequence[str]) -> None:
        self._grammar, self._words = grammar, words
        self._memory: _Memory = {}

    def match(self, rule: str, at: int) -> tuple[Way, ...]:
        """Every way in which the words go on with a rule at a place."""
        return self.piece(self._grammar.body(rule), at)

    def piece(self, piece: _Piece, at: int) -> tuple[Way, ...]:
        """The same of a piece of a rule."""
        onset = self._grammar.onset(piece)
        if at >= len(self._words) or self._words[at] not in onset.words:
            return (Way(at),) if onset.empty else ()
        key = (piece, at)
        if key not in self._memory:
            self._memory[key] = tuple(dict.fromkeys(self._ways(piece, at)))
        return self._memory[key]

    def _ways(self, piece: _Piece, at: int) -> Iterator[Way]:
        match piece:
            case _Word(text):
                if at < len(self._words) and self._words[at] == text:
                    yield Way(at + 1)
            case _Gap(table, slot):
                for value, end in self._grammar.values(table, self._words, at):
                    yield Way(end, ((slot, value),))
            case _Ref(rule):
                yield from self.piece(self._grammar.body(rule), at)
            case _OneOf(ways):
                for way in ways:
                    yield from self.piece(way, at)
            case _Row(parts):
                yield from self._row(parts, at)

    def _row(self, parts: Sequence[_Piece], at: int) -> list[Way]:
        found = [Way(at)]
        for part in parts:
            found = [
                Way(more.end, way.slots + more.slots)
                for way in found
                for more in self.piece(part, way.end)
            ]
        return found


def _by_first_word(
    table: Mapping[str, str | int],
) -> dict[str, list[tuple[tuple[str, ...], str | int]]]:
    found: dict[str, list[tuple[tuple[str, ...], str | int]]] = {}
    for said, value in table.items():
        words = tuple(said.split())
        found.setdefault(words[0], []).append((words, value))
    return found


def _read(text: str) -> _Piece:
    tokens = TOKEN.findall(text)
    piece, end = _choice(tokens, 0)
    if end != len(tokens):
        raise ValueError(f"rule `{text}` does not close")
    return piece


def _choice(tokens: Sequence[str], at: int) -> tuple[_Piece, int]:
    """Rows with `|` between them, up to what closes them."""
    ways, row = [], list[_Piece]()
    while at < len(tokens) and tokens[at] not in ")]":
        if tokens[at] == "|":
            ways.append(_Row(tuple(row)))
            row = []
            at += 1
            continue
        piece, at = _piece(tokens, at)
        row.append(piece)
    last = _Row(tuple(row))
    return (_OneOf((*ways, last)) if ways else last), at


def _piece(tokens: Sequence[str], at: int) -> tuple[_Piece, int]:
    token = tokens[at]
    if token in "([":
        inner, end = _choice(tokens, at + 1)
        return (inner if token == "(" else _OneOf((inner, _Row(())))), end + 1
    if token.startswith("<"):
        return _Ref(token[1:-1]), at + 1
    if token.startswith("{"):
        table, _, slot = token[1:-1].partition(":")
        return _Gap(table, slot), at + 1
    return _Word(token.replace("'", "")), at + 1
