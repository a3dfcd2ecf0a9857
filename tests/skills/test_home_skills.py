"""The house by voice: things change when told to, and never when asked about."""

from __future__ import annotations

import pytest
from talk import Talk

pytestmark = pytest.mark.unit

QUESTIONS = [
    "is the front door unlocked",
    "is the garage door open",
    "are any lights on",
    "which lights are off",
    "are the windows closed",
    "are the doors locked",
    "what is the temperature in the kitchen",
    "what is the ecobee temperature",
    "what is the outdoor humidity",
    "what's on my shopping list",
    "is milk on my shopping list",
    "what time is it",
    "what's the date",
    "what's the weather",
    "will it rain tomorrow",
    "timer status",
    "what alarms do i have",
    "what did you do",
    "why so slow",
    "help",
    "repeat that",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_answered_and_changes_nothing(text: str) -> None:
    talk = Talk()
    before = talk.snapshot()
    answer = talk.plan(text)
    assert answer.text
    assert answer.effects == ()
    assert talk.snapshot() == before


@pytest.mark.parametrize(
    "text",
    [
        "turn on the bed light",
        "open the garage door",
        "unlock the front door",
        "set a timer for 5 minutes",
        "add milk to my shopping list",
        "volume 20",
        "activate mood lighting",
    ],
)
def test_a_command_changes_nothing_before_it_is_committed(text: str) -> None:
    talk = Talk()
    before = talk.snapshot()
    assert talk.plan(text).effects
    assert talk.snapshot() == before
    talk.say(text)
    assert talk.snapshot() != before


@pytest.mark.parametrize(
    ("text", "said", "changed"),
    [
        ("turn on the bed light", "Bed light is on", {"Bed Light": "on"}),
        (
            "turn on the kitchen lights",
            "Kitchen lights are on",
            {"Kitchen Light": "on"},
        ),
        ("unlock the front door", "Front door is unlocked", {"Front Door": "unlocked"}),
        ("turn off tv", "TV is off", {"TV": "off"}),
        (
            "open the windows in the office",
            "Office windows are opening",
            {"Office Window": "open", "Kitchen Window": "closed"},
        ),
        (
            "set lights in the kitchen to yellow",
            "Kitchen lights are yellow",
            {"Kitchen Light": "on", "Bed Light": "off"},
        ),
        (
            "set the standing light to red",
            "The standing light cannot change colour",
            {"Standing Light": "off"},
        ),
        (
            "turn on the coffee machine in the office",
            "The coffee machine is in the kitchen, not in the office",
            {"Coffee Machine": "off"},
        ),
        (
            "close the curtains in the garage",
            "There are no curtains in the garage",
            {},
        ),
    ],
)
def test_things_change_as_told(text: str, said: str, changed: dict[str, str]) -> None:
    talk = Talk()
    assert talk.say(text) == said
    assert {name: talk.state(name) for name in changed} == changed


def test_here_is_the_room_of_the_device() -> None:
    talk = Talk(area="Office")
    assert talk.say("turn on the lights in here") == "Office lights are on"
    assert talk.state("Desk Lamp") == "on"
    assert talk.state("Bed Light") == "off"
    lost = Talk()
    assert "name it" in lost.say("turn on the lights in here")
    assert lost.snapshot() == Talk().snapshot()


def test_answers_follow_what_was_done() -> None:
    talk = Talk()
    assert talk.say("is the front door locked") == "Yes, the front door is locked"
    talk.say("unlock the front door")
    assert talk.say("is the front door locked") == "No, the front door is unlocked"
    said = "No, the front door is unlocked, but the back door is locked"
    assert talk.say("are the doors locked") == said
    said = "No, the front door is unlocked"
    assert talk.say("are all the doors locked") == said
    talk.say("turn on the bed light")
    assert talk.say("are any lights on") == "The bed light is on"
    talk.say("turn off everything")
    assert talk.say("are any lights on") == "None of the lights are on"


def test_dimming_goes_in_steps_and_not_below_one() -> None:
    talk = Talk()
    talk.say("set bed light brightness to 40 percent")
    entity = talk.house.model.find("Bed Light")
    assert entity is not None
    for expected in (15, 1, 1):
        talk.say("dim the bed light")
        assert talk.house.state(entity).attributes["brightness_pct"] == expected
    talk.say("set bed light brightness to 0 percent")
    assert talk.state("Bed Light") == "off"


def test_lists_are_kept() -> None:
    talk = Talk()
    said = talk.say("add milk and bread to my shopping list")
    assert said == "Added milk and bread to your shopping list"
    said = talk.say("add milk to my shopping list")
    assert said == "Milk is on your shopping list already"
    talk.say("remove apples from my shopping list")
    said = talk.say("what's on my shopping list")
    assert said == "On your shopping list: bananas, milk and bread"


def test_warmth_is_read_and_set() -> None:
    talk = Talk()
    assert talk.say("what's the temperature") == "It is 21.5 degrees inside"
    said = talk.say("set the temperature to 22 and a half degrees")
    assert said == "EcoBee is set to 22.5 degrees"
    assert talk.say("make it warmer") == "EcoBee is set to 23.5 degrees"
    assert talk.say("how cold is it in the garage") == (
        "There is no thermometer in the garage"
    )
