"""What was spoken of just now: `it`, `them`, `there`, `again`, and `no, the bedroom`.

Words that refer are exchanged for the words that they refer to, and the sentence is
read like any other; what it comes to has to be about the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voiceagent.lang.languages import language
from voiceagent.lang.part_tables import PartWords
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.parts import TARGETS, ReadOne, correction

__all__ = ["LastCommand", "Referred"]

FORGOTTEN = 120.0
"""Seconds after which nothing is referred to any more."""
LONGEST = 6
"""Words of what is referred to."""


@dataclass(frozen=True, slots=True)
class Referred:
    """A command that says less than it means."""

    intent: Intent
    sure: bool = True
    """False: it is spoken back before it is done."""


class LastCommand:
    """The last command, while it may be referred to."""

    def __init__(self, tables: PartWords | None = None) -> None:
        self._tables = tables or language().parts
        self._last: Intent | None = None
        self._at = 0.0

    def did(self, intent: Intent, at: float) -> None:
        """Something was done, or answered, at that loop time."""
        self._last, self._at = intent, at

    def read(self, text: str, parse: ReadOne, at: float) -> Referred | None:
        """The command that `text` is after the last one; None where it is none."""
        last = self._last
        if last is None or at - self._at > FORGOTTEN:
            return None
        said = spoken(text)
        if said in self._tables.again:
            return Referred(last)
        words = said.split()
        if rest := correction(words, self._tables):
            return _instead(last, rest, parse)
        for candidate in self._exchanged(words, last):
            found = parse(candidate)
            if found is not None and _same_thing(found, last):
                return Referred(found)
        return None

    def _exchanged(self, words: Sequence[str], last: Intent) -> Iterator[str]:
        area = last.slots.get("area")
        for at, word in enumerate(words):
            before, after = words[:at], words[at + 1 :]
            if word == self._tables.there and area:
                place = f"{self._tables.inside} the {spoken(str(area))}"
                yield " ".join([*before, place, *after])
            if word in self._tables.referring:
                for thing in _things(last):
                    yield " ".join([*before, thing, *after])


def _things(last: Intent) -> Iterator[str]:
    """Words for what the last command was about: its name, or a stretch of its own
    words that holds the name of the place."""
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


def _same_thing(one: Intent, last: Intent) -> bool:
    """Whether it is about exactly what the last one was about."""
    slots = (*TARGETS, "scope", "kind")
    mine = {slot: one.slots[slot] for slot in slots if slot in one.slots}
    its = {slot: last.slots[slot] for slot in slots if slot in last.slots}
    if "name" in its and mine.get("name") == its["name"]:
        return True
    return bool(mine) and mine == its


def _instead(last: Intent, rest: Sequence[str], parse: ReadOne) -> Referred | None:
    """The last command with something else in it: asked about, since it was done."""
    words = spoken(last.text).split()
    found: dict[object, Intent] = {}
    for start in range(1, len(words)):
        for end in range(start + 1, min(len(words), start + LONGEST) + 1):
            for glue in ((), ("the",)):
                way = [*words[:start], *glue, *rest, *words[end:]]
                made = parse(" ".join(way))
                if made and made.name == last.name and _one_apart(made, last):
                    found[made.meaning] = made
    if len(found) != 1:
        return None
    return Referred(next(iter(found.values())), sure=False)


def _one_apart(one: Intent, other: Intent) -> bool:
    keys = {*one.slots, *other.slots}
    apart = [key for key in keys if one.slots.get(key) != other.slots.get(key)]
    return len(apart) == 1 or bool(apart) and {*apart} <= {*TARGETS}
