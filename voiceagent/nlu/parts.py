"""Sentences of several parts: commands, things and exceptions, all of them or none.

    turn on the tv and the radio          two commands of one frame
    turn the tv on and the blind down     two that share a verb
    turn off all the lights but the kitchen

Each part has to be a whole command by itself, read like any other: what the joint is
between is found by trying. Where two ways of reading come to different things, nothing
is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from voiceagent.lang.languages import language
from voiceagent.lang.part_tables import PartWords
from voiceagent.lang.spoken import foreign, spoken
from voiceagent.nlu.intent import SEVERAL, Intent

__all__ = ["TARGETS", "PartsReader", "ReadOne", "correction", "together"]

ReadOne = Callable[[str], Intent | None]
Words = tuple[str, ...]
TARGETS = ("name", "area", "floor")
"""Slots that say which thing or place."""
MOST_WORDS, MOST_JOINTS, LONGEST = 40, 3, 4
"""Of a sentence, and words of one of the things that are joined."""
CARRIED = 3
"""Words of a verb that the next command may share."""


def together(intents: Sequence[Intent], text: str) -> Intent:
    """One intent of several commands, each of them once."""
    each = tuple({intent.meaning: intent for intent in intents}.values())
    return each[0] if len(each) == 1 else Intent(SEVERAL, {}, 1.0, text, parts=each)


class PartsReader:
    """Reads sentences of several parts; no state, any thread."""

    def __init__(self, parse: ReadOne, tables: PartWords | None = None) -> None:
        """`parse`: the one command that a text is."""
        self._parse, self._tables = parse, tables or language().parts

    def read(self, text: str) -> Intent | None:
        """What a sentence of several parts comes to; None where it is none."""
        words = _words(text)
        if foreign(text) or not 3 < len(words) <= MOST_WORDS:
            return None
        return _OneText(self._parse, self._tables).read(words, text)

    def corrected(self, text: str) -> Intent | None:
        """What was meant by a sentence that corrects itself on the way."""
        words = _words(text)
        if foreign(text) or not 3 < len(words) <= MOST_WORDS:
            return None
        return _OneText(self._parse, self._tables).corrected(words)


class _OneText:
    """One sentence; remembers what its pieces are."""

    def __init__(self, parse: ReadOne, tables: PartWords) -> None:
        self._tables = tables
        self._one = cache(lambda words: parse(" ".join(words)) if words else None)
        self._several = cache(self._read_several)

    def read(self, words: Words, text: str) -> Intent | None:
        joints = [at for at, _ in _places(words, self._tables.joints)]
        if len(joints) > MOST_JOINTS:
            return None
        found = self._excepted(words)
        if found is not None:
            return replace(found, text=text)
        if not joints:
            return None
        plain = tuple(w for w in words if w not in self._tables.both)
        commands = self._several(plain)
        return together(commands, text) if commands else None

    def corrected(self, words: Words) -> Intent | None:
        """The second reading of `A no B`."""
        for at, many in _places(words, self._tables.corrections):
            left, right = words[:at], words[at + many :]
            pairs = [pair for pair in self._joined(left, right) if len(pair[1]) == 1]
            second = {pair[1][0].meaning: pair[1][0] for pair in pairs}
            if len(second) == 1:
                return next(iter(second.values()))
            whole = self._one(right)
            if whole is not None and self._one(left) is not None:
                return whole
        return None

    def _commands(self, words: Words) -> tuple[Intent, ...]:
        one = self._one(words)
        return (one,) if one is not None else self._several(words)

    def _read_several(self, words: Words) -> tuple[Intent, ...]:
        at, many = next(_places(words, self._tables.joints), (0, 0))
        left, right = words[:at], words[at + many :]
        if not left or not right:
            return ()
        return self._shared(left, right) or self._after(left, right)

    def _shared(self, left: Words, right: Words) -> tuple[Intent, ...]:
        """Two things in one frame; nothing where that could be two ways."""
        ways: dict[object, tuple[Intent, ...]] = {}
        for first, second in self._joined(left, right):
            both = (*first, *second)
            names = {intent.name for intent in both}
            if len(names) == 1 and not (_one_amount(both) or _two_values(both)):
                ways[frozenset(intent.meaning for intent in both)] = both
        return next(iter(ways.values())) if len(ways) == 1 else ()

    def _joined(
        self, left: Words, right: Words
    ) -> Iterator[tuple[tuple[Intent, ...], tuple[Intent, ...]]]:
        """What each of two joined things comes to in the frame around them."""
        for much in range(1, min(LONGEST, len(right)) + 1):
            suffix = right[much:]
            first = self._commands((*left, *suffix))
            if not first:
                continue
            for back in range(1, min(LONGEST, len(left) - 1) + 1):
                second = self._commands((*left[:-back], *right))
                if second and _apart(first, second):
                    yield first, second

    def _after(self, left: Words, right: Words) -> tuple[Intent, ...]:
        """One command, and another that may share its verb."""
        first = self._one(left)
        if first is None:
            return ()
        second = self._commands(right)
        for carried in range(1, min(CARRIED, len(left) - 1) + 1):
            if not second:
                second = self._commands((*left[:carried], *right))
                # "the tv on and off" says both of one thing.
                if any(one.slots == first.slots for one in second):
                    return ()
                if second and _two_values((first, *second)):
                    return ()
        both = (first, *second)
        return both if second and not _one_amount(both) else ()

    def _excepted(self, words: Words) -> Intent | None:
        for at, many in _places(words, self._tables.exceptions):
            base = self._one(words[:at])
            if base is None or any(slot == "name" for slot in base.slots):
                continue
            spared = self._spared(base, words[:at], words[at + many :])
            if spared:
                return replace(base, without=spared)
        return None

    def _spared(self, base: Intent, said: Words, rest: Words) -> tuple[Intent, ...]:
        """What an exception names, as the same command would name it."""
        pieces = _split(rest, self._tables.joints)
        found = [self._thing(base, said, piece) for piece in pieces]
        whole = [one for one in found if one is not None]
        return tuple(whole) if whole and len(whole) == len(pieces) else ()

    def _thing(self, base: Intent, said: Words, piece: Words) -> Intent | None:
        inside = (self._tables.inside,)
        if piece[:1] == inside:
            piece = piece[1:]
        heads = [said[:much] for much in range(1, min(CARRIED, len(said)) + 1)]
        ways = [
            *((*said, *inside, *piece),),
            *((*head, *piece) for head in heads),
            *((*head, *piece, said[-1]) for head in heads),
        ]
        for way in ways:
            found = self._one(way)
            if found is not None and _narrower(found, base):
                return found
        return None


def correction(words: Sequence[str], tables: PartWords) -> Words:
    """What follows the cue that the turn before is corrected; empty: there is none."""
    for cue in sorted(tables.anew, key=len, reverse=True):
        many = len(cue.split())
        if " ".join(words[:many]) == cue and len(words) > many:
            return tuple(words[many:])
    return ()


def _narrower(one: Intent, base: Intent) -> bool:
    """Whether it is the same command of a thing or place of its own."""
    own = {slot: one.slots[slot] for slot in TARGETS if slot in one.slots}
    return (
        one.name == base.name
        and bool(own)
        and own != {slot: base.slots[slot] for slot in TARGETS if slot in base.slots}
    )


def _apart(first: Sequence[Intent], second: Sequence[Intent]) -> bool:
    return {one.meaning for one in first}.isdisjoint(two.meaning for two in second)


def _one_amount(intents: Sequence[Intent]) -> bool:
    """Whether one amount was taken for several: hours in one, minutes in another."""
    for one in intents:
        for other in intents:
            loose = {*one.slots} - {*other.slots}
            if one.name == other.name and any(
                isinstance(one.slots[slot], int | float) for slot in loose
            ):
                return True
    return False


def _two_values(intents: Sequence[Intent]) -> bool:
    """Whether one thing would have two values: `set the lamp to red and blue`."""
    first, *others = intents
    for other in others:
        keys = {*first.slots, *other.slots}
        same = {k for k in keys if first.slots.get(k) == other.slots.get(k)}
        if same and not (keys - same) & {*TARGETS, "kind"}:
            return True
    return False


def _words(text: str) -> Words:
    """Words in their own letters; a comma between things is a word by itself."""
    found: list[str] = []
    for token in text.split():
        bare = token.strip(',;.!?"')
        if spoken(bare):
            found.append(bare)
        if token.endswith((",", ";")) and found:
            found.append("and")
    while found and found[-1] == "and":
        found.pop()
    joined = [w for n, w in enumerate(found) if w != "and" or found[n + 1] != "and"]
    return tuple(joined)


def _places(words: Words, cues: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where one of the cues stands, and its words; the longest at each place."""
    said = [spoken(word) for word in words]
    at = 0
    while at < len(said):
        for many in range(min(4, len(said) - at), 0, -1):
            if " ".join(said[at : at + many]) in cues:
                yield at, many
                at += many - 1
                break
        at += 1


def _split(words: Words, cues: tuple[str, ...]) -> list[Words]:
    found, start = [], 0
    for at, many in _places(words, cues):
        found.append(words[start:at])
        start = at + many
    return [piece for piece in (*found, words[start:]) if piece]
