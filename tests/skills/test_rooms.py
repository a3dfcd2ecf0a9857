"""One name in several rooms: the right one, or a question, and never another."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from talk import MONDAY

from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import Entity, HouseModel, LocalHouse
from voiceagent.skills.packs.pack import Pack, load_pack
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.skills.targets import named
from voiceagent.store import Store

pytestmark = pytest.mark.unit
HOUSE = """
[[area]]
name = "Kitchen"
[[area]]
name = "Bedroom"
[[area]]
name = "Attic"
"""
THINGS = [
    ("Ceiling Light", "light", "Kitchen", "k"),
    ("Ceiling Light", "light", "Bedroom", "b"),
    ("Fan", "fan", "Kitchen", "k"),
    ("Fan", "fan", "Bedroom", "b"),
    ("Player", "media_player", "Kitchen", "k"),
    ("Player", "media_player", "Bedroom", "b"),
    ("Blind", "cover", "Kitchen", "k"),
    ("Blind", "cover", "Bedroom", "b"),
    ("Heater", "climate", "Kitchen", "k"),
    ("Heater", "climate", "Bedroom", "b"),
    ("HeatPump", "climate", "Attic", "a"),
]


@cache
def pack(folder: Path) -> tuple[Pack, IntentParser]:
    entity = '[[entity]]\nname = "{}"\ndomain = "{}"\narea = "{}"\nid = "{}.{}"\n'
    text = "".join(entity.format(n, d, a, d, i) for n, d, a, i in THINGS)
    file = folder / "house.toml"
    file.write_text(HOUSE + text)
    found = load_pack(None, house=file)
    return found, IntentParser(found)


class Rooms:
    def __init__(self, folder: Path, area: str = "") -> None:
        self.pack, self.parser = pack(folder)
        self.house = LocalHouse(self.pack.house, Store())
        self.skills = self.pack.open(SkillHost(Store(), self.house))
        self.context = TurnContext(MONDAY, area)

    def plan(self, said: str | Intent) -> Answer:
        intent = self.parser.parse(said) if isinstance(said, str) else said
        assert intent is not None, said
        answer = self.skills.answer(intent, self.context)
        for effect in answer.effects if answer.question is None else ():
            effect.run()
        return answer

    def changed(self) -> set[str]:
        """Ids of what is not as it was."""
        return {e.id for e in self.pack.house.entities if self._moved(e.id)}

    def _moved(self, name: str) -> bool:
        entity = next(e for e in self.pack.house.entities if e.id == name)
        now = self.house.state(entity)
        return (now.state, now.attributes) != (entity.state, entity.attributes)


COMMANDS = [
    ("turn on the ceiling light", "light"),
    ("turn on the fan", "fan"),
    ("pause the player", "media_player"),
    ("open the blind", "cover"),
    ("set the heater to 22 degrees", "climate"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


@pytest.mark.parametrize(("said", "domain"), COMMANDS)
def test_which_room_is_asked_and_the_answer_is_obeyed(
    folder: Path, said: str, domain: str
) -> None:
    rooms = Rooms(folder)
    answer = rooms.plan(said)
    assert answer.question is not None and answer.text.endswith("kitchen or bedroom?")
    assert rooms.changed() == set()
    chosen = answer.question.settle("bedroom")
    assert isinstance(chosen, Intent)
    rooms.plan(chosen)
    assert rooms.changed() == {f"{domain}.b"}


@pytest.mark.parametrize(("said", "domain"), COMMANDS)
def test_the_room_of_the_device_decides(folder: Path, said: str, domain: str) -> None:
    rooms = Rooms(folder, "Kitchen")
    assert rooms.plan(said).question is None
    assert rooms.changed() == {f"{domain}.k"}


def test_the_room_that_is_said_comes_before_that_of_the_device(folder: Path) -> None:
    rooms = Rooms(folder, "Kitchen")
    rooms.plan("turn on the fan in the bedroom")
    assert rooms.changed() == {"fan.b"}
    said = rooms.plan("turn on the fan in the attic").text
    assert said == "There is no fan in the attic" and rooms.changed() == {"fan.b"}


def test_a_name_that_is_run_together_is_heard_word_by_word(folder: Path) -> None:
    rooms = Rooms(folder)
    rooms.plan("set the heat pump to 22 degrees")
    assert rooms.changed() == {"climate.a"}


def test_a_room_whose_name_has_an_and_keeps_it_in_the_question() -> None:
    rooms = ("Bed and Bath", "Attic")
    fans = (Entity(f"fan.{room[0]}", "Fan", "fan", room) for room in rooms)
    intent = Intent("device.on", {"name": "Fan"})
    found = named(HouseModel(entities=tuple(fans)), intent, TurnContext(MONDAY), "fan")
    assert found is not None
    assert found.problem == "Which fan: bed and bath or attic?"
