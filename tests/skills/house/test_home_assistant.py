"""A Home Assistant on the loopback: what is said to be done was done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hass_server import FAULTS, TOKEN, HassServer, hass_server

from voiceagent.errors import ConfigError, HouseFailed
from voiceagent.nlu.intent import Intent
from voiceagent.skills.caution import Wish
from voiceagent.skills.climate.handler import create as create_climate
from voiceagent.skills.hands import Hands
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house import home_assistant
from voiceagent.skills.house.hass_link import HassLink
from voiceagent.skills.house.home_assistant import HomeAssistant
from voiceagent.skills.house.house import Entity, HouseModel, Value
from voiceagent.skills.skill import TurnContext
from voiceagent.store import Store

pytestmark = pytest.mark.unit

LAMP = Entity("light.lamp", "Lamp", "light")
HALL = Entity("light.hall", "Hall Light", "light")
FAN = Entity("fan.fan", "Fan", "fan")
DOOR = Entity("lock.door", "Door", "lock")
GONE = Entity("light.gone", "Gone Light", "light")
SHOPPING = Entity("todo.shopping", "Shopping List", "todo")
MODEL = HouseModel("test", (), (LAMP, HALL, FAN, DOOR, GONE, SHOPPING))
STATES: dict[str, tuple[str, dict[str, Any]]] = {
    "light.lamp": ("off", {"brightness": None, "rgb_color": None}),
    "light.hall": ("off", {}),
    "fan.fan": ("off", {}),
    "lock.door": ("locked", {}),
    "todo.shopping": ("0", {}),
    "cover.blind": ("closed", {"current_position": 0}),
    "climate.heat": ("heat", {"temperature": 20}),
    "media_player.tv": ("playing", {"volume_level": 0.5}),
}


@contextmanager
def house_of(limit: float = 2.0) -> Iterator[tuple[HassServer, HomeAssistant]]:
    with hass_server(STATES) as server:
        server.lists["todo.shopping"] = ["Milk"]
        yield server, HomeAssistant(HassLink(server.url, TOKEN, limit=limit), MODEL)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing settles in a test, and what hangs is known to."""
    monkeypatch.setattr(home_assistant, "SETTLING", (0.0, 0.0))
    monkeypatch.setattr(home_assistant, "LOOK", 0.5)


def said(house: HomeAssistant, service: str, *things: Entity, **data: Value) -> str:
    """What is said after it was to be done; the sentence of an error too."""
    hands = Hands(SkillHost(Store(), house))
    wish = Wish(things, service, data)
    answer = hands.do(Intent("x"), [wish], "It is done", claim="is done")
    (effect,) = answer.effects
    try:
        return effect.run() or answer.text
    except HouseFailed as error:
        return error.said


def test_what_changed_is_said_and_each_domain_is_called_once() -> None:
    with house_of() as (server, house):
        assert said(house, "turn_on", LAMP, FAN) == "It is done"
        assert server.calls == [
            ("light.turn_on", {"entity_id": ["light.lamp"]}),
            ("fan.turn_on", {"entity_id": ["fan.fan"]}),
        ]
        assert house.state(LAMP).state == "on"


@pytest.mark.parametrize(
    ("entity", "service", "data"),
    [
        ("light.lamp", "turn_on", {"brightness_pct": 30}),
        ("light.lamp", "turn_on", {"color_name": "red"}),
        ("light.lamp", "turn_off", {}),
        ("lock.door", "unlock", {}),
        ("cover.blind", "open_cover", {}),
        ("cover.blind", "set_cover_position", {"position": 40}),
        ("climate.heat", "set_temperature", {"temperature": 22.5}),
        ("media_player.tv", "media_pause", {}),
        ("media_player.tv", "volume_set", {"volume_level": 0.2}),
        ("media_player.tv", "volume_mute", {"is_volume_muted": True}),
    ],
)
def test_a_thing_that_does_not_follow_is_never_said_to_have(
    entity: str, service: str, data: dict[str, Value]
) -> None:
    thing = Entity(entity, "Thing", entity.partition(".")[0])
    with house_of() as (server, house):
        server.states["light.lamp"]["state"] = "on"
        server.lazy.add(entity)
        expected = "I asked for it, but the thing does not say that it is done"
        assert said(house, service, thing, **data) == expected
        server.lazy.clear()
        assert said(house, service, thing, **data) == "It is done"


