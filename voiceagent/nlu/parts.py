"""Sentences of several parts: commands, things and exceptions, all of them or none.

    turn on the tv and the radio          two commands of one frame
    turn the tv on and the blind down     two that share a verb
    turn on the tv and dim it             two of one thing
    turn off all the lights but the kitchen

Each part has to be a whole command by itself, read like any other: what the joint is
between is found by trying. Where two ways of reading come to different things, nothing
is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from voiceagent.lang.languages import language
from voiceagent.lang.number_words import NUMBER_VALUES
from voiceagent.lang.part_tables import PartWords
from voiceagent.lang.spoken import foreign, spoken
from voiceagent.nlu.clarify import Question, which
from voiceagent.nlu.enumerated import counted_out, in_a_row, of_its_thing, with_unit
from voiceagent.nlu.exceptions import ExceptionReader
from voiceagent.nlu.intent import SEVERAL, Intent
from voiceagent.nlu.phrase_words import (
    PhraseWords,
    as_text,
    leading,
    phrase_words,
    places,
)
from voiceagent.nlu.referring import TARGETS, exchanged, of_that_kind, same_thing

__all__ = [
    "MOST_WORDS",
    "PartsReader",
    "ReadOne",
    "either",
    "together",
]

ReadOne = Callable[[str], Intent | None]
MOST_WORDS, MOST_JOINTS, LONGEST = 40, 4, 4
"""Of a sentence, and words of one of the things that are joined."""
MOST_TRIES = 500
"""Pieces of a sentence that are read; one that needs more is none of ours."""
CARRIED = 3
"""Words of a verb that the next command may share."""
NUMBERS = NUMBER_VALUES.keys()
SWITCHED = language().guards.directions.switch.pair
TALK = frozenset((*language().manners.fronts, *language().manners.backs)) - frozenset(
    language().corrections.markers
)
"""Pieces of a sentence that say nothing."""


def together(intents: Sequence[Intent], text: str) -> Intent:
    """One intent of several commands, each of them once."""
    each = tuple({intent.meaning: intent for intent in intents}.values())
    return each[0] if len(each) == 1 else Intent(SEVERAL, {}, 1.0, text, parts=each)


def either(text: str, parse: ReadOne) -> Question | None:
    """The question which of two is meant: `the kitchen light or the bed light`."""
    tables = language().parts
    words = tuple(w for w in phrase_words(text) if spoken(w) not in tables.one_of_two)
    places_of = [at for at, word in enumerate(words) if spoken(word) in tables.either]
    if len(places_of) != 1 or len(words) > MOST_WORDS:
        return None
    (at,) = places_of
    both = parse(" ".join([*words[:at], tables.joint, *words[at + 1 :]]))
    if both is None or len(both.parts) != len((at, at)):
        return None
    return which(both.parts, reason="one of two")


class PartsReader:
    """Reads sentences of several parts; no state, any thread."""

    def __init__(self, parse: ReadOne, tables: PartWords | None = None) -> None:
        """`parse`: the one command that a text is."""
        self._parse, self._tables = parse, tables or language().parts

    def read(self, text: str) -> Intent | None:
        """What a sentence of several parts comes to; None where it is none."""
        words = phrase_words(text)
        if foreign(text) or not 3 < len(words) <= MOST_WORDS:
            return None
        words = self._without_talk(words[leading(words, self._tables.opening) :])
        return _OneText(self._parse, self._tables).read(words, text)

    def _without_talk(self, words: PhraseWords) -> PhraseWords:
        """Without pieces between joints that are manners alone: `, thanks, and`."""
        joints = list(places(words, self._tables.joints))
        for (at, many), (end, _) in pairwise(joints):
            if " ".join(map(spoken, words[at + many : end])) in TALK:
                return self._without_talk((*words[:at], *words[end:]))
        return words


class _OneText:
    """One sentence; remembers what its pieces are."""

    def __init__(self, parse: ReadOne, tables: PartWords) -> None:
        self._tables, self._parse = tables, parse
        self._tries = 0
        self._one = cache(self._read_one)
        self._several = cache(self._read_several)
        self._exceptions = ExceptionReader(self._one, tables)

    def read(self, words: PhraseWords, text: str) -> Intent | None:
        cues = (*self._tables.joints, *self._tables.turns)
        joints = [at for at, _ in places(words, cues)]
        if len(joints) > MOST_JOINTS:
            return None
        found = self._exceptions.read(words)
        if found is not None:
            return replace(found, text=text)
        if not joints:
            return None
        if commands := self._exceptions.all_but(words):
            return together(commands, text)
        for way in self._spoken_singly(words):
            if commands := self._several(way):
                return together(commands, text)
        if commands := counted_out(words, self._one, self._several, self._tables):
            return together(commands, text)
        return None

    def _spoken_singly(self, words: PhraseWords) -> Iterator[PhraseWords]:
        """As it stands, and as each of several things would have it: `are the front
        door and the back door locked`, `my seven and eight o'clock alarms`."""
        plain = tuple(w for w in words if w not in self._tables.both)
        if plain != words:
            yield words
        yield plain
        verb = self._tables.singular.get(spoken(plain[0]))
        one = (verb, *plain[1:]) if verb else plain
        if verb:
            yield one
        if plain[-1].endswith(self._tables.plural):
            yield (*one[:-1], one[-1].removesuffix(self._tables.plural))

    def _read_one(self, words: PhraseWords) -> Intent | None:
        self._tries += 1
        if not words or self._tries > MOST_TRIES:
            return None
        return self._parse(as_text(words))

    def _commands(self, words: PhraseWords) -> tuple[Intent, ...]:
        one = self._one(words)
        return (one,) if one is not None else self._several(words)

    def _read_several(self, words: PhraseWords) -> tuple[Intent, ...]:
        joints = list(places(words, self._tables.joints))
        for at, many in joints[:1]:
            left, right = words[:at], words[at + many :]
            if left and right and (found := self._shared(left, right)):
                return found
        if len(joints) > 1 and (found := in_a_row(words, self._one, self._tables)):
            return found
        turns = list(places(words, (*self._tables.joints, *self._tables.turns)))
        for at, many in turns:
            left, right = words[:at], words[at + many :]
            turn = " ".join(map(spoken, words[at : at + many])) in self._tables.turns
            if left and right and (found := self._after(left, right, alone=turn)):
                return found
        return ()

    def _shared(self, left: PhraseWords, right: PhraseWords) -> tuple[Intent, ...]:
        """Two things in one frame; nothing where that could be two ways."""
        ways: dict[object, tuple[Intent, ...]] = {}
        for first, second in self._joined(left, right):
            both = (*first, *second)
            names = {intent.name for intent in both}
            if len(names) == 1 and not (_one_amount(both) or _two_values(both)):
                ways[frozenset(intent.meaning for intent in both)] = both
        some = [*ways.values()]
        if len(some) > 1:  # "the pasta egg timer" is none of "the pasta and the egg"
            some = [both for both in some if _names_apart(both)]
        return some[0] if len(some) == 1 else ()

    def _joined(
        self, left: PhraseWords, right: PhraseWords
    ) -> Iterator[tuple[tuple[Intent, ...], tuple[Intent, ...]]]:
        """What each of two joined things comes to in the frame around them."""
        for much in range(1, min(LONGEST, len(right)) + 1):
            suffix = right[much:]
            if suffix and {right[much - 1].lower(), suffix[0].lower()} <= NUMBERS:
                continue  # "thirty | six"
            first = self._commands((*left, *suffix))
            if not first:
                continue
            most = len(left) - bool(self._one(left))  # a command lacks nothing
            for back in range(1, min(LONGEST, most) + 1):
                second = self._commands((*left[:-back], *right))
                if second and _apart(first, second):
                    yield first, second

    def _after(
        self, left: PhraseWords, right: PhraseWords, *, alone: bool
    ) -> tuple[Intent, ...]:
        """One command, and another that may share its thing, or its verb unless it has
        to be one `alone`."""
        first = self._commands(left)
        if not first:
            return ()
        right = self._without_also(right)
        second = self._commands(right)
        if not second and (about := self._about_it(first[-1], left, right)):
            return (*first, *about)
        if not second:
            found = of_its_thing(right, first[-1], self._one, self._tables)
            if found is not None and found.name != first[-1].name:
                return (*first, found)
        for carried in range(1, min(CARRIED, len(left) - 1) + 1):
            if not second and len(first) == 1 and not alone:
                more = (*left[:carried], *right)
                unit = (*left[:carried], *with_unit(right, left))
                behind = (*more, left[-1])  # "the tv on, the fan too"
                second = self._commands(more) or self._commands(unit)
                if not second and spoken(left[-1]) in SWITCHED:
                    second = self._commands(behind)
                # "the tv on and off" says both of one thing.
                if any(one.slots == first[0].slots for one in second):
                    return ()
                if second and _two_values((*first, *second)):
                    return ()
        both = (*first, *second)
        return both if second and not _one_amount(both) else ()

    def _about_it(
        self, first: Intent, left: PhraseWords, right: PhraseWords
    ) -> tuple[Intent, ...]:
        """What the second command is where it says `it`, or `another one`."""
        for way in exchanged(list(map(spoken, right)), first, self._tables):
            found = self._one(tuple(way.split()))
            if found is not None and same_thing(found, first):
                return (found,)
        ways = {
            found.meaning: found
            for way in of_that_kind(right, left, self._tables)
            for carried in range(min(CARRIED, len(left)))
            if (found := self._one((*left[:carried], *way))) is not None
            and "asks" not in found.slots
        }
        return tuple(ways.values()) if len(ways) == 1 else ()

    def _without_also(self, words: PhraseWords) -> PhraseWords:
        """Without the `too` that says nothing more behind another command."""
        for cue in (*self._tables.also_behind, *self._tables.instead):
            size = len(cue.split())
            if len(words) > size and " ".join(map(spoken, words[-size:])) == cue:
                return words[:-size]
        return words


def _apart(first: Sequence[Intent], second: Sequence[Intent]) -> bool:
    return {one.meaning for one in first}.isdisjoint(two.meaning for two in second)


def _names_apart(intents: Sequence[Intent]) -> bool:
    """Whether no word stands in two names."""
    words = [
        word
        for intent in intents
        for word in {*str(intent.slots.get("name", "")).lower().split()}
    ]
    return len(words) == len({*words})


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
        # "The kitchen light blue and red": red is no colour of the kitchen.
        name, area = first.slots.get("name"), other.slots.get("area")
        if name and area and "name" not in other.slots:
            if {*spoken(str(area)).split()} <= {*spoken(str(name)).split()}:
                return True
    return False
