"""Templates as a graph of word pieces, built from the end of the sentence backwards.

A node is built knowing what comes after it, so that equal nodes are one; node 0 is the
end of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from hassil.intents import IntentData

from voiceagent.lang.written import spoken_number
from voiceagent.templates.automaton import AutomatonNode, too_large
from voiceagent.templates.reading import fits
from voiceagent.templates.walk import (
    AnyWords,
    Blank,
    Chunk,
    Either,
    Holds,
    Listed,
    Mixed,
    NumberRange,
    Part,
    Rule,
    Series,
)

__all__ = ["Pieces"]

_MOST_STEPS = 600_000
"""Template parts that are followed: Home Assistant's own files and a house of 100
things take 140,000 (1 s)."""


class Pieces:
    """Templates as nodes; a node is built knowing what comes after it."""

    def __init__(self) -> None:
        self.nodes: list[AutomatonNode] = [()]
        self._ids: dict[AutomatonNode, int] = {}
        self._memo: dict[tuple[Holds, str, int], int] = {}
        self._tails: dict[tuple[frozenset[tuple[str, ...]], int], int] = {}
        self._data = IntentData([])
        self._context = ""
        self._steps = 0

    def sentence(self, part: Part, data: IntentData) -> int:
        """The node from which every sentence of the template can be said."""
        self._data = data
        self._context = f"{data.requires_context}{data.excludes_context}"
        return self._build(part, 0)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise too_large(f"the templates have more than {_MOST_STEPS:,} parts")

    def _node(self, arcs: AutomatonNode) -> int:
        self._step()
        if arcs not in self._ids:
            self._ids[arcs] = len(self.nodes)
            self.nodes.append(arcs)
        return self._ids[arcs]

    def _build(self, part: Part, after: int) -> int:
        self._step()
        match part:
            case Chunk():
                return self._text(part.text, after)
            case Series():
                for inner in reversed(part.parts):
                    after = self._build(inner, after)
                return after
            case Either():
                return self._any([self._build(inner, after) for inner in part.parts])
            case Blank():
                return self._blank(part.holds, after)
            case Rule():
                return self._build(part.body, after)
            case Mixed():
                return self._mixed(part.parts, after)

    def _text(self, text: str, after: int) -> int:
        for piece in _backwards(text):
            after = self._node(((piece, after),))
        return after

    def _any(self, starts: Iterable[int]) -> int:
        different = sorted(set(starts))
        if len(different) == 1:
            self._step()
            return different[0]
        return self._node(tuple(("", start) for start in different))

    def _mixed(self, parts: Sequence[Part], after: int) -> int:
        starts = {frozenset[int](): after}
        every = range(len(parts))
        for size in range(1, len(parts) + 1):
            for left in map(frozenset, combinations(every, size)):
                starts[left] = self._any(
                    self._build(parts[at], starts[left - {at}]) for at in sorted(left)
                )
        return starts[frozenset(every)]

    def _blank(self, holds: Holds, after: int) -> int:
        key = (holds, self._context, after)
        if key not in self._memo:
            self._memo[key] = self._any(self._values(holds, after))
        return self._memo[key]

    def _values(self, holds: Holds, after: int) -> Iterator[int]:
        """Each value that can be said here; free text cannot be."""
        if isinstance(holds, Listed):
            for value in holds.values:
                if fits(self._data, value.context):
                    yield self._build(value.said, after)
        elif isinstance(holds, NumberRange) and holds.numbers:
            yield self._numbers(_said(holds.numbers), after)
        elif isinstance(holds, AnyWords) and holds.heard is not None:
            yield self._build(holds.heard, after)

    def _numbers(self, ways: frozenset[tuple[str, ...]], after: int) -> int:
        """Numbers by their first words, so that all tens share the ones behind them."""
        key = (ways, after)
        if key not in self._tails:
            rests: dict[str, set[tuple[str, ...]]] = {}
            for word, *rest in ways:
                rests.setdefault(word, set()).add(tuple(rest))
            arcs = ((word, self._rest(rests[word], after)) for word in sorted(rests))
            self._tails[key] = self._node(tuple(arcs))
        return self._tails[key]

    def _rest(self, ways: set[tuple[str, ...]], after: int) -> int:
        longer = frozenset(ways - {()})
        if not longer:
            return after
        more = self._node(((" ", self._numbers(longer, after)),))
        return self._any([after, more]) if () in ways else more


@lru_cache(maxsize=256)
def _said(numbers: tuple[int | float, ...]) -> frozenset[tuple[str, ...]]:
    """The words of each number."""
    return frozenset(tuple(spoken_number(f"{number}")) for number in numbers)


@lru_cache(maxsize=16_384)
def _backwards(text: str) -> tuple[str, ...]:
    """Pieces of words, and " " between them, from the end."""
    found = reversed(re.findall(r"\s+|\S+", text))
    return tuple(" " if piece.isspace() else piece for piece in found)
