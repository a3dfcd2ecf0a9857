"""What has consequences is asked about before it is done, and nothing else is."""

from __future__ import annotations

import pytest
from talk import Talk

from voiceagent.nlu.intent import Intent
from voiceagent.skills.caution import Wish, spending, why_ask
from voiceagent.skills.config import ConfirmConfig
from voiceagent.skills.house.house import DOMAINS, NEW_STATES, Entity, Value

pytestmark = pytest.mark.unit
ASKED = ConfirmConfig()


def entity(domain: str, kind: str = "", unit: str = "") -> Entity:
    return Entity(f"{domain}.it", "It", domain, kind=kind, unit=unit)


def why(thing: Entity, service: str, **data: Value) -> str:
    return why_ask(ASKED, [Wish([thing], service, data)])


@pytest.mark.parametrize("service", sorted(NEW_STATES))
@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_of_all_that_can_be_told_to_things_little_is_asked_about(
    domain: str, service: str
) -> None:
    grave = {("lock", "unlock"), ("alarm_control_panel", "alarm_disarm")}
    assert bool(why(entity(domain), service)) == ((domain, service) in grave)


@pytest.mark.parametrize("kind", ["garage", "door", "gate", "window", "blind", ""])
def test_opening_what_lets_people_in_is_asked_about_and_closing_it_never(
    kind: str,
) -> None:
    cover = entity("cover", kind)
    grave = kind in ("garage", "door", "gate")
    assert bool(why(cover, "open_cover")) == grave
    assert bool(why(cover, "set_cover_position", position=1)) == grave
    assert not why(cover, "set_cover_position", position=0)
    assert not why(cover, "close_cover")


@pytest.mark.parametrize(
    ("unit", "degrees", "asked"),
    [
        ("", 25, False),
        ("", 25.5, True),
        ("°C", 30, True),
        ("°F", 72, False),
        ("°F", 77, False),
        ("°F", 80, True),
    ],
)
def test_heat_is_asked_about_above_its_limit_in_either_unit(
    unit: str, degrees: float, asked: bool
) -> None:
    heater = entity("climate", unit=unit)
    assert bool(why(heater, "set_temperature", temperature=degrees)) == asked


def test_the_configuration_and_then_the_thing_itself_decide() -> None:
    none = ConfirmConfig(unlock=False, open=[], disarm=False, heat_above=99)
    for thing, service in (
        (entity("lock"), "unlock"),
        (entity("cover", "garage"), "open_cover"),
        (entity("alarm_control_panel"), "alarm_disarm"),
    ):
        assert why_ask(none, [Wish([thing], service, {})]) == ""
    heater = Entity("switch.heater", "Heater", "switch", confirm=True)
    shed = Entity("lock.shed", "Shed", "lock", confirm=False)
    assert why_ask(none, [Wish([heater], "turn_on", {})])
    assert not why_ask(ASKED, [Wish([shed], "unlock", {})])
    both = [Wish([entity("light")], "turn_on", {}), Wish([heater], "turn_on", {})]
    assert why_ask(none, both), "one of several is enough"


def test_a_pack_asks_before_it_spends() -> None:
    intent = Intent("shop.order")
    asked = spending(ASKED, intent, "order two pizzas for twenty euros")
    assert asked is not None and asked.settle("yes") == intent
    assert asked.text == "Do you want me to order two pizzas for twenty euros?"
    assert spending(ConfirmConfig(spend=False), intent, "order") is None


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("unlock the front door", "unlock the front door"),
        ("open the garage door", "open the garage door"),
        ("open the garage doors", "open the garage door"),
        ("set the temperature to 28 degrees", "set the EcoBee to 28 degrees"),
    ],
)
def test_the_house_by_voice_asks_in_words(said: str, asked: str) -> None:
    talk = Talk()
    answer = talk.plan(said)
    assert answer.question is not None
    assert answer.question.text == f"Do you want me to {asked}?"


@pytest.mark.parametrize(
    "said",
    [
        "lock the front door",
        "close the garage door",
        "open the office window",
        "set the temperature to 22 degrees",
        "turn on the kitchen light",
        "turn off everything",
        "activate mood lighting",
        "is the front door unlocked",
        "add bread to my shopping list",
    ],
)
def test_everyday_things_are_simply_done(said: str) -> None:
    assert Talk().plan(said).question is None


def test_a_yes_to_a_step_is_a_yes_to_the_degrees_that_were_asked_about() -> None:
    talk = Talk()
    talk.say("set the temperature to 25 degrees")
    question = talk.plan("make it warmer").question
    assert question is not None and "26 degrees" in question.text
    talk.say("set the temperature to 24 degrees")
    agreed = talk.skills.answer(question.options[0].intent, talk.context)
    assert "26 degrees" in agreed.text
