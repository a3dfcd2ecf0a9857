"""A house as a Home Assistant on the loopback tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hass_server import TOKEN, HassServer, hass_server

from voiceagent.errors import HouseFailed
from voiceagent.skills.house import hass_import, hass_registry
from voiceagent.skills.house.hass_import import ImportedHouse, make_house
from voiceagent.skills.house.hass_link import HassLink
from voiceagent.skills.house.hass_registry import read_snapshot
from voiceagent.skills.house.house import Entity
from voiceagent.skills.house.house_file import load_house
from voiceagent.skills.house.house_writer import house_text

pytestmark = pytest.mark.unit
STATES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "light.ceiling": (
        "on",
        {"friendly_name": "Ceiling", "supported_color_modes": ["hs", "color_temp"]},
    ),
    "light.plain": ("on", {"supported_color_modes": ["onoff"]}),
    "light.own": ("off", {"friendly_name": "Old name"}),
    "light.hidden": ("off", {"friendly_name": "Hidden"}),
    "light.foreign": ("off", {"friendly_name": "\u5ba2\u5385\u706f"}),
    "light.aliased": ("off", {"friendly_name": "\u706f"}),
    "cover.gate": ("closed", {"friendly_name": "Front Gate", "supported_features": 15}),
    "climate.pump": ("heat", {"friendly_name": "HeatPump"}),
    "sensor.t": (
        "20",
        {"device_class": "temperature", "unit_of_measurement": "\u00b0C"},
    ),
    "switch.sauna": ("unavailable", {"friendly_name": "Sauna"}),
    "switch.door_light": ("unknown", {"friendly_name": "Door Light"}),
    "camera.x": ("idle", {}),
}


@contextmanager
def told() -> Iterator[HassServer]:
    with hass_server(STATES) as server:
        entries = {
            "light.own": {"device_id": "d1", "name": "Reading <i>Lamp</i>"},
            "light.hidden": {"hidden_by": "user"},
            "light.ceiling": {"area_id": "kitchen", "aliases": ["Big Light", "\u706f"]},
            "light.aliased": {"aliases": ["Moon Lamp"]},
        }
        rows = [{"entity_id": name, **entry} for name, entry in entries.items()]
        server.registry = {
            "config/area_registry/list": [
                {"area_id": "kitchen", "name": "Kitchen", "aliases": ["Galley"]},
                {"area_id": "twin", "name": "Bedroom", "floor_id": "up"},
                {"area_id": "twin2", "name": "bedroom"},
                {"area_id": "bad", "name": "\u0414\u043e\u043c"},
                {"area_id": "none", "name": None},
            ],
            "config/floor_registry/list": [{"floor_id": "up", "name": "First Floor"}],
            "config/device_registry/list": [{"id": "d1", "area_id": "twin2"}],
            "config/entity_registry/list": rows,
            "config/entity_registry/get_entries": lambda message: {
                name: entries[name] for name in message["entity_ids"]
            },
            "homeassistant/expose_entity/list": {
                "exposed_entities": {"light.own": {"conversation": True}}
            },
        }
        yield server


def imported(server: HassServer, **how: bool) -> ImportedHouse:
    return make_house(read_snapshot(HassLink(server.url, TOKEN)), **how)


def by_id(found: ImportedHouse) -> dict[str, Entity]:
    return {entity.id: entity for entity in found.model.entities}


def test_rooms_names_aliases_and_abilities_are_read(tmp_path: Path) -> None:
    with told() as server:
        found = imported(server)
    things = by_id(found)
    assert [(area.name, area.floor) for area in found.model.areas] == [
        ("Kitchen", ""),
        ("Bedroom", "First Floor"),
        ("bedroom 2", ""),
    ]
    ceiling = things["light.ceiling"]
    assert (ceiling.area, ceiling.aliases) == ("Kitchen", ("Big Light",))
    assert ceiling.features == ("brightness", "color")
    assert (
        things["light.plain"].features == () and things["light.plain"].name == "plain"
    )
    assert (things["light.own"].name, things["light.own"].area) == (
        "Reading Lamp",
        "bedroom 2",
    )
    assert things["light.aliased"].name == "Moon Lamp"
    assert (things["cover.gate"].kind, things["climate.pump"].unit) == (
        "gate",
        "\u00b0C",
    )
    assert things["sensor.t"].unit == "degrees"
    assert things["switch.sauna"].confirm is True
    assert things["switch.door_light"].confirm is None
    assert "light.hidden" not in things and found.hidden == 1
    assert found.unsayable == ["light.foreign"] and found.unsupported == {"camera": 1}
    file = tmp_path / "house.toml"
    file.write_text(house_text(found.model, ["one\n"]), encoding="utf-8")
    again = load_house(file)
    assert [(e.id, e.name, e.area, e.aliases) for e in again.entities] == [
        (e.id, e.name, e.area, e.aliases) for e in found.model.entities
    ]


def test_only_what_assist_may_use_where_that_is_wanted() -> None:
    with told() as server:
        assert set(by_id(imported(server, exposed=True))) == {"light.own"}


def test_a_home_assistant_that_tells_of_no_rooms_has_a_house_all_the_same() -> None:
    """Floors are newer than some; a user who is no administrator sees no registry."""
    with told() as server:
        server.registry = {}
        found = imported(server)
    assert found.model.areas == () and len(found.model.entities) == 9


@pytest.mark.fault
@pytest.mark.parametrize(
    "registry",
    [
        {"config/area_registry/list": 3},
        {"config/area_registry/list": [3, None, {}, {"area_id": 4}]},
        {"config/entity_registry/list": [{"entity_id": None}, {"id": "x"}]},
        {"config/entity_registry/list": {"entity_id": "light.own"}},
        {"homeassistant/expose_entity/list": {"exposed_entities": []}},
    ],
)
def test_rows_that_are_none_are_left_out(registry: dict[str, Any]) -> None:
    with told() as server:
        server.registry = registry
        assert by_id(imported(server))


@pytest.mark.fault
@pytest.mark.parametrize("fault", ["401", "500", "html", "drop"])
def test_trouble_while_importing_is_typed(fault: str) -> None:
    with told() as server:
        server.fault = fault
        with pytest.raises(HouseFailed):
            imported(server)


@pytest.mark.fault
def test_a_server_that_hangs_ends_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hass_registry, "PATIENCE", 0.2)
    with told() as server:
        server.fault = "hang"
        with pytest.raises(HouseFailed, match="does not answer"):
            imported(server)


def test_of_very_many_things_those_that_act_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hass_import, "MOST", 700)
    states: dict[str, tuple[str, dict[str, Any]]] = {
        **{f"sensor.s{n}": ("1", {}) for n in range(4600)},
        **{f"light.l{n}": ("on", {"friendly_name": f"Lamp {n}"}) for n in range(400)},
    }
    with hass_server(states) as server:
        found = imported(server)
    assert found.too_many == 4300 and len(found.model.entities) == 700
    assert sum(e.domain == "light" for e in found.model.entities) == 400
