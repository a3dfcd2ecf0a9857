"""What may be configured of what the agent understands and does."""

from __future__ import annotations

from msgspec import Struct, field

__all__ = ["ConfirmConfig", "HomeAssistantConfig", "PackConfig"]


class PackConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the agent understands and does."""

    folder: str = ""
    """A pack of your own instead of the built-in home pack: a folder, or the name of
    one that is shipped or that a plugin brings."""
    skills: list[str] = field(default_factory=list)
    """Further skills: folders, or names of what plugins bring."""
    house: str = ""
    """A house of your own: a `house.toml`, as `voiceagent house import` writes it.
    Without one a Home Assistant that is configured tells what there is."""
    area: str = ""
    """Where the device stands: "turn off the lights in here"."""


class HomeAssistantConfig(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """A real Home Assistant instead of the built-in house."""

    url: str = ""
    token_env: str = "HOME_ASSISTANT_TOKEN"
    """Name of the environment variable that holds the token."""


class ConfirmConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked about before it is done ("Do you want me to ...?")."""

    unlock: bool = True
    """Unlocking a lock."""
    open: list[str] = field(default_factory=lambda: ["garage", "door", "gate"])
    """Opening covers of these kinds."""
    disarm: bool = True
    """Disarming an alarm panel."""
    heat_above: float = 25.0
    """Degrees Celsius: setting a thermostat higher."""
    spend: bool = True
    """Whatever a pack's own handler says costs money."""
