"""Sentences of a grammar, as a speech model may write them.

The model writes pieces of words, with capitals, commas, hyphens and figures as it
likes: "Make me a 12-ounce latte, please." The grammar has words: "make me a twelve
ounce latte please". A speller walks through the grammar piece by piece and says at each
place which pieces may come next, so that a search never leaves the grammar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voiceagent.engines.stt.moonshine.subwords import Subwords
from voiceagent.lang.spoken import number_words
from voiceagent.stt.grammar import Grammar

__all__ = ["SpellingPlace", "Speller", "SpellingStep", "Writing"]

FIGURES = {number_words(number): str(number) for number in range(101)} | {
    f"{number_words(hour)} {number_words(minute)}": f"{hour}:{minute}"
    for hour in range(1, 13)
    for minute in (*range(10, 21), 30, 40, 50)
}
"""How numbers and times of one word or two are written, too."""
FIRSTS = frozenset(words.split()[0] for words in FIGURES if " " in words)
SIGNS = {"percent": ("%", "%."), "degrees": ("°",)}
"""Signs of words; the full stop is in one piece with the one before."""
STOPS = (".", "?", "!")
LETTERS = 3
"""Longest word that may be one of letters: "TV"."""


class SpellingStep(NamedTuple):
    """One piece that may come next."""

    piece: int
    to: SpellingPlace
    word: str | None
    """The word that was whole before this piece, if it was not counted yet."""


class Writing:
    """Ways to write each word; shared by the grammars of one vocabulary of pieces."""

    def __init__(
        self, pieces: Subwords, spellings: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """`spellings`: what else the model writes for some words."""
        self.comma = pieces.number(",")
        self.stops = tuple(map(pieces.number, STOPS))
        self.marks = frozenset((self.comma, *self.stops))
        """Pieces that are no part of a word."""
        self.of = lru_cache(maxsize=20_000)(self._of)
        """Every way to write a word, as pieces."""
        self._pieces = pieces
        self._spellings = spellings or {}

    def _of(self, word: str) -> tuple[tuple[int, ...], ...]:
        split = self._pieces.split
        ways = {split(FIGURES[word])} if word in FIGURES else set()
        if " " in word:  # two words that are written as one
            return tuple(ways)
        for text in (word, *self._spellings.get(word, ())):
            ways |= {split(text), split(text[:1].upper() + text[1:])}
        ways |= {split(word, glued=True), split("-" + word, glued=True)}
        if len(word) <= LETTERS:
            ways.add(split(word.upper()))
        ways |= {split(sign, glued=True) for sign in SIGNS.get(word, ())}
        return tuple(sorted(ways))


@dataclass(slots=True)
class _Node:
    """Where a word is written in part or in full."""

    next: dict[int, _Node] = field(default_factory=dict)
    whole: list[tuple[str, int]] = field(default_factory=list)
    """Words that end here, and the state of the grammar after each."""


class SpellingPlace:
    """Where a sentence stands: before, inside or behind a word, or closed."""

    def __init__(
        self,
        speller: Speller,
        *,
        node: _Node | None = None,
        state: int | None = None,
        comma: bool = True,
    ) -> None:
        """`node`: inside or behind a word; `state`: behind a word that was counted;
        neither: behind the full stop. `comma`: none may come next."""
        self._speller, self._node, self._state = speller, node, state
        self._comma = comma

    @cached_property
    def steps(self) -> tuple[SpellingStep, ...]:
        """All pieces that may come next."""
        found: list[SpellingStep] = []
        if self._state is not None:
            found += self._speller.behind(self._state, None, comma=not self._comma)
        if self._node is not None:
            found += [
                SpellingStep(piece, SpellingPlace(self._speller, node=node), None)
                for piece, node in self._node.next.items()
            ]
            for word, state in self._node.whole:
                found += self._speller.behind(state, word, comma=True)
        return tuple(found)

    @cached_property
    def pieces(self) -> NDArray[np.intp]:
        """The pieces of `steps`, in their order."""
        return np.array([step.piece for step in self.steps], np.intp)

    @cached_property
    def ends(self) -> tuple[str | None, ...]:
        """Words with which the sentence may end here; None: with the ones before."""
        if self._node is not None:
            ends = self._speller.may_end
            return tuple(word for word, state in self._node.whole if ends(state))
        if self._state is None or self._speller.may_end(self._state):
            return (None,)
        return ()

    @property
    def spelt(self) -> Sequence[tuple[str, int]]:
        """Words that are whole here and not counted yet, with the state after each."""
        return () if self._node is None else self._node.whole

    @cached_property
    def key(self) -> object:
        """The same for places from which all goes on alike."""
        if self._node is not None and not self._node.next:
            return tuple(self._node.whole)
        return id(self)


class Speller:
    """The pieces of all sentences of one grammar; made as they are asked for."""

    def __init__(
        self, grammar: Grammar, writing: Writing, *, unfinished: bool = False
    ) -> None:
        """`unfinished`: a sentence may be left at any word."""
        self._writing, self._unfinished = writing, unfinished
        self.comma, self.stops = writing.comma, writing.stops
        """Pieces that are no part of a word."""
        begin, self._final, moves = grammar.to_fsg()
        self._words: dict[int, list[tuple[str, int]]] = {}
        self._silent: dict[int, list[int]] = {}
        for state, to, _, word in moves:
            if word is None:
                self._silent.setdefault(state, []).append(to)
            else:
                self._words.setdefault(state, []).append((word, to))
        self._reach: dict[int, frozenset[int]] = {}
        self._roots: dict[int, _Node] = {}
        self._behind: dict[tuple[int, bool], Sequence[tuple[int, SpellingPlace]]] = {}
        self._closed = SpellingPlace(self)
        self.begin = SpellingPlace(self, state=begin)

    def may_end(self, state: int) -> bool:
        """Whether a sentence may end in a state."""
        return self._unfinished or self._final in self._reached(state)

    def behind(
        self, state: int, word: str | None, *, comma: bool
    ) -> list[SpellingStep]:
        """What may come behind a word that leads to `state`."""
        key = state, comma
        if key not in self._behind:
            root = self._root(state)
            ways = [
                (piece, SpellingPlace(self, node=node))
                for piece, node in root.next.items()
            ]
            if comma:
                ways.append((self.comma, SpellingPlace(self, state=state)))
                if self.may_end(state):
                    ways += [(stop, self._closed) for stop in self.stops]
            self._behind[key] = ways
        return [SpellingStep(piece, to, word) for piece, to in self._behind[key]]

    def _reached(self, state: int) -> frozenset[int]:
        """States that a state leads to without a word, itself among them."""
        if state not in self._reach:
            seen, todo = {state}, [state]
            while todo:
                fresh = set(self._silent.get(todo.pop(), ())) - seen
                seen |= fresh
                todo += fresh
            self._reach[state] = frozenset(seen)
        return self._reach[state]

    def _root(self, state: int) -> _Node:
        """The tree of all words that may come next."""
        if state not in self._roots:
            root = _Node()
            words = self._next(state)
            for word, to in sorted(words | self._pairs(words)):
                for pieces in self._writing.of(word):
                    node = root
                    for piece in pieces:
                        node = node.next.setdefault(piece, _Node())
                    node.whole.append((word, to))
            self._roots[state] = root
        return self._roots[state]

    def _next(self, state: int) -> set[tuple[str, int]]:
        """Words that may come next, and the states they lead to."""
        return {way for at in self._reached(state) for way in self._words.get(at, ())}

    def _pairs(self, words: set[tuple[str, int]]) -> set[tuple[str, int]]:
        """Two words that may come next and are written as one: "7:30"."""
        return {
            (f"{word} {second}", end)
            for word, to in words
            if word in FIRSTS
            for second, end in self._next(to)
            if f"{word} {second}" in FIGURES
        }
