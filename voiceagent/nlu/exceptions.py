"""What a command leaves as it is: `all the lights but the kitchen`.

An exception is read as the same command would name it, and the command then carries
it (`Intent.without`); where any piece of it names nothing, nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from voiceagent.lang.part_tables import PartWords
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.correction import DURATION, TIME
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.phrase_words import (
    OneCommand,
    PhraseWords,
    closing,
    leading,
    places,
    split_at,
)
from voiceagent.nlu.referring import TARGETS

__all__ = ["ExceptionReader"]

CARRIED = 3
"""Words of a verb that an exception may share."""
SHORTEST_NOUN = 3
"""Letters; shorter words are none."""
WHOLE = ("name",)
"""Slots of a command of one thing, of which nothing can be left out."""


class ExceptionReader:
    """Reads one sentence with an exception."""

    def __init__(self, one: OneCommand, tables: PartWords) -> None:
        """`one`: the command that some words are."""
        self._one, self._tables = one, tables

    def read(self, words: PhraseWords) -> Intent | None:
        """The command with what it leaves out; None where there is no exception."""
        for base_words, rest in self._ways(words):
            base = self._one(base_words)
            if base is None:
                continue
            if base.name in self._tables.emptied:
                spared = self._kept_within(base, rest)
                if spared:
                    return replace(base, without=spared)
            if not base.slots.keys().isdisjoint(WHOLE):
                continue
            if spared := self._spared(base, base_words, rest):
                return replace(base, without=spared)
        return None

    def all_but(self, words: PhraseWords) -> tuple[Intent, ...]:
        """`turn on the lamp and everything else off`: what was named, if anything is
        done to it, and all that was not."""
        for at, many in places(words, (*self._tables.joints, *self._tables.turns)):
            left, right = words[:at], words[at + many :]
            base = self._one(self._of_all(right))
            if base is None or self._of_all(right) == right:
                continue
            front = leading(list(map(spoken, left)), self._tables.only)
            if kept := self._kept(left[front:]):
                if spared := self._spared(base, self._of_all(right), kept):
                    return (replace(base, without=spared),)
                continue
            first = self._one(left)
            if first is not None and "name" in first.slots:
                name = tuple(spoken(str(first.slots["name"])).split())
                if spared := self._spared(base, self._of_all(right), name):
                    return (first, replace(base, without=spared))
        return ()

    def _of_all(self, words: PhraseWords) -> PhraseWords:
        """`turn the rest off` as it is said of all."""
        for at, many in places(words, self._tables.the_rest):
            return (*words[:at], *self._tables.all_of_it.split(), *words[at + many :])
        return words

    def _ways(self, words: PhraseWords) -> Iterator[tuple[PhraseWords, PhraseWords]]:
        """The command, and what is left out of it."""
        joints = (*self._tables.joints, *self._tables.turns)
        for at, many in places(words, self._tables.exceptions):
            if at:
                said = list(map(spoken, words[:at]))
                end = at - closing(said, self._tables.joints)
                yield words[:end], words[at + many :]
            for cut in range(many + 1, len(words) if at == 0 else 0):
                behind = words[cut:]
                front = leading(list(map(spoken, behind)), self._tables.joints)
                yield behind[front:], words[many:cut]
        for at, many in places(words, joints):
            kept = self._kept(words[at + many :])
            if kept:
                yield words[:at], kept

    def _kept(self, words: PhraseWords) -> PhraseWords:
        """The thing of `leave the desk lamp on`, `kitchen stays on`."""
        said = tuple(map(spoken, words))
        found = words
        for front, back in self._tables.keeping:
            begin, end = tuple(front.split()), tuple(back.split())
            last = len(said) - len(end)
            if said[: len(begin)] == begin and said[last:] == end:
                kept = words[len(begin) : last]
                found = min(found, kept, key=len)
        return found if len(found) < len(words) else ()

    def _spared(
        self, base: Intent, said: PhraseWords, rest: PhraseWords
    ) -> tuple[Intent, ...]:
        """What an exception names, as the same command would name it."""
        pieces = split_at(rest, self._tables.joints)
        found = [self._thing(base, said, piece) for piece in pieces]
        whole = [one for one in found if one is not None]
        return tuple(whole) if whole and len(whole) == len(pieces) else ()

    def _kept_within(self, base: Intent, rest: PhraseWords) -> tuple[Intent, ...]:
        """What is to stay in a thing that is emptied, as it would be taken out."""
        name = tuple(spoken(str(base.slots.get("name", ""))).split())
        front, back = self._tables.taking_out
        found = self._one((*front.split(), *rest, *back.split(), *name))
        return () if found is None or not name else (found,)

    def _thing(
        self, base: Intent, said: PhraseWords, piece: PhraseWords
    ) -> Intent | None:
        inside = (self._tables.inside,)
        piece = self._bare(piece, said)
        if piece[:1] == inside:
            piece = piece[1:]
        heads = [said[:much] for much in range(1, min(CARRIED, len(said)) + 1)]
        ways = [
            *((*head, *of) for of in self._of_kind(piece, said) for head in heads),
            *((*said, *inside, *piece),),
            *((*head, *piece) for head in heads),
            *((*head, *piece, said[-1]) for head in heads),
            (*piece, said[-1]),
            *((*said[:-cut], *inside, *piece) for cut in range(1, CARRIED + 2)),
            *((*head, *piece, noun) for head in heads for noun in self._nouns(said)),
            *(
                (*head, *piece, noun, said[-1])
                for head in heads
                for noun in self._nouns(said)
            ),
        ]
        for way in ways:
            found = self._one(way)
            if found is not None and _narrower(found, base):
                return found
        return None

    def _of_kind(self, piece: PhraseWords, said: PhraseWords) -> Iterator[PhraseWords]:
        """`the one at eight` as `the alarm at eight`."""
        for at, word in enumerate(map(spoken, piece)):
            if word in self._tables.one and at + 1 < len(piece):
                for noun in self._nouns(said):
                    yield (*piece[:at], noun, *piece[at + 1 :])

    def _nouns(self, said: PhraseWords) -> Iterator[str]:
        """What several of are said to be: the one thing of it may go without."""
        for word in map(spoken, said[1:]):
            if len(word) > SHORTEST_NOUN:
                yield word.removesuffix(self._tables.plural)

    def _bare(self, piece: PhraseWords, said: PhraseWords) -> PhraseWords:
        """`the one in the office` is what is in the office; `the pasta one` is of the
        kind that was said."""
        words = tuple(map(spoken, piece))
        for cue in self._tables.the_one:
            size = len(cue.split())
            if " ".join(words[:size]) == cue and words[size : size + 1] == (
                self._tables.inside,
            ):
                return piece[size:]
        if len(piece) > 1 and words[-1] in self._tables.one:
            kind = spoken(said[-1]).removesuffix(self._tables.plural)
            return (*piece[:-1], kind)
        return piece


def _narrower(one: Intent, base: Intent) -> bool:
    """Whether it is the same command of a thing or place of its own."""
    own = {slot: one.slots[slot] for slot in TARGETS if slot in one.slots}
    its = {slot: base.slots[slot] for slot in TARGETS if slot in base.slots}
    timed = (DURATION | TIME) & (one.slots.keys() - base.slots.keys())
    return one.name == base.name and (bool(timed) or bool(own) and own != its)
