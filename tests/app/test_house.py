"""The house of a configuration, and what a session says of it when it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hass_server import TOKEN, HassServer, hass_server

from voiceagent.app.config import load_config
from voiceagent.app.house import housed, kept_house, strangers
from voiceagent.app.workshop import Workshop
from voiceagent.errors import PackError
from voiceagent.skills.config import HomeAssistantConfig, PackConfig
from voiceagent.skills.house.hass_link import HassLink
from voiceagent.skills.house.home_assistant import HomeAssistant
from voiceagent.skills.house.house import Entity, HouseModel, LocalHouse
from voiceagent.store import Store

pytestmark = pytest.mark.unit
LAMPS = tuple(Entity(f"light.l{n}", f"Lamp {n}", "light") for n in range(9))
MODEL = HouseModel("test", (), LAMPS)


@pytest.mark.parametrize("known", range(0, 10, 3))
def test_what_home_assistant_does_not_know_is_named_once(known: int) -> None:
    states = {lamp.id: ("off", {}) for lamp in LAMPS[:known]}
    with hass_server(states) as server:
        house = HomeAssistant(HassLink(server.url, TOKEN), MODEL)
        notices = strangers(house)
    if known == len(LAMPS):
        assert notices == []
        return
    (notice,) = notices
    assert f"Lamp {known} (`light.l{known}`)" in notice.why
    rest = len(LAMPS) - known - 5
    assert (f"and {rest} more" in notice.why) == (rest > 0)
    assert "voiceagent house import" in notice.hint


def test_a_house_without_a_hub_knows_itself() -> None:
    assert strangers(LocalHouse(MODEL, Store())) == []


LAMP: Mapping[str, tuple[str, dict[str, Any]]] = {
    "light.reading": ("off", {"friendly_name": "Reading Lamp"})
}


@contextmanager
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HassServer]:
    monkeypatch.setenv("HOME_ASSISTANT_TOKEN", TOKEN)
    with hass_server(LAMP) as server:
        yield server


def shop_of(folder: Path, **flags: object) -> Workshop:
    patient = {"budget.response_ms": 20_000.0}
    flags = {"store.folder": str(folder), **patient, **flags}
    return Workshop(load_config(environ={}, folder=folder, flags=flags).config)


def things(shop: Workshop) -> list[str]:
    return [entity.name for entity in shop.language.outfit.house.entities]


def test_a_home_assistant_alone_is_asked_once_for_its_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub(monkeypatch) as server:
        flags = {"home_assistant.url": server.url}
        first = shop_of(tmp_path, **flags)
        assert things(first) == ["Reading Lamp"] and not first.house_trouble
        assert first.language.parser.parse("turn on the reading lamp") is not None
        assert first.language.parser.parse("turn on the bed light") is None
        asked = len(server.asked)
        server.fault = "hang"
        assert things(shop_of(tmp_path, **flags)) == ["Reading Lamp"]
        assert len(server.asked) == asked
    file = kept_house(server.url, tmp_path)
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.fault
@pytest.mark.parametrize("fault", ["401", "500", "html", "drop"])
def test_while_it_tells_nothing_no_other_house_is_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Not the demo house, whose names would be called by guessed ids."""
    with hub(monkeypatch) as server:
        server.fault = fault
        shop = shop_of(tmp_path, **{"home_assistant.url": server.url})
        assert things(shop) == []
        (trouble,) = shop.house_trouble
        assert trouble.what == "the house is not known" and trouble.hint
        assert shop.language.parser.parse("set a timer for five minutes") is not None
        server.fault = ""
        later = shop_of(tmp_path, **{"home_assistant.url": server.url})
        assert things(later) == ["Reading Lamp"] and not later.house_trouble


@pytest.mark.fault
@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_no_start_waits_for_a_hub_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """It goes on without a house, says so, and asks on beside the session."""
    with hub(monkeypatch) as server:
        server.fault = fault
        shop = shop_of(
            tmp_path,
            **{"home_assistant.url": server.url, "budget.response_ms": 100.0},
        )
        assert things(shop) == []
        (trouble,) = shop.house_trouble
        assert "Home Assistant does not answer" in trouble.why
        assert "voiceagent house import" in trouble.hint


def test_a_house_of_ones_own_comes_before_everything(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[[entity]]\nname = "Torch"\ndomain = "light"\n')
    url = HomeAssistantConfig(url="http://127.0.0.1:9")
    mine = PackConfig(house=str(file))
    assert housed(mine, url, tmp_path).pack == mine
    assert things(shop_of(tmp_path, **{"pack.house": str(file)})) == ["Torch"]
    file.write_text('[[entity]]\nname = "Lantern"\ndomain = "light"\n')
    changed = shop_of(tmp_path, **{"pack.house": str(file)})
    assert things(changed) == ["Lantern"], "what is kept knows its house"
    for pack in ("coffee", "museum"):
        assert housed(PackConfig(folder=pack), url, tmp_path).pack.house == ""


@pytest.mark.fault
@pytest.mark.parametrize("text", ["", "x = [", "[[entity]]\nname = 3"])
def test_a_house_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.toml"
    if text:
        file.write_text(text)
    with pytest.raises(PackError, match="mine.toml"):
        things(shop_of(tmp_path, **{"pack.house": str(file)}))
