"""What was made just now, by its kind: `cancel it`, `the second one`, `and another`.

    set a timer for ten minutes       cancel it             the timer of ten minutes
    set an alarm for seven            half an hour later    that alarm
    turn off the tv in ten minutes    cancel the second one of the plans

`it` is the very one that was made; `the second one` is counted by whoever keeps them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from voiceagent.lang.languages import language
from voiceagent.lang.part_tables import PartWords
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.correction import TIME
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.parts import ReadOne
from voiceagent.nlu.referring import of_that_kind

__all__ = ["about_made", "one_more"]

WORDS = language().parts
UNITS = language().quantities.say.units
LENGTH = ("hours", "minutes", "seconds")
ASKS, TOTAL = "asks", "total_"
"""Slot of a command that lacks something; how the slots begin that tell a timer by its
length where another one is said with it."""
NEW = (".set", ".add")
"""How the names of intents end that make one."""
HALF_A_DAY = 12
CARRIED = 3
"""Words of a verb that the next command may share."""


def _noun(last: Intent, tables: PartWords) -> tuple[str, str]:
    """How names of intents about such things begin, and what these are called."""
    made = tables.made.items()
    return next((pair for pair in made if last.name.startswith(pair[0])), ("", ""))


def about_made(
    words: Sequence[str], last: Intent, parse: ReadOne, tables: PartWords = WORDS
) -> Intent | None:
    """The command about the timer, the alarm or the plan that was spoken of."""
    prefix, noun = _noun(last, tables)
    if not noun:
        return None
    for way in _counted(words, noun, tables):
        found = parse(way)
        if found is not None and found.name.startswith(prefix):
            return found
    for way in _pointed(words, noun, tables):
        found = parse(way)
        own = found is not None and found.name.startswith(prefix)
        if found is not None and own and found.name != last.name:
            return _that_one(found, last)
    return None


def _counted(words: Sequence[str], noun: str, tables: PartWords) -> Iterator[str]:
    """`the second one` as `the second timer`."""
    for at, word in enumerate(words):
        if word in tables.one and at and words[at - 1] in tables.counted:
            yield " ".join([*words[:at], noun, *words[at + 1 :]])
    if words[-1] in tables.counted:
        yield " ".join([*words, noun])


def _pointed(words: Sequence[str], noun: str, tables: PartWords) -> Iterator[str]:
    for at, word in enumerate(words):
        if word in tables.referring:
            skipped = bool({*words[at + 1 : at + 2]} & {noun, *tables.one})
            yield " ".join([*words[:at], "the", noun, *words[at + 1 + skipped :]])


def _that_one(found: Intent, last: Intent) -> Intent | None:
    """The same about the very one; None where it names another."""
    own: dict[str, SlotValue] = {}
    if "name" in last.slots:
        own["name"] = last.slots["name"]
    elif last.name.endswith(NEW):
        prefix = TOTAL if found.name.endswith(".add") else ""
        own = {
            f"{prefix}{slot}": last.slots[slot] for slot in LENGTH if slot in last.slots
        } or {slot: last.slots[slot] for slot in TIME if slot in last.slots}
    if any(found.slots.get(slot, value) != value for slot, value in own.items()):
        return None
    return replace(found, slots={**own, **found.slots})


def one_more(
    words: Sequence[str],
    said: Sequence[str],
    last: Intent,
    parse: ReadOne,
    tables: PartWords = WORDS,
) -> Intent | None:
    """One more of the kind that was said: `and another one for five`."""
    found: dict[object, Intent] = {}
    for way in of_that_kind(words, said, tables):
        for carried in range(min(CARRIED, len(said))):
            made = _whole((*said[:carried], *way), said, parse)
            if made is not None and made.name == last.name:
                found[made.meaning] = _like(made, last)
    return next(iter(found.values())) if len(found) == 1 else None


def _whole(way: Sequence[str], said: Sequence[str], parse: ReadOne) -> Intent | None:
    """The command; a number alone counts what was counted before it."""
    text = " ".join(way)
    made = parse(text)
    if made is None or ASKS in made.slots:
        units = {word for one, many, _ in UNITS.values() for word in (one, many)}
        unit = next((word for word in map(spoken, reversed(said)) if word in units), "")
        made = parse(f"{text} {unit}") if unit else None
    return None if made is None or ASKS in made.slots else made


def _like(made: Intent, last: Intent) -> Intent:
    """In the morning, if the one before was."""
    halves = {slot: last.slots[slot] for slot in ("half",) if slot in last.slots}
    timed = "hour" in made.slots and int(made.slots["hour"]) <= HALF_A_DAY
    return replace(made, slots={**halves, **made.slots}) if timed else made
