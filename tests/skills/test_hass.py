"""Home Assistant's intents act on the house, or are honestly refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.packs import shipped
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.skills.hass import REFUSED, SAME, create
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import LocalHouse
from voiceagent.skills.skill import TurnContext
from voiceagent.store import Store

pytestmark = pytest.mark.unit

CONTEXT = TurnContext(datetime(2026, 1, 5, 9, tzinfo=UTC), "Kitchen")


class House:
    """The demo house, spoken to in Home Assistant's intents."""

    def __init__(self) -> None:
        self.store = Store()
        self.model = shipped("home").house
        self.house = LocalHouse(self.model, self.store)
        self.skill = create(SkillHost(self.store, self.house))

    def say(self, intent: str, text: str = "", /, **slots: SlotValue) -> str:
        answer = self.skill.answer(Intent(intent, slots, 1.0, text), CONTEXT)
        said = answer.text
        for effect in answer.effects:
            said = effect.run() or said
        return said

    def state(self, name: str) -> str:
        entity = self.model.find(name)
        assert entity is not None
        return self.house.state(entity).state


@pytest.mark.parametrize("name", [e.name for e in shipped("home").house.entities])
@pytest.mark.parametrize("intent", ["HassTurnOn", "HassTurnOff"])
def test_everything_can_be_switched_or_is_refused(intent: str, name: str) -> None:
    house = House()
    entity = house.model.find(name)
    assert entity is not None
    said = house.say(intent, name=name)
    on = intent == "HassTurnOn"
    wanted = {
        "light": ("off", "on"),
        "switch": ("off", "on"),
        "fan": ("off", "on"),
        "cover": ("closed", "open"),
        "lock": ("unlocked", "locked"),
    }.get(entity.domain)
    if wanted:
        assert house.state(name) == wanted[on]
    assert said


def test_lights_of_a_room_are_set() -> None:
    house = House()
    assert house.say("HassTurnOn", domain="light", area="Kitchen") == (
        "Kitchen lights are on"
    )
    assert house.state("Kitchen Light") == "on"
    said = house.say("HassLightSet", area="Kitchen", brightness=40)
    assert "40 percent" in said


def test_states_are_told() -> None:
    house = House()
    house.say("HassTurnOff", domain="light")
    ask = "how many lights are on"
    assert house.say("HassGetState", ask, domain="light", state="on") == "Zero"
    house.say("HassTurnOn", name="Kitchen Light")
    assert house.say("HassGetState", ask, domain="light", state="on") == "One"
    said = house.say("HassGetState", "are any lights on", domain="light", state="on")
    assert said == "Yes, the kitchen light"
    said = house.say("HassGetState", "is it locked", name="Front Door", state="locked")
    assert said.startswith("Yes")


def test_timers_lists_and_the_clock_are_those_of_the_home_pack() -> None:
    house = House()
    assert house.say("HassStartTimer", minutes=5, name="Pizza").startswith("Pizza tim")
    assert len(house.skill.alarms()) == 1
    assert "left" in house.say("HassTimerStatus", name="pizza")
    assert "cancelled" in house.say("HassCancelAllTimers")
    assert not house.skill.alarms()
    assert "Added milk" in house.say("HassShoppingListAddItem", item="Milk")
    assert "Removed milk" in house.say("HassShoppingListCompleteItem", item="milk")
    assert "nine" in house.say("HassGetCurrentTime")


@pytest.mark.parametrize("intent", [*REFUSED, "HassSomethingNew"])
def test_what_cannot_be_done_is_said(intent: str) -> None:
    assert " cannot " in House().say(intent, search_query="x") or "nothing here" in (
        House().say(intent)
    )


def test_a_command_for_later_is_not_taken_for_a_timer() -> None:
    house = House()
    slots: dict[str, SlotValue] = {"conversation_command": "open it", "minutes": 5}
    assert "not do things later" in house.say("HassStartTimer", **slots)
    assert not house.skill.alarms()


@pytest.mark.parametrize("intent", sorted(SAME))
def test_nothing_breaks_without_slots_that_are_optional(intent: str) -> None:
    needed: dict[str, SlotValue] = {"item": "milk", "name": "Shopping List"}
    slots = needed if "List" in intent else {}
    if intent == "HassClimateSetTemperature":
        slots = {"temperature": 21}
    House().say(intent, **slots)


def test_what_is_not_there_is_said() -> None:
    house = House()
    assert house.say("HassTurnOn", name="Moon") == "There is nothing called moon"
    assert "no fans" in house.say("HassTurnOff", domain="fan", area="Bathroom")


def test_what_is_asked_back_is_answered_by_the_same_intent() -> None:
    house = House()
    heat = Intent("HassClimateSetTemperature", {"temperature": 28}, 1.0, "28 degrees")
    question = house.skill.answer(heat, CONTEXT).question
    assert question is not None
    agreed = question.settle("yes")
    assert isinstance(agreed, Intent) and agreed.name == heat.name
    assert "28 degrees" in house.skill.answer(agreed, CONTEXT).text
    unlock = Intent("HassTurnOff", {"name": "Front Door"}, 1.0, "unlock the front door")
    asked = house.skill.answer(unlock, CONTEXT).question
    assert asked is not None and "unlock the front door" in asked.text
