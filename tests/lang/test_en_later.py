"""English: every word that says when, or on what condition, does so."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import pytest

from tests.lang.tables import ENGLISH, Check, failing
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import LATER, Intent
from voiceagent.nlu.occasions import (
    ASK,
    AT_ONCE,
    CANNOT,
    PLACE,
    SORT,
    WHO,
    Occasion,
    Occasions,
)
from voiceagent.nlu.replanned import replanned
from voiceagent.skills.later.words import command_words

pytestmark = pytest.mark.unit
WORDS = ENGLISH.later
OCCASIONS = Occasions()
SAMPLES = 400
LIGHT = Intent("light.off", text="turn off the light")
AT_NINE = Intent(LATER, {"hour": 9}, parts=(LIGHT,))
IN_TEN = Intent(LATER, {"minutes": 10}, parts=(LIGHT,))


def whole(said: str) -> list[Occasion]:
    """What all of the words may be, once a look tells that there may be something."""
    words = said.split()
    ways = OCCASIONS.of(words) if OCCASIONS.hinted(words) else ()
    return [one for one in ways if (one.start, one.end) == (0, len(words))]


def says(said: str, **slots: object) -> bool:
    """Whether they are one with such slots among its own."""
    return any(slots.items() <= dict(one.slots).items() for one in whole(said))


def cannot(said: str, why: str) -> bool:
    return any(why in str(one.slots.get(CANNOT)) for one in whole(said))


def refused(said: str) -> list[str]:
    """How the conditions behind a command are refused."""
    ways = OCCASIONS.beyond(f"turn on the tv {said}".split())
    return [str(one.slots[CANNOT]) for one in ways if one.start == 4]


def samples(rule: str) -> Iterator[str]:
    chance = random.Random(1)
    return (OCCASIONS.grammar.sample(rule, chance)[0] for _ in range(SAMPLES))


@cache
def times() -> list[set[str]]:
    """Words of times as they are said."""
    names = (*(f"later_{kind}" for kind in WORDS.rules), *spans())
    said = [one for name in names for one in samples(name)]
    ago = [f"{one} {WORDS.ago}" for one in samples("said_duration")]
    return [{*one.split()} for one in (*said, *ago)]


def spans() -> list[str]:
    return [f"later_span_{at}" for at in range(len(WORDS.spans))]


def told_by_it_alone(word: str) -> bool:
    """Whether a time is missed without it."""
    calendar = ENGLISH.calendar
    others = {*calendar.months, *calendar.weekdays, *WORDS.hints} - {word}
    others |= {f"{day}s" for day in calendar.weekdays}
    return any(word in said and not said & others for said in times())


def rule_is_walked(pair: tuple[str, str]) -> bool:
    """Whether it takes what it says, as what it is called."""
    said = [one for one in samples(f"later_{pair[0]}") if whole(one)]
    kinds = [{one.kind for one in whole(each)} for each in said]
    return len(said) > SAMPLES // 4 and all(pair[0] in found for found in kinds)


def span_is_refused(span: str) -> bool:
    name = f"later_span_{WORDS.spans.index(span)}"
    return all(cannot(said, f"only {said}") for said in samples(name))


def comes_or_goes(pair: tuple[str, str]) -> bool:
    who, meant = pair
    if meant == "none":
        return says(f"when {who} leaves", who="all", place="home")
    return says(f"when {who} leaves", who=meant, place="away")


def moved(said: str, plan: Intent = AT_NINE) -> Intent | None:
    found = replanned(plan, said)
    return found if found is not None and found.name == "later.move" else None


def means_another_time(front: str) -> bool:
    at = moved(f"{front} ten")
    inside = moved(f"{front} twenty minutes", IN_TEN)
    return (at is not None and at.slots.get("to_hour") == 10) or (
        inside is not None and inside.slots.get("minutes") == 20
    )


CHECKS: dict[str, Check] = {
    "later.rules": rule_is_walked,
    "later.hints": told_by_it_alone,
    "later.inside": lambda word: says(f"{word} ten thousand hours", hours=10_000),
    "later.clock": lambda word: cannot(f"{word} twenty five oh oh", "no such time"),
    "later.long": lambda pair: says(f"in two {pair[0]}", hours=48 * pair[1]),
    "later.hours": lambda word: cannot(f"at twenty five {word}", "no such time"),
    "later.vague": lambda said: says(said, **{ASK: "time"}),
    "later.at_once": lambda said: AT_ONCE in {one.kind for one in whole(said)},
    "later.sure": lambda word: (
        says(f"{word} nine", hour=9) or says(f"{word} at nine", hour=9)
    ),
    "later.past": lambda said: cannot(said, "passed"),
    "later.waits": lambda pair: says(
        f"{pair[0]} anna leaves", **{SORT: pair[1], WHO: "anna", PLACE: "away"}
    ),
    "later.whos": comes_or_goes,
    "later.places": lambda pair: says(f"when anna {pair[0]}", place=pair[1]),
    "later.whole": lambda pair: says(
        f"when {pair[0]}", who=pair[1][0], place=pair[1][1]
    ),
    "later.clauses": lambda pair: (
        spoken(pair[0]) == pair[0]
        and pair[1].format("gumption stands") in refused(f"{pair[0]} gumption stands")
    ),
    "later.moments": lambda said: cannot(f"at {said}", f"when it is {said}"),
    "later.ats": lambda word: cannot(f"{word} sunset", "when it is sunset"),
    "later.spans": span_is_refused,
    "later.takes_back": lambda said: (
        (found := replanned(AT_NINE, said)) is not None and found.name == "later.cancel"
    ),
    "later.anew": means_another_time,
    "later.behind": lambda word: moved(f"make it ten {word}") is not None,
    "later.moved": lambda pair: (
        (found := moved(f"ten minutes {pair[0]}")) is not None
        and found.slots["sign"] == pair[1]
    ),
    "later.verbs": lambda word: (
        command_words(Intent("any", text=f"{word} my tv")) == f"{word} your tv"
    ),
    "later.mirrored": lambda pair: (
        f"I can't tell if {pair[1]} late" in refused(f"if {pair[0]} late")
        or f"I can't tell whether {pair[1]} late" in refused(f"if {pair[0]} late")
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []


@pytest.mark.parametrize(
    "said",
    [
        *("by nine", "nine", "gumption", "in gumption", "when gumption", "at"),
        *("when the cat leaves", "when my wife leaves", "in ten", "when anna sleeps"),
        *("later gumption", "sunset", "twenty five", "home", "tomorrow gumption"),
    ],
)
def test_what_says_no_time_is_none(said: str) -> None:
    assert whole(said) == []


@pytest.mark.parametrize(
    "said",
    [
        *("make it gumption", "make it", "ten minutes gumption", "gumption later"),
        *("later", "i meant the other one", "gumption that", "no gumption", "please"),
    ],
)
def test_what_changes_no_plan_is_left_alone(said: str) -> None:
    assert replanned(AT_NINE, said) is None
