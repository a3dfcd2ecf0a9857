"""English: every word that tells why a command cannot be meant so does that."""

from __future__ import annotations

from functools import cache

import pytest

from tests.lang.tables import ENGLISH, Check, failing
from tests.packs import reader, shipped
from voiceagent.app.language_parts import telling
from voiceagent.nlu.telling import Telling

pytestmark = pytest.mark.unit
VERBS = {"open": "open", "close": "close", "up": "open up", "shut": "shut"}
FRONTS = {
    **{"on": "turn on", "off": "turn off", "lock": "lock", "dim": "dim"},
    **{"down": "turn down", **VERBS},
}


@cache
def home() -> Telling:
    return telling(shipped("home"), reader("home").parse)


def told(text: str) -> str:
    return home().of(text)


CHECKS: dict[str, Check] = {
    "telling.clock": lambda slot: (
        slot == "minute" or "time of day" in told("wake me at twenty eight o'clock")
    ),
    "telling.the": lambda word: "no lava lamp" in told(f"turn on {word} lava lamp"),
    "telling.before_rooms": lambda word: (
        word != "in" or "no cellar" in told(f"turn on the lights {word} the cellar")
    ),
    "telling.particles": lambda word: (
        word == "down" or "I know no" in told(f"{FRONTS[word]} gumption")
    ),
    "telling.no_inside": lambda word: (
        "I know no" not in told(f"turn on the fan {word} gumption")
    ),
    "telling.no_edges": lambda word: f"no {word}." not in told(f"turn on {word}"),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("set the thermostat to 500 degrees", "Five hundred degrees is too much"),
        ("set the kitchen light to 150%", "goes up to one hundred percent"),
        ("set the kitchen light to minus five percent", "too little"),
        ("set a timer for ten thousand hours", "goes up to ninety nine hours"),
        ("set a timer for 0 seconds", "Zero seconds is too little"),
        ("wake me at 25:00", "no such time of day"),
        ("volume 400", "goes up to one hundred"),
        ("turn on the lights in the cellar", "I know no cellar. There are the kitchen"),
        ("lock the cellar door", "I know no cellar door. There are the front door"),
        ("turn off the lights in Anna's room", "I know no Anna's room"),
        ("turn off the cellar light at nine", "I know no cellar light. There are"),
        ("in ten minutes turn on the lights in the cellar", "I know no cellar."),
        ("turn off the lights in Anna's room at 9 pm", "I know no Anna's room."),
        ("turn on the cellar light when it rains", "I know no cellar light."),
        ("when I get home lock the cellar door", "I know no cellar door."),
        ("turn on the cellar light right now", "I know no cellar light."),
        ("turn on the monday cellar light", "I know no monday cellar light."),
        ("at nine set the thermostat to 500 degrees", "Five hundred degrees is too"),
    ],
)
def test_it_is_told_by_name_and_with_the_limit(text: str, said: str) -> None:
    assert said in told(text)


@pytest.mark.parametrize(
    "text",
    [
        *("what is the capital of france", "set the table", "play the beatles"),
        *("turn me on", "who is in the cellar", "do not turn on the lights", "tell me"),
        *("it is cold in the cellar", "my friend said turn on the lava lamp", "500"),
        *("remind me to buy a lava lamp", "is there a cellar", "the lava lamp"),
        *(
            "turn on 3 of the 5 lava lamps",
            "x" * 2000,
            "",
            "不要 turn on the lava lamp",
            "at nine turn on the kitchen light",
            "turn on the kitchen light when it rains",
            "my friend said turn on the lava lamp at nine",
        ),
    ],
)
def test_nothing_is_told_of_what_is_none_of_ours(text: str) -> None:
    assert told(text) == ""


def test_what_is_a_command_is_not_told_of_by_its_numbers() -> None:
    for text in ("volume 40", "set a timer for ten minutes", "wake me at seven"):
        assert reader("home").parse(text) is not None
        assert home().numbers(text) == "", text


def test_all_that_is_named_is_there() -> None:
    rooms = {area.name.lower() for area in ENGLISH and shipped("home").house.areas}
    there = told("turn on the lights in the gumption").partition("There are ")[2]
    named = there.removesuffix(".").replace(" and ", ", ").split(", ")
    assert len(named) == 6 and {n.removeprefix("the ") for n in named[:-1]} <= rooms