def test_a_lamp_in_another_colour_or_as_dark_as_before_did_not_follow() -> None:
    with house_of() as (server, house):
        server.lazy.add("light.lamp")
        server.states["light.lamp"] = {
            "entity_id": "light.lamp",
            "state": "on",
            "attributes": {"brightness": 255, "rgb_color": [0, 0, 255]},
        }
        assert "does not say" in said(house, "turn_on", LAMP, color_name="red")
        assert "does not say" in said(house, "turn_on", LAMP, brightness_pct=20)
        assert said(house, "turn_on", LAMP, color_name="blue") == "It is done"


@pytest.mark.parametrize("state", ["unavailable", None])
def test_what_is_not_there_is_not_called_and_is_named(state: str | None) -> None:
    with house_of() as (server, house):
        if state is None:
            del server.states["light.lamp"]
            alone = "I don't find the lamp in the house any more"
        else:
            server.states["light.lamp"]["state"] = state
            alone = "The lamp does not answer"
        assert said(house, "turn_on", LAMP) == alone and server.calls == []
        assert said(house, "turn_on", LAMP, HALL) == "It is done, but not the lamp"
        assert server.calls == [("light.turn_on", {"entity_id": ["light.hall"]})]


def test_it_may_vanish_between_the_call_and_the_look() -> None:
    with house_of() as (server, house):
        server.after_post = lambda server: server.states.pop("light.lamp", None)
        assert "I don't find the lamp" in said(house, "turn_on", LAMP)


def test_unknown_entities_are_found_at_once() -> None:
    with house_of() as (_, house):
        assert house.missing() == (GONE,)


@pytest.mark.fault
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_in_trouble_is_met_before_anything_is_sent(fault: str) -> None:
    words = {
        "401": "Home Assistant does not accept my token",
        "403": "Home Assistant does not let me do that",
        "302": "Home Assistant has moved to another address",
        "500": "Home Assistant met an error",
        "503": "Home Assistant met an error",
        "html": "What answers there is not Home Assistant",
        "hang": "Home Assistant does not answer",
        "drip": "Home Assistant does not answer",
        "head": "Home Assistant does not answer",
        "drop": "Home Assistant broke off",
        "404": "I don't find the lamp in the house any more",
    }
    with house_of() as (server, house):
        server.fault = fault
        assert said(house, "turn_on", LAMP) == words[fault]
        assert server.calls == [] and all(kind == "GET" for kind, _ in server.asked)
        assert TOKEN not in repr(house) + repr(server.asked)


@pytest.mark.fault
@pytest.mark.parametrize("fault", ["500", "503", "html", "hang", "drip", "drop"])
def test_trouble_after_it_was_sent_is_settled_by_the_state(fault: str) -> None:
    """It was done: it is said. It was not, or nobody knows: that is said."""
    with house_of(limit=0.5) as (server, house):
        server.fault = f"post:done:{fault}"
        assert said(house, "turn_on", LAMP) == "It is done"
        server.fault = f"post:{fault}"
        words = "It may still happen" if fault != "500" else "error and has not done it"
        assert words in said(house, "turn_on", HALL)
    with house_of(limit=0.5) as (server, house):
        server.fault = f"post:done:{fault}"
        server.after_post = lambda server: setattr(server, "fault", "hang")
        assert "It may still happen" in said(house, "turn_on", LAMP)


@pytest.mark.fault
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("401", "does not accept my token"),
        ("403", "does not let me"),
        ("302", "another address"),
    ],
)
def test_a_refused_command_was_not_done(fault: str, words: str) -> None:
    with house_of() as (server, house):
        server.fault = f"post:{fault}"
        assert words in said(house, "turn_on", LAMP) and server.calls == []


@pytest.mark.fault
def test_of_several_domains_nothing_more_is_sent_once_one_hangs() -> None:
    with house_of(limit=0.5) as (server, house):
        server.fault = "post:hang"
        assert "It may still happen" in said(house, "turn_on", LAMP, FAN)
        posts = [path for kind, path in server.asked if kind == "POST"]
        assert posts == ["/api/services/light/turn_on"]


