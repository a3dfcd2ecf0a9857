"""Sentences of several parts: all of them are read, or none."""

from __future__ import annotations

import random

import pytest

from tests.nlu.guards.test_account import commands
from tests.packs import SHIPPED, parser, reader, shipped
from voiceagent.lang.languages import language
from voiceagent.nlu.correction import mended
from voiceagent.nlu.intent import SEVERAL, Intent
from voiceagent.nlu.last_command import FORGOTTEN, LastCommand

pytestmark = pytest.mark.property
JOINTS = ("and", "and then", "then", ", and", ",")


def read(text: str, name: str = "home") -> Intent | None:
    return reader(name).parse(text)


def slots(text: str) -> list[dict[str, object]]:
    found = read(text)
    assert found is not None, text
    return [dict(part.slots) for part in found.parts or (found,)]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_second_command_is_never_dropped(name: str) -> None:
    chance = random.Random(3)
    # Manners are no second command: they are taken away.
    every = commands(name, 3)
    some = [pair for pair in every if not pair[0].name.startswith("manners.")]
    for one, text in some:
        other, more = chance.choice(some)
        found = reader(name).parse(f"{text} {chance.choice(JOINTS)} {more}")
        if found is not None and found.parts:
            assert found.name == SEVERAL
            meanings = {part.meaning for part in found.parts}
            assert {one.meaning, other.meaning} <= meanings, (text, more)
        elif found is not None:
            nothing = other.name.startswith("manners.")  # thanks, said to the command
            same = one.meaning == other.meaning or found.without
            assert same or nothing, (text, more)


@pytest.mark.parametrize("denial", ["don't", "do not", "never", "please don't"])
def test_a_denial_in_one_part_stops_the_others(denial: str) -> None:
    for name in SHIPPED:
        some = commands(name, 5)[:25]
        for (_, text), (_, more) in zip(some, some[1:], strict=False):
            assert reader(name).parse(f"{text} and {denial} {more}") is None


@pytest.mark.parametrize("name", SHIPPED)
def test_a_strange_word_in_one_part_stops_the_others(name: str) -> None:
    some = commands(name, 6)[:30]
    for (_, text), (_, more) in zip(some, some[1:], strict=False):
        assert reader(name).parse(f"{text} and {more} gumption") is None
        assert reader(name).parse(f"{text} and gumption {more}") is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("turn on the kitchen light and the bed light", ["Kitchen Light", "Bed Light"]),
        ("turn off the tv and the radio", ["TV", "Radio"]),
        ("turn the tv on and the radio off", ["TV", "Radio"]),
        ("turn on both the tv and the radio", ["TV", "Radio"]),
        ("turn on the tv, the radio and the fan", ["TV", "Radio", "Ceiling Fan"]),
        ("turn off the kitchen and bedroom lights", ["Kitchen", "Bedroom"]),
        ("lights off in the kitchen and bedroom", ["Kitchen", "Bedroom"]),
    ],
)
def test_several_things(text: str, parts: list[str]) -> None:
    assert [one.get("name", one.get("area")) for one in slots(text)] == parts


@pytest.mark.parametrize(
    "text",
    [
        "set a timer for 1 hour 30 minutes and 10 seconds",
        "set a timer for ten minutes and another one for twenty",
        "turn the tv on and off",
        "turn on the tv and the oven",
        "turn on the tv or the radio",
        "turn on the tv and",
        "and turn on the tv and bring me a beer",
    ],
)
def test_what_is_no_two_commands_is_not_done_twice(text: str) -> None:
    found = read(text)
    assert found is None or not found.parts


