"""The house of a configuration, and what a session says of it when it begins."""

from __future__ import annotations

import pytest
from hass_server import TOKEN, hass_server

from voiceagent.app.house import strangers
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
    assert "house.toml" in notice.hint


def test_a_house_without_a_hub_knows_itself() -> None:
    assert strangers(LocalHouse(MODEL, Store())) == []
