"""Words that stand for others: `it`, `them`, `there`, `the other one`, `another one`.

They are exchanged for the words that they refer to, and the sentence is read like any
other; what it comes to has to be about the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voiceagent.lang.languages import language
from voiceagent.lang.part_tables import PartWords
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent

__all__ = ["TARGETS", "exchanged", "of_that_kind", "same_thing", "things_of"]

TARGETS = ("name", "area", "floor")
"""Slots that say which thing or place."""
LONGEST = 6
"""Words of what is referred to."""
WORDS = language().parts


def exchanged(
    words: Sequence[str], last: Intent, tables: PartWords = WORDS
) -> Iterator[str]:
    """`words` with what `last` was about in the place of what refers to it."""
    cues = tables.many if last.parts else tables.referring
    places = [at for at, word in enumerate(words) if word in cues]
    area = last.slots.get("area")
    for at, word in enumerate(words):
        if word == tables.there and area:
            place = [tables.inside, "the", *spoken(str(area)).split()]
            yield " ".join([*words[:at], *place, *words[at + 1 :]])
    if not places:
        return
    item, name = last.slots.get("item"), last.slots.get("name")
    if item and name and last.name in tables.added:
        front, back = tables.taking_out
        rest = [str(item), *back.split(), *spoken(str(name)).split()]
        for at in places:
            if at and words[at - 1] not in tables.beside:  # "take eggs off it"
                yield " ".join([*words[:at], *rest, *words[at + 1 :]])
    for thing in things_of(last):
        for at in places:
            yield " ".join([*words[:at], thing, *words[at + 1 :]])
        if len(places) > 1:
            yield " ".join(thing if n in places else w for n, w in enumerate(words))


def things_of(last: Intent) -> Iterator[str]:
    """Words for what a command was about: its name, or a stretch of its own words
    that holds the name of the place."""
    if last.parts:
        things = [next(things_of(part), "") for part in last.parts]
        if all(things) and all("name" in part.slots for part in last.parts):
            yield f" {WORDS.joint} ".join(dict.fromkeys(things))
        return
    name = last.slots.get("name")
    if isinstance(name, str):
        yield f"the {spoken(name)}"
    words = spoken(last.text).split()
    wanted = [spoken(str(last.slots[s])).split() for s in TARGETS if s in last.slots]
    scope = "scope" in last.slots
    for many in range(1, LONGEST + 1):
        for at in range(1, len(words) - many + 1):
            piece = words[at : at + many]
            if scope or any(_holds(piece, place) for place in wanted):
                yield " ".join(piece)


def _holds(piece: Sequence[str], place: Sequence[str]) -> bool:
    size = len(place)
    return any(list(piece[n : n + size]) == list(place) for n in range(len(piece)))


def same_thing(one: Intent, last: Intent) -> bool:
    """Whether it is about exactly what the other one is about; of several commands,
    whether each of them is."""
    if last.parts:
        each = one.parts or (one,)
        pairs = [[same_thing(mine, its) for its in last.parts] for mine in each]
        return len(each) == len(last.parts) and all(map(any, pairs))
    if one.parts:
        return all(same_thing(part, last) for part in one.parts)
    slots = (*TARGETS, "scope", "kind")
    mine = {slot: one.slots[slot] for slot in slots if slot in one.slots}
    its = {slot: last.slots[slot] for slot in slots if slot in last.slots}
    if "name" in its and mine.get("name") == its["name"]:
        return True
    return bool(mine) and mine == its


def of_that_kind(
    words: Sequence[str], left: Sequence[str], tables: PartWords = WORDS
) -> Iterator[tuple[str, ...]]:
    """`another one`, `one`: with a noun of the words before in its place."""
    place = next(_cued(words, tables.another), None)
    if place is None:
        return
    start, end = place
    for noun in dict.fromkeys(map(spoken, reversed(left))):
        for article in tables.articles:
            yield (*words[:start], article, noun, *words[end:])


def _cued(words: Sequence[str], cues: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where one of the cues stands, the longest one first."""
    said = [spoken(word) for word in words]
    for cue in sorted(cues, key=len, reverse=True):
        many = len(cue.split())
        for at in range(len(said) - many + 1):
            if " ".join(said[at : at + many]) == cue:
                yield at, at + many
