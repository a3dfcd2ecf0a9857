"""Things told one by one: `two timers, one for five minutes and one for ten`.

    set the bed light, the desk lamp and the tv to 20     three things in one frame
    set timers for five and ten minutes                   one kind, told by each
    add milk to my list and take apples off               of the thing that was said

Each of them has to be a whole command of its own, and all of them one kind of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from voiceagent.lang.languages import language
from voiceagent.lang.numerals import wholes
from voiceagent.lang.part_tables import PartWords
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.phrase_words import OneCommand, PhraseWords, leading, split_at
from voiceagent.nlu.referring import same_thing, things_of

__all__ = ["counted_out", "in_a_row", "of_its_thing", "with_unit"]

LONGEST = 4
"""Words of one thing."""
VERB = 3
"""Words before the kind of what is counted out."""
UNITS = frozenset(
    word
    for one, many, _ in language().quantities.say.units.values()
    for word in (one, many)
)
ASKS = "asks"
"""Slot of a command that still lacks something."""
Several = Callable[[PhraseWords], tuple[Intent, ...]]


def in_a_row(
    words: PhraseWords, one: OneCommand, tables: PartWords
) -> tuple[Intent, ...]:
    """Three and more things in one frame, with what stands behind the last of them;
    nothing where that could be two ways."""
    first, *between, last = split_at(words, tables.joints)
    ways: dict[object, tuple[Intent, ...]] = {}
    for back in range(1, min(LONGEST, len(first) - 1) + 1):
        head, thing = first[:-back], first[-back:]
        for much in range(1, min(LONGEST, len(last)) + 1):
            things, tail = (thing, *between, last[:much]), last[much:]
            found = _each(((*head, *each, *tail) for each in things), one)
            if len(found) == len(things):
                ways[frozenset(intent.meaning for intent in found)] = found
    return next(iter(ways.values())) if len(ways) == 1 else ()


def _each(ways: Iterable[PhraseWords], one: OneCommand) -> tuple[Intent, ...]:
    """The commands that all of these are, where they are different ones of one kind."""
    found: dict[object, Intent] = {}
    for way in ways:
        made = one(way)
        if made is None or made.meaning in found or ASKS in made.slots:
            return ()
        found[made.meaning] = made
    names = {intent.name for intent in found.values()}
    return tuple(found.values()) if len(names) == 1 else ()


@dataclass(frozen=True, slots=True)
class _Kind:
    """`set two timers`: what is done, how many of what, and the words behind it."""

    verb: PhraseWords
    many: int
    """0: nobody said."""
    noun: str
    rest: PhraseWords


def counted_out(
    words: PhraseWords, one: OneCommand, several: Several, tables: PartWords
) -> tuple[Intent, ...]:
    """Several of one kind that are told one by one; as many as were said."""
    kind = _kind(words, tables)
    if kind is None:
        return ()
    pieces = list(_told(kind.rest, tables))
    for article in tables.articles:
        head = (*kind.verb, article, kind.noun)
        found = _each(((*head, *piece) for piece in _with_units(pieces)), one)
        found = found or several((*head, *kind.rest))
        if found and kind.many in (0, len(found)):
            return found
    return ()


def _kind(words: PhraseWords, tables: PartWords) -> _Kind | None:
    said = tuple(map(spoken, words))
    for at in range(1, min(len(said) - 1, VERB + 1)):
        noun = said[at].removesuffix(tables.plural)
        if noun == said[at] or said[at] not in tables.kinds:
            continue
        verb, many = words[:at], 0
        for start in range(1, at):
            ends = {end: int(number) for number, end in wholes(said, start)}
            if at in ends or tables.heaps.issuperset(said[start:at]):
                verb, many = words[:start], ends.get(at, 0)
                break
        return _Kind(verb, many, noun, words[at + 1 :])
    return None


def _told(words: PhraseWords, tables: PartWords) -> Iterator[PhraseWords]:
    """What stands behind each `one`; nothing where it is not told so."""
    pieces = split_at(words, tables.joints)
    rests = []
    for piece in pieces:
        front = leading([spoken(word) for word in piece], tables.each_one)
        if not front:
            return
        rests.append(piece[front:])
    yield from rests


def _with_units(pieces: Iterable[PhraseWords]) -> Iterator[PhraseWords]:
    """A number alone counts what was counted before it: `five minutes and ten`."""
    unit = ""
    for piece in pieces:
        said = list(map(spoken, piece))
        unit = said[-1] if said[-1] in UNITS else unit
        ends = (end for at in range(len(said)) for _, end in wholes(said, at))
        yield (*piece, unit) if unit and len(said) in ends else piece


def with_unit(words: PhraseWords, left: PhraseWords) -> PhraseWords:
    """`two to the egg timer` behind `add five minutes`: two minutes."""
    said = list(map(spoken, words))
    unit = next((word for word in map(spoken, reversed(left)) if word in UNITS), "")
    end = max((end for _, end in wholes(said, 0)), default=0)
    if not unit or not end or said[end : end + 1] and said[end] in UNITS:
        return words
    return (*words[:end], unit, *words[end:])


def of_its_thing(
    words: PhraseWords, last: Intent, one: OneCommand, tables: PartWords
) -> Intent | None:
    """What a command is that lacks the thing of the one before it: `remove bananas`
    behind one of a list."""
    found: dict[object, Intent] = {}
    for thing in things_of(last) if "name" in last.slots else ():
        for beside in tables.beside:
            made = one((*words, beside, *thing.split()))
            if made is not None and same_thing(made, last):
                found[made.meaning] = made
    return next(iter(found.values())) if len(found) == 1 else None