@pytest.mark.parametrize("cue", language().parts.exceptions)
def test_an_exception_in_any_words(cue: str) -> None:
    found = read(f"turn off all the lights {cue} the kitchen")
    assert found is not None and found.slots == {"scope": "all"}
    assert [one.slots["area"] for one in found.without] == ["Kitchen"]
    two = read(f"turn off all the lights {cue} the bed light and the desk lamp")
    assert two is not None
    assert [one.slots["name"] for one in two.without] == ["Bed Light", "Desk Lamp"]
    assert read(f"turn off all the lights {cue} the gumption") is None
    assert read(f"turn off the tv {cue} the kitchen light") is None


@pytest.mark.parametrize("cue", ["no wait", "no", "i mean", "sorry i meant"])
def test_a_correction_on_the_way_is_what_was_meant(cue: str) -> None:
    parse = reader("home").parse
    text = f"turn on the kitchen light {cue} the bedroom light"
    found = mended(text, parse)
    assert found is not None and found.intent.slots == {"name": "Bedroom Light"}
    assert read(text) is None  # no reading without its correction
    timer = mended(f"set a timer for five minutes {cue} ten minutes", parse)
    assert timer is not None and timer.intent.slots == {"minutes": 10}
    assert mended(f"turn on the tv {cue} gumption", parse) is None
    other = mended(f"turn on the tv {cue} lock the back door", parse)
    assert other is not None and other.intent.name == "lock.lock" and not other.plain


def after(last: str, text: str, *, seconds: float = 5.0) -> Intent | None:
    talk, parse = LastCommand(), reader("home").parse
    done = parse(last)
    assert done is not None
    talk.did(done, 100.0)
    found = talk.read(text, parse, 100.0 + seconds)
    return found.intent if found is not None else None


@pytest.mark.parametrize(
    ("last", "text", "meant"),
    [
        ("turn on the tv", "turn it off", "turn off the tv"),
        ("turn on the kitchen lights", "turn them off", "turn off the kitchen lights"),
        ("turn on the bed light", "make it blue", "set the bed light to blue"),
        ("set the bed light to 20 percent", "dim it", "dim the bed light"),
        ("turn on the kitchen lights", "are the lights on there", None),
        ("turn on the tv", "again", "turn on the tv"),
        ("turn on all the lights", "turn them off", "turn off all the lights"),
    ],
)
def test_what_was_spoken_of_just_now(last: str, text: str, meant: str | None) -> None:
    found = after(last, text)
    assert found is not None
    wanted = parser("home").parse(meant) if meant else None
    assert wanted is None or found.meaning == wanted.meaning
    assert after(last, text, seconds=FORGOTTEN + 1) is None


@pytest.mark.parametrize(
    "text",
    ["unlock it", "turn it off gumption", "gumption it", "it", "turn off it all"],
)
def test_nothing_else_is_referred_to(text: str) -> None:
    assert after("turn on the tv", text) is None


def test_a_pronoun_never_widens() -> None:
    lights = {entity.name for entity in shipped("home").house.entities}
    for name in sorted(lights):
        last = parser("home").parse(f"turn on the {name}")
        if last is None or "name" not in last.slots:
            continue
        found = after(f"turn on the {name}", "turn it off")
        assert found is None or found.slots.get("name") == last.slots["name"]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("dim the bed light by ten percent", -10),
        ("make the bed light 15 percent brighter", 15),
        ("increase the kitchen light brightness by 20%", 20),
        ("make it two degrees warmer", 2),
        ("turn down the heating by 1 degree", -1),
        ("turn the volume down by 20 percent", -20),
        ("turn the tv up by five percent", 5),
    ],
)
def test_an_amount_goes_the_way_that_is_said(text: str, change: int) -> None:
    assert slots(text)[0]["change"] == change


@pytest.mark.parametrize(
    "text",
    ["dim the bed light by -10 percent", "make it minus two degrees warmer"],
)
def test_an_amount_has_no_sign_of_its_own(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("home", "set the bed light to red and blue"),
        ("coffee", "brew coffee with a bit of milk and a little bit of milk"),
    ],
)
def test_one_thing_never_gets_two_values(name: str, text: str) -> None:
    assert reader(name).parse(text) is None
