"""The pieces of text that templates are made of: what their words can come from."""

from __future__ import annotations

from collections.abc import Iterable

from hassil.intents import IntentData

from voiceagent.lang.readers import READERS
from voiceagent.lang.spoken import number_words
from voiceagent.templates.candidates import ANY, PieceSet
from voiceagent.templates.reading import fits
from voiceagent.templates.walk import (
    Blank,
    Chunk,
    Fold,
    Holds,
    Listed,
    NumberRange,
    Part,
)

__all__ = ["PieceVocabulary"]


class PieceVocabulary:
    """The pieces of text that templates are made of; rules and lists are gone through
    once for each context that a block of sentences asks for."""

    def __init__(self) -> None:
        self._within: dict[str, _Within] = {}

    def pieces(self, part: Part, data: IntentData) -> PieceSet:
        """All pieces that a sentence of the part can hold."""
        context = f"{data.requires_context}{data.excludes_context}"
        if context not in self._within:
            self._within[context] = _Within(data)
        return self._within[context].pieces(part)


class _Within:
    """The same, for one context."""

    def __init__(self, data: IntentData) -> None:
        self._data = data
        self._lists: dict[Holds, PieceSet] = {}
        self.pieces: Fold[PieceSet] = Fold(_words, self._blank, _union, _union)

    def _blank(self, blank: Blank) -> PieceSet:
        if blank.holds not in self._lists:
            self._lists[blank.holds] = self._values(blank.holds)
        return self._lists[blank.holds]

    def _values(self, holds: Holds) -> PieceSet:
        if isinstance(holds, NumberRange):
            words = (number_words(number).split() for number in holds.numbers)
            return frozenset({"and"}.union(*words))
        if not isinstance(holds, Listed):
            return READERS[holds.name].words if holds.heard else frozenset([ANY])
        fitting = (value for value in holds.values if fits(self._data, value.context))
        return _union(self.pieces(value.said) for value in fitting)


def _words(chunk: Chunk) -> PieceSet:
    return frozenset(chunk.words.split())


def _union(parts: Iterable[PieceSet]) -> PieceSet:
    return frozenset[str]().union(*parts)
