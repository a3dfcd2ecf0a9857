"""Values of lists: read from words, found by name, or by a spelling that is close."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Protocol

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import distance, spoken
from voiceagent.nlu.intent import SlotValue, plain
from voiceagent.nlu.slm.forms import Atom
from voiceagent.templates.matching import Matching

__all__ = ["alike", "named_value", "read", "torn"]

NUMBER_WORDS = frozenset(language().numbers.values)
PLURAL = language().guards.loose.plural
LETTERS_A_MISTAKE = 4
"""One wrong letter is forgiven for this many of the phrase."""


LETTERS_OF_A_WORD = 3
"""... and one for this many of each word."""


def read(atoms: Iterable[Atom], piece: str) -> Iterator[SlotValue]:
    """What the whole of `piece` means in these lists."""
    for atom in atoms:
        for match in Matching(piece).complete(atom.node):
            yield from (plain(capture.value) for capture in match.captures)


def named_value(atoms: Iterable[Atom], name: str) -> SlotValue | None:
    """The value that is written `name`, if one of the lists holds it."""
    for atom in atoms:
        for _, value in atom.phrases:
            if str(value) == name:
                return value
        if name.isdigit() and not atom.wild:
            for value in read((atom,), spoken(name)):
                return value
    return None


def alike(atom: Atom, piece: str, *, letters: bool = True) -> Iterator[SlotValue]:
    """The one value whose words are nearly `piece`; nothing where two are as near.
    `letters`: whether letters may differ; else only spaces and what many have."""
    near: dict[SlotValue, int] = {}
    for words, value in atom.phrases:
        most = len(words) // LETTERS_A_MISTAKE
        if not letters and _run_together(words) != _run_together(piece):
            continue
        apart = distance(words, piece, most)
        if apart <= most and _word_by_word(words, piece):
            near[value] = min(apart, near.get(value, apart))
    closest = min(near.values(), default=0)
    best = [value for value, apart in near.items() if apart == closest]
    if len(best) == 1:
        yield best[0]


def _run_together(words: str) -> str:
    return "".join(word.removesuffix(PLURAL) for word in words.split())


def _word_by_word(words: str, piece: str) -> bool:
    """Whether no word became another altogether, though all of it is near."""
    pairs = list(zip(words.split(), piece.split(), strict=False))
    if len(words.split()) != len(piece.split()):
        return True
    most = (max(1, len(word) // LETTERS_OF_A_WORD) for word, _ in pairs)
    return all(distance(*pair, n) <= n for pair, n in zip(pairs, most, strict=True))


class TakenPlace(Protocol):
    """Where a value stands in a text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def torn(text: str, taken: Sequence[TakenPlace]) -> bool:
    """Whether words of one number became two values: `twenty` and `three`."""
    places = sorted((one.start, one.end) for one in taken)
    for (start, end), (after, behind) in pairwise(places):
        if after == end + 1:
            last, first = text[start:end].split()[-1:], text[after:behind].split()[:1]
            if NUMBER_WORDS.issuperset((*last, *first)):
                return True
    return False
