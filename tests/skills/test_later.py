"""Plans as a user sees them: checked before they are kept, told, moved, cancelled."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planned import PEOPLE, Device

from voiceagent.nlu.intent import LATER, Intent
from voiceagent.skills.house.house import Entity
from voiceagent.skills.later.later import MOST
from voiceagent.skills.later.plans import packed, unpacked
from voiceagent.skills.later.words import command_words

pytestmark = pytest.mark.unit
LIGHT = "turn on the kitchen light"


def talk(device: Device, *sentences: str) -> list[str]:
    """What is said, one after the other."""
    said: list[str] = []

    async def script() -> None:
        said.extend([await device.say(text) for text in sentences])

    device.play(script)
    return said


@pytest.mark.parametrize(
    "text",
    [
        "if it rains turn on the tv",
        f"{LIGHT} at 25:00",
        f"{LIGHT} yesterday",
        f"in ten thousand hours {LIGHT}",
        f"{LIGHT} in 400 days",
        f"{LIGHT} on the thirtieth of february at nine",
        f"{LIGHT} for ten minutes",
        f"when Anna gets home {LIGHT}",
        "stop in ten minutes",
        "what is planned",
        "cancel the plan",
        "move the plan to nine",
        "when Anna comes home at nine turn on the tv",
    ],
)
def test_what_cannot_be_planned_is_said_and_nothing_is_kept(text: str) -> None:
    device = Device()
    (said,) = talk(device, text)
    assert said and device.kept() == 0 and device.ran == []
    assert not said.endswith("?")


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("when it rains lock the front door", "when it rains"),
        ("lock the front door when it rains", "when it rains"),
        ("if it rains lock the front door", "whether it rains"),
        ("as soon as my phone rings turn on the tv", "when your phone rings"),
    ],
)
def test_what_cannot_be_waited_for_is_refused_by_name(text: str, clause: str) -> None:
    device = Device()
    said = f"I can't tell {clause}, so I have done nothing"
    assert talk(device, text) == [said]
    assert device.kept() == 0 and device.ran == []


@pytest.mark.parametrize(
    ("people", "text", "said"),
    [
        (PEOPLE, f"when Max comes home {LIGHT}", "I only know where Anna Berg or Ben"),
        (PEOPLE, f"when I come home {LIGHT}", "Who are you: Anna Berg or Ben?"),
        (PEOPLE[:1], f"when I come home {LIGHT}", "When you come home I'll"),
        (PEOPLE, f"when ben comes home {LIGHT}", "When Ben comes home I'll"),
        (PEOPLE, f"when nobody is home {LIGHT}", "When nobody is home any more I'll"),
        ((), f"when I come home {LIGHT}", "Nobody tells me who is at home"),
        (PEOPLE, f"if nobody is home {LIGHT}", "It is not so that nobody is home"),
    ],
)  # fmt: skip
def test_who_is_meant_is_known_or_asked(
    people: tuple[Entity, ...], text: str, said: str
) -> None:
    device = Device(people=people)
    (answer,) = talk(device, text)
    assert answer.startswith(said)
    assert bool(device.kept()) is (" I'll " in answer)


def test_plans_are_told_the_next_one_first() -> None:
    device = Device(people=PEOPLE)
    *_, told = talk(
        device,
        f"{LIGHT} in three hours",
        "turn off the tv in two hours",
        "when Ben leaves lock the front door",
        "what is planned",
    )
    first, second, third = told.split(". ")
    assert first.endswith("I'll turn off the tv") and second.endswith(f"I'll {LIGHT}")
    assert third == "When Ben leaves I'll lock the front door"


def test_the_same_twice_is_one_plan_and_a_hundred_are_enough() -> None:
    device = Device(people=PEOPLE)
    at, on = f"{LIGHT} tomorrow at nine", f"when Ben leaves {LIGHT}"
    first, second, third, fourth = talk(device, at, at, on, on)
    assert first != second == "That is planned already" == fourth != third
    many = [f"{LIGHT} in {number} minutes" for number in range(5, MOST + 5)]
    said = talk(Device(device.store, PEOPLE), *many)
    assert said[-1].startswith("I have a hundred plans already")
    assert len(device.store.read("SELECT * FROM plans")) == MOST


def test_one_that_recurs_is_moved_and_cancelled_whole() -> None:
    device = Device()
    text = f"{LIGHT} every weekday at seven am"
    moved, told, gone = talk(
        device, text, "move the plan to eight", "what is planned", "cancel the plan"
    )[1:]
    assert "eight in the morning" in moved and "every weekday" in moved
    assert "eight in the morning" in told and "every weekday" in told
    assert gone.startswith("I won't") and device.kept() == 0


def test_a_row_that_is_no_plan_is_set_aside_and_the_others_go_on() -> None:
    device = Device()
    talk(device, f"{LIGHT} in ten minutes", "turn on the tv in ten minutes")
    (first, *_), *_ = device.store.read("SELECT id FROM plans ORDER BY set_at")
    for wrong in ("", "[]", "{}", '{"name": 1, "slots": {}}', "[" * 9999):
        sql = "UPDATE plans SET command = ? WHERE id = ?"
        device.store.write((sql, (wrong, first)))
        (told,) = talk(Device(device.store), "what is planned")
        assert told.endswith("I'll turn on the tv")
    assert len(device.store.read("SELECT * FROM plans")) == 1


SLOTS = st.dictionaries(
    st.text(max_size=5),
    st.text(max_size=9) | st.integers(-9, 9) | st.floats(0, 9),
    max_size=3,
)
KEYS = st.sampled_from(["name", "slots", "parts", "text", "without"])
LEAF = st.builds(Intent, st.text(max_size=9), SLOTS, st.just(1.0), st.text(max_size=20))


@given(LEAF, st.lists(LEAF, max_size=2), st.lists(LEAF, max_size=2))
def test_a_command_comes_back_from_the_store_as_it_was(
    one: Intent, parts: list[Intent], without: list[Intent]
) -> None:
    whole = replace(one, parts=tuple(parts), without=tuple(without))
    assert unpacked(packed(whole)) == whole


JUNK = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=8,
)


@given(JUNK)
def test_what_is_no_command_is_refused_by_its_reader(kept: object) -> None:
    try:
        found = unpacked(kept)
    except (TypeError, ValueError, KeyError):
        return
    assert isinstance(found, Intent)


def test_words_of_a_command_are_said_in_the_mouth_of_the_agent() -> None:
    one = Intent("device.off", {}, 1.0, "please turn off my lamp")
    other = Intent("volume", {}, 1.0, "louder")
    assert command_words(one) == "turn off your lamp"
    assert command_words(other) == "do this: louder"
    both = Intent(LATER, {}, 1.0, "x", parts=(one, one, other))
    assert command_words(both) == "turn off your lamp and do this: louder"


def test_no_order_of_plans_moves_and_cancels_leaves_a_row_behind() -> None:
    chance = random.Random(4)
    times = ("in ten minutes", "at nine tonight", "every day at seven", "in two hours")
    things = ("kitchen light", "tv", "radio", "bed light")
    changes = ("move the planned {} to eleven", "cancel the planned {}")
    device = Device()
    some = []
    for _ in range(40):
        thing = chance.choice(things)
        text = f"turn on the {thing} {chance.choice(times)}"
        some.append(chance.choice((text, *(each.format(thing) for each in changes))))
    talk(device, *some)
    plans = {row[0] for row in device.store.read("SELECT id FROM plans")}
    timed = device.store.read("SELECT id FROM timers UNION SELECT id FROM alarms")
    assert plans == {row[0] for row in timed}