@pytest.mark.fault
@pytest.mark.parametrize("raw", [[], 3, {"state": 3}, {"state": None}, "x"])
def test_nonsense_is_no_state(raw: Any) -> None:
    with house_of() as (server, house):
        server.states["light.lamp"] = raw
        with pytest.raises(HouseFailed, match="nonsense"):
            house.state(LAMP)


def test_many_are_looked_at_with_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_assistant, "LOOK", 60.0)
    many = [Entity(f"light.l{n}", f"L{n}", "light") for n in range(5000)]
    states = {thing.id: ("off", dict.fromkeys("abcdefgh", "x" * 40)) for thing in many}
    with hass_server(states) as server:
        link = HassLink(server.url, TOKEN, limit=60.0)
        house = HomeAssistant(link, HouseModel("big", (), tuple(many)))
        found = house.states(many[:40])
        assert {state.state for state in found.values()} == {"off"}
        assert server.asked == [("GET", "/api/states")]
        assert house.missing() == ()


def test_lists_are_read_and_changed_and_looked_at_again() -> None:
    with house_of() as (server, house):
        assert house.items(SHOPPING) == ["Milk"]
        assert said(house, "add_item", SHOPPING, item="bread") == "It is done"
        assert said(house, "remove_item", SHOPPING, item="Milk") == "It is done"
        assert server.lists["todo.shopping"] == ["bread"]
        assert said(house, "remove_item", SHOPPING, item="soap") == "It is done"
        server.lazy.add("todo.shopping")
        assert "does not say" in said(house, "add_item", SHOPPING, item="soap")
        server.fault = "post:hang"
    assert server.lists["todo.shopping"] == ["bread"]


@pytest.mark.fault
def test_a_server_that_is_gone_is_typed() -> None:
    with house_of() as (_, house):
        pass
    assert said(house, "turn_on", LAMP) == "I can't reach Home Assistant"
    with pytest.raises(HouseFailed, match="cannot be reached"):
        house.missing()


@pytest.mark.fault
def test_address_and_token_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="no address"):
        HassLink("ftp://x", TOKEN)
    for broken in ("", "a\nb", "sch\u00f6n"):
        with pytest.raises(ConfigError, match="token"):
            HassLink("http://x", broken)
    monkeypatch.delenv("HA_TEST_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="HA_TEST_TOKEN"):
        HassLink.from_environment("http://x", "HA_TEST_TOKEN")
    monkeypatch.setenv("HA_TEST_TOKEN", TOKEN)
    assert TOKEN not in repr(HassLink.from_environment("http://x", "HA_TEST_TOKEN"))


def test_a_step_from_an_unknown_temperature_is_no_step() -> None:
    """A thermostat between two temperatures has none that a step could start from."""
    with hass_server({"climate.x": ("heat_cool", {"temperature": None})}) as server:
        stat = Entity("climate.x", "Ecobee", "climate")
        model = HouseModel("test", (), (stat,))
        house = HomeAssistant(HassLink(server.url, TOKEN), model)
        skill = create_climate(SkillHost(Store(), house))
        context = TurnContext(datetime(2026, 1, 5, tzinfo=UTC))
        answer = skill.answer(Intent("climate.set", {"change": 1}), context)
        assert answer.text == "The ecobee does not tell what it is set to"
        assert answer.effects == () and server.calls == []


@pytest.mark.fault
@pytest.mark.parametrize("odd", ["bright", True, [1], {}, "nan", "inf", -1, 1e400])
def test_attributes_of_any_sort_are_survived(odd: Any) -> None:
    with house_of() as (server, house):
        keys = ("brightness", "temperature", "current_position", "volume_level")
        for entity in server.states.values():
            entity["attributes"] = {**dict.fromkeys(keys, odd), "rgb_color": odd}
        server.lazy.update(server.states)
        for thing, service, data in (
            (LAMP, "turn_on", {"brightness_pct": 40}),
            (LAMP, "turn_on", {"color_name": "red"}),
            (
                Entity("climate.heat", "Heat", "climate"),
                "set_temperature",
                {"temperature": 21},
            ),
            (
                Entity("cover.blind", "Blind", "cover"),
                "set_cover_position",
                {"position": 40},
            ),
        ):
            assert "does not say" in said(house, service, thing, **data)
