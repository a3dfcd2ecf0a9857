"""Which templates can hold a word: most of them are ruled out before any matching.

Every word of a sentence must come from some template text or list value. Each piece of
text keeps one bit for each template that it can occur in; the templates worth matching
are the bits that all words of the sentence share. It never rules out a template that
fits: words may be glued from pieces (`light[s]`), free text takes any word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_

__all__ = ["ANY", "Candidates", "PieceSet"]

ANY = "*"
"""Stands for free text; no word is written like this."""
REMEMBERED = 20_000
"""Words whose templates are kept in mind; then the memory starts anew."""
PieceSet = frozenset[str]


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
