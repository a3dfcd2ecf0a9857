"""Compiles templates into the nodes that matching walks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from voiceagent.lang.readers import READERS
from voiceagent.lang.spoken import number_words, spoken
from voiceagent.templates.matching import (
    AnyOrder,
    Chain,
    MatchChoice,
    MatchNode,
    MatchText,
    Phrase,
    ReadWords,
    Slot,
    SlotValues,
    Wild,
)
from voiceagent.templates.walk import (
    AnyWords,
    Blank,
    Chunk,
    Fold,
    Holds,
    NumberRange,
    Part,
    Series,
)

__all__ = ["Compiler"]


class Compiler:
    """Turns templates into nodes; what is one list or rule there is one node here."""

    def __init__(self) -> None:
        self._lists: dict[Holds, MatchNode] = {}
        self._fold: Fold[MatchNode] = Fold(
            _text, self._slot, _choice, _chain, _any_order
        )

    def node(self, part: Part) -> MatchNode:
        """The compiled form of a part."""
        return self._fold(part)

    def _slot(self, blank: Blank) -> MatchNode:
        if blank.holds not in self._lists:
            self._lists[blank.holds] = self._values(blank.holds)
        return Slot(blank.slot, self._lists[blank.holds])

    def _values(self, holds: Holds) -> MatchNode:
        if isinstance(holds, NumberRange):
            return SlotValues(_by_first_word(_numbers(holds)))
        if isinstance(holds, AnyWords):
            return ReadWords(READERS[holds.name]) if holds.heard else Wild()
        phrases, templates = [], []
        groups: dict[str, int] = {}
        for item in holds.values:
            group = groups.setdefault(f"{item.context}", len(groups))
            value = Phrase(_plain(item.said), item.value, item.context, group)
            if value.words:
                phrases.append(value)
            else:
                templates.append((self.node(item.said), value))
        return SlotValues(_by_first_word(phrases), tuple(templates))


def _text(chunk: Chunk) -> MatchNode:
    text, body = chunk.written, chunk.words
    before, after = text[:1].isspace(), text[-1:].isspace()
    if not body and (before or after):
        return MatchText(True, "", False)
    return MatchText(before, body, after)


def _choice(items: Sequence[MatchNode]) -> MatchNode:
    return MatchChoice(tuple(items))


def _chain(items: Sequence[MatchNode]) -> MatchNode:
    return items[0] if len(items) == 1 else Chain(tuple(items))


def _any_order(items: Sequence[MatchNode]) -> MatchNode:
    return items[0] if len(items) == 1 else AnyOrder(tuple(items))


def _plain(part: Part) -> str:
    """The words of a value that is no template, else nothing."""
    match part:
        case Chunk():
            return part.words
        case Series(parts) if all(isinstance(inner, Chunk) for inner in parts):
            texts = (inner.written for inner in parts if isinstance(inner, Chunk))
            return spoken("".join(texts))
        case Series((only,)):
            return _plain(only)
    return ""


def _numbers(entry: NumberRange) -> Iterator[Phrase]:
    for number in entry.numbers:
        words = number_words(number)
        for said in {words, words.replace("hundred ", "hundred and ")}:
            yield Phrase(said, entry.value(number))


def _by_first_word(phrases: Iterable[Phrase]) -> dict[str, tuple[Phrase, ...]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        found.setdefault(phrase.words.split(" ", 1)[0], []).append(phrase)
    return {word: tuple(group) for word, group in found.items()}
