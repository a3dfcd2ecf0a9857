"""Which house the skills act upon: the built-in one, or a real Home Assistant."""

from __future__ import annotations

from voiceagent.skills.config import HomeAssistantConfig
from voiceagent.skills.house.house import House, HouseModel, LocalHouse
from voiceagent.store import Store
from voiceagent.trace.events import Degraded

__all__ = ["open_house", "strangers"]

NAMED = 5
"""Things that are named one by one; more are only counted."""


def open_house(config: HomeAssistantConfig, model: HouseModel, store: Store) -> House:
    """The house of a configuration; `model`: what the pack knows of it."""
    if not config.url:
        return LocalHouse(model, store)
    from voiceagent.skills.house.hass_link import HassLink
    from voiceagent.skills.house.home_assistant import HomeAssistant

    link = HassLink.from_environment(config.url, config.token_env)
    return HomeAssistant(link, model)


def strangers(house: House) -> list[Degraded]:
    """What the house does not know, though its file names it."""
    missing = house.missing()
    if not missing:
        return []
    named = [f"{entity.name} (`{entity.id}`)" for entity in missing[:NAMED]]
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return [
        Degraded(
            what="the house",
            why=f"Home Assistant does not know {', '.join(named)}{more}",
            hint="check the `id` of the entity in `house.toml`",
        )
    ]
