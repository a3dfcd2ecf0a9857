"""From a graph of word pieces to the smallest automaton of spoken words.

A node of the graph has arcs with a piece of a word, " " where a word ends, or "" for
nothing; node 0 is the end of the sentence. The graph has no loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from voiceagent.errors import PackError
from voiceagent.lang.written import spoken_words

__all__ = ["Arc", "Minimal", "AutomatonNode", "too_large"]

WORK = 8
"""Steps of the construction for each arc that the result may have; Home Assistant's
templates and a house of 100 things take 50,000 in all."""
AutomatonNode = tuple[tuple[str, int], ...]
"""Arcs of a node: the piece, and the node it leads to."""


class Arc(NamedTuple):
    """A word that may come next."""

    word: str
    target: int
    probability: float
    """Of this word among what may come next, the end of the sentence included."""


_Place = tuple[int, tuple[str, ...]]
"""A word boundary: the node, and words still owed from a token said before it."""
_Key = tuple[bool, tuple[tuple[str, int], ...]]


def too_large(cause: str) -> PackError:
    """Nobody waits for a grammar of that size, and nothing is heard well with it."""
    hint = (
        "`voiceagent pack compile` shows the size; shorten lists and ranges, give fewer"
        " parts in any order `(a;b;c)`, or make long free parts a `wildcard` list"
    )
    return PackError("the grammar is too large to compile", cause=cause, hint=hint)


@lru_cache(maxsize=16_384)
def _words(token: str) -> tuple[str, ...]:
    """Grammars say the same few words again and again."""
    return tuple(spoken_words(token))


class Minimal:
    """Subset construction over word boundaries, equal states merged bottom-up."""

    def __init__(self, nodes: Sequence[AutomatonNode], *, most: int) -> None:
        """`most`: arcs of the automaton, beyond which `PackError` is raised."""
        self._nodes = nodes
        self._left = most
        self._work = WORK * most
        self._tokens: dict[int, frozenset[tuple[str, int | None]]] = {}
        self._memo: dict[frozenset[_Place], int | None] = {}
        self._ids: dict[_Key, int] = {}

    def automaton(
        self, roots: Iterable[int]
    ) -> tuple[tuple[tuple[Arc, ...], ...], frozenset[int]]:
        """Arcs by state and final states; the start, state 0, is one of `roots`."""
        start = self._state(frozenset((root, ()) for root in roots))
        if start is None:
            return (), frozenset()
        keys = list(self._ids)
        # The start was made last: count down, so that it becomes state 0.
        arcs = tuple(self._arcs(*key) for key in reversed(keys))
        return arcs, frozenset(start - at for at, key in enumerate(keys) if key[0])

    def _arcs(self, final: bool, steps: tuple[tuple[str, int], ...]) -> tuple[Arc, ...]:
        total = len(steps) + final
        last = len(self._ids) - 1
        return tuple(Arc(word, last - target, 1 / total) for word, target in steps)

    def _state(self, places: frozenset[_Place]) -> int | None:
        """Number of the state, or None where no sentence can be ended."""
        if places in self._memo:
            return self._memo[places]
        final, following = self._follow(places)
        self._work -= len(places) + len(following)
        if self._work < 0:
            raise too_large("too many ways lead through the templates")
        steps = tuple(
            (word, target)
            for word in sorted(following)
            if (target := self._state(frozenset(following[word]))) is not None
        )
        state = self._number((final, steps)) if final or steps else None
        self._memo[places] = state
        return state

    def _number(self, key: _Key) -> int:
        if key not in self._ids:
            self._ids[key] = len(self._ids)
            self._left -= len(key[1])
            if self._left < 0:
                raise too_large("too many words can follow each other")
        return self._ids[key]

    def _follow(self, places: Iterable[_Place]) -> tuple[bool, dict[str, set[_Place]]]:
        final, following = False, dict[str, set[_Place]]()
        todo = list(places)
        for node, owed in todo:
            if owed:
                following.setdefault(owed[0], set()).add((node, owed[1:]))
                continue
            for token, target in self._spoken(node):
                first, *rest = _words(token) or ("",)
                if target is None:
                    final = True
                elif first:
                    following.setdefault(first, set()).add((target, tuple(rest)))
        return final, following

    def _spoken(self, node: int) -> frozenset[tuple[str, int | None]]:
        """Tokens that can be said next and the boundary after each; None: the end."""
        if node not in self._tokens:
            self._tokens[node] = frozenset(self._explore(node, ""))
        return self._tokens[node]

    def _explore(self, node: int, token: str) -> Iterator[tuple[str, int | None]]:
        if node == 0:
            yield (token, 0) if token else ("", None)
        for piece, target in self._nodes[node]:
            if piece == " " and _words(token):
                yield token, target
            else:
                yield from self._explore(target, token + piece.strip())
