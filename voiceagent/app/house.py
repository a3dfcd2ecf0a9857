"""Which house the skills act upon: the built-in one, or a real Home Assistant."""

from __future__ import annotations

from voiceagent.skills.config import HomeAssistantConfig
from voiceagent.skills.house.house import House, HouseModel, LocalHouse
from voiceagent.store import Store

__all__ = ["open_house"]


def open_house(config: HomeAssistantConfig, model: HouseModel, store: Store) -> House:
    """The house of a configuration; `model`: what the pack knows of it."""
    if not config.url:
        return LocalHouse(model, store)
    from voiceagent.skills.house.home_assistant import HomeAssistant

    return HomeAssistant.from_environment(config.url, config.token_env, model)
