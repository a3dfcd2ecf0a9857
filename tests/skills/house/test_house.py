"""The house file and the states of a house without a hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.errors import PackError
from voiceagent.skills.house.house import Entity, HouseModel, LocalHouse
from voiceagent.skills.house.house_file import load_house
from voiceagent.skills.packs.places import HOME
from voiceagent.store import Store

pytestmark = pytest.mark.unit

LAMP = Entity("light.lamp", "Lamp", "light", state="off")
FAN = Entity("fan.fan", "Fan", "fan", state="off")
SHOPPING = Entity("todo.shopping", "Shopping", "todo", items=("apples",))
MODEL = HouseModel("test", (), (LAMP, FAN, SHOPPING))


def test_the_demo_house_is_whole() -> None:
    house = load_house(HOME / "house.toml")
    assert len(house.entities) <= 35
    assert house.find("Sliding Door") in house.select("cover", area="Office")
    assert house.find("Nothing") is None


def test_a_state_outlives_the_program(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    store = Store(file)
    LocalHouse(MODEL, store).call([LAMP], "turn_on", {"brightness_pct": 40})
    store.close()
    store = Store(file)
    state = LocalHouse(MODEL, store).state(LAMP)
    assert (state.state, state.attributes) == ("on", {"brightness_pct": 40})
    assert LocalHouse(MODEL, store).state(FAN).state == "off"
    store.close()


def test_a_list_begins_with_its_file_and_then_is_its_own() -> None:
    store = Store()
    house = LocalHouse(MODEL, store)
    assert house.items(SHOPPING) == ["apples"]
    house.call([SHOPPING], "add_item", {"item": "milk"})
    house.call([SHOPPING], "add_item", {"item": "milk"})
    assert house.items(SHOPPING) == ["apples", "milk"]
    for item in ("apples", "milk"):
        house.call([SHOPPING], "remove_item", {"item": item})
    assert house.items(SHOPPING) == []
    store.close()


def test_one_name_may_stand_in_two_rooms_and_in_each_once(tmp_path: Path) -> None:
    rooms = "[[area]]\nname = 'A'\n[[area]]\nname = 'B'\n"
    lamp = "[[entity]]\nname = 'Lamp'\ndomain = 'light'\narea = '{}'\nid = 'light.{}'\n"
    file = tmp_path / "house.toml"
    file.write_text(rooms + lamp.format("A", "a") + lamp.format("B", "b"))
    assert [e.area for e in load_house(file).named("lamp")] == ["A", "B"]
    file.write_text(rooms + lamp.format("A", "a") + lamp.format("A", "b"))
    with pytest.raises(PackError, match="line 11") as caught:
        load_house(file)
    assert "called `Lamp` in `A`" in caught.value.cause


@pytest.mark.fault
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[entity]]\nname='A'\ndomain='light'\n[[entity]]\nname=3", "line 5"),
        ("[[entity]]\nname='A'\ndomain='light'\n\n[[entity]]\ndomain='fan'", "line 5"),
        ("[[entity]]\nname='A'\ndomain='light'\nid='light.A b'", "line 4"),
        ("[[entity]]\nname='A'\ndomain='light'\nid='switch.a'", "line 4"),
        ("[[entity]]\nname='A'\ndomain='light'\nconfirm='yes'", "line 4"),
        ("[[entity]]\nname='A'\ndomain='light'\nkind=3", "line 4"),
        ("[[entity]]\nname='A'\ndomain='light'\nattributes=[1]", "line 4"),
        ("[[entity]]\nname='A'\ndomain='light'\n[entity.attributes]\nx=[1]", "line 4"),
        ("x = [", "not valid TOML"),
        ("[[entity]]\nname = 'A'\ndomain = 'ligth'", "did you mean `light`?"),
        ("[[entity]]\nname = 'A'\ndomian = 'light'", "did you mean `domain`?"),
        ("[[entity]]\ndomain = 'light'", "no `name`"),
        ("[[entity]]\nname = 'A'\ndomain = 'light'\narea = 'Moon'", "line 4"),
        ("[[area]]\nname = 'A'\n[[area]]\nname = 'a'", "two of kind `area`"),
        ("area = 3", "[[area]]"),
        ("[[area]]\nname = 'A'\naliases = 'B'", "list of texts"),
        ("[[entity]]\nname='A'\ndomain='light'\nfeatures=['colour']", "`color`"),
    ],
)
def test_a_broken_house_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "house.toml"
    file.write_text(text)
    with pytest.raises(PackError) as caught:
        load_house(file)
    assert said in str(caught.value)
    assert "house.toml" in str(caught.value)
