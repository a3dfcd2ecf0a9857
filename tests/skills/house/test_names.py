"""Names that can be said apart, whatever a hub calls its things."""

from __future__ import annotations

import random

import pytest

from voiceagent.nlu.intent import Intent
from voiceagent.skills.house.house import Area, Entity, HouseModel, ways
from voiceagent.skills.house.house_names import alike, apart, clean, sayable
from voiceagent.skills.skill import TurnContext
from voiceagent.skills.targets import named

pytestmark = pytest.mark.unit
KITCHEN, BEDROOM = Area("Kitchen"), Area("Bedroom")
AREAS = (KITCHEN, BEDROOM)


def light(number: int, name: str, area: str = "", *aliases: str) -> Entity:
    return Entity(f"light.l{number}", name, "light", area, aliases)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("<b>Lamp</b>", "Lamp"),
        ("Lamp\x1b[31m red", "Lamp red"),
        ("Lamp\u202e\u2066 x\u200f", "Lamp x"),
        ("[bold]Lamp[/bold] {x} (y)|<z>", "bold Lamp /bold x y"),
        ("  Bed \n Light\t", "Bed Light"),
        ("0_Ground_floor", "0 Ground floor"),
        ("Ku\u0308che", "K\u00fcche"),
        (None, ""),
        (3, "3"),
    ],
)
def test_a_name_becomes_plain_text(name: object, cleaned: str) -> None:
    assert clean(name) == cleaned
    assert clean(clean(name)) == clean(name)


def test_names_that_cannot_be_said_are_known_as_such() -> None:
    for name in ("\u5ba2\u5385\u706f", "\u0414\u043e\u043c", "!!!", "", "Lamp \u706f"):
        assert not sayable(name)
    for name in ("Lamp", "K\u00fcche", "AC", "Lamp 2", "HeatPump"):
        assert sayable(name)


def test_words_that_are_run_together_are_said_apart_as_well() -> None:
    assert ways("HeatPump") == ("heatpump", "heat pump")
    assert ways("TV") == ("tv",) and ways("AC") == ("ac",)


def test_what_stands_twice_gets_its_room_and_keeps_its_common_name() -> None:
    twins = [light(1, "Ceiling Light", "Kitchen"), light(2, "Ceiling light", "Bedroom")]
    one, two = apart(twins, AREAS)
    assert (one.name, two.name) == ("Kitchen Ceiling Light", "Bedroom Ceiling light")
    assert one.aliases == ("Ceiling Light",) and two.aliases == ("Ceiling light",)
    house = HouseModel("h", AREAS, (one, two))
    intent = Intent("device.on", {"name": "Ceiling Light"})
    found = named(house, intent, TurnContext(None))  # type: ignore[arg-type]
    assert found is not None and found.entities == () and found.question is not None
    assert found.question.text == "Which ceiling light: kitchen or bedroom?"
    answered = found.question.settle("the kitchen")
    assert isinstance(answered, Intent) and answered.slots["area"] == "Kitchen"
    found = named(house, answered, TurnContext(None))  # type: ignore[arg-type]
    assert found is not None and found.entities == (one,)
    here = named(house, intent, TurnContext(None, "Bedroom"))  # type: ignore[arg-type]
    assert here is not None and here.entities == (two,)


def test_without_rooms_the_sort_or_a_number_tells_them_apart() -> None:
    fan = Entity("fan.x", "Ceiling", "fan")
    found = apart([fan, light(1, "Ceiling")], AREAS)
    assert [entity.name for entity in found] == ["Ceiling fan", "Ceiling light"]
    found = apart([light(1, "Lamp"), light(2, "Lamp"), light(3, "lamp")], AREAS)
    assert [entity.name for entity in found] == ["Lamp one", "Lamp two", "lamp three"]


def test_a_thing_that_is_called_like_a_room_is_called_what_it_is() -> None:
    player = Entity("media_player.k", "Kitchen", "media_player")
    assert apart([player], AREAS)[0].name == "Kitchen player"


def test_what_sounds_alike_is_told() -> None:
    names = ("Hall Light", "Hole Lights", "Bed Light", "Garage")
    house = [light(number, name) for number, name in enumerate(names)]
    assert alike(house) == [("Hall Light", "Hole Lights")]


def test_every_name_is_its_own_whatever_there_was() -> None:
    """Over random houses: no two are said the same, none is a room, none is lost."""
    pick = random.Random(7)
    words = ["Lamp", "lamp", "Lamp 1", "Kitchen", "Fan", "Kitchen Lamp", "Lamp one"]
    for _ in range(200):
        things = [
            Entity(
                f"{domain}.x{number}",
                pick.choice(words),
                domain,
                pick.choice(["", "Kitchen", "Bedroom"]),
                tuple(pick.sample(words, pick.randrange(3))),
            )
            for number in range(pick.randrange(1, 9))
            for domain in [pick.choice(["light", "fan", "switch"])]
        ]
        found = apart(things, AREAS)
        assert [entity.id for entity in found] == [entity.id for entity in things]
        said = [ways(entity.name)[0] for entity in found]
        assert len(set(said)) == len(said), (things, said)
        assert not {"kitchen", "bedroom"} & {*said}
        for entity in found:
            assert not {*said} & {ways(alias)[0] for alias in entity.aliases}
