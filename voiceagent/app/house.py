"""Which house there is: a file, the demo of the pack, or what a Home Assistant tells.

What a Home Assistant tells is asked for once and kept as a `house.toml`, so that the
language can be made of it; `voiceagent house import` asks again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from voiceagent.errors import ConfigError, HouseFailed
from voiceagent.skills.config import HomeAssistantConfig, PackConfig
from voiceagent.skills.house.house import House, HouseModel, LocalHouse
from voiceagent.skills.packs.places import has_own_house
from voiceagent.store import Store
from voiceagent.trace.events import Degraded

if TYPE_CHECKING:
    from voiceagent.skills.house.hass_import import ImportedHouse

__all__ = [
    "Housed",
    "housed",
    "import_house",
    "kept_house",
    "open_house",
    "strangers",
    "write_house",
]

NAMED = 5
"""Things that are named one by one; more are only counted."""


EMPTY = os.devnull
"""A house file without a house: what is not known is not guessed."""


@dataclass(frozen=True, slots=True)
class Housed:
    """A pack with its house settled."""

    pack: PackConfig
    trouble: Sequence[Degraded] = ()


def housed(pack: PackConfig, hub: HomeAssistantConfig, folder: Path) -> Housed:
    """Whose house it is; a Home Assistant alone is asked for its own, once."""
    if not hub.url or pack.house or has_own_house(pack.folder):
        return Housed(pack)
    file = kept_house(hub.url, folder)
    trouble: list[Degraded] = []
    if not file.is_file():
        try:
            write_house(import_house(hub), file, hub.url)
        except (HouseFailed, ConfigError, OSError) as error:
            file = Path(EMPTY)
            trouble.append(_no_house(error))
    return Housed(msgspec.structs.replace(pack, house=str(file)), trouble)


def kept_house(url: str, folder: Path) -> Path:
    """Where what a Home Assistant has told is kept."""
    mark = hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:8]
    return folder / f"house-{mark}.toml"


def import_house(hub: HomeAssistantConfig, *, exposed: bool = False) -> ImportedHouse:
    """Ask a Home Assistant what there is; raises `HouseFailed`, `ConfigError`."""
    from voiceagent.skills.house.hass_import import make_house
    from voiceagent.skills.house.hass_link import HassLink
    from voiceagent.skills.house.hass_registry import read_snapshot

    link = HassLink.from_environment(hub.url, hub.token_env)
    return make_house(read_snapshot(link), exposed=exposed)


def write_house(found: ImportedHouse, file: Path, url: str) -> None:
    """Write it, whole or not at all; raises `OSError`."""
    from voiceagent.skills.house.house_writer import house_text
    from voiceagent.store.files import keep_private, private_folder

    head = (f"Imported from {url}: names and rooms may be changed, ids may not.",)
    private_folder(file.parent)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    part.write_text(house_text(found.model, head), encoding="utf-8")
    keep_private(part)
    part.replace(file)


def _no_house(error: Exception) -> Degraded:
    if isinstance(error, HouseFailed | ConfigError):
        why = f"{error.what}: {error.cause}" if error.cause else error.what
        return Degraded(what="the house is not known", why=why, hint=error.hint)
    hint = "see that the folder of the state can be written"
    return Degraded(what="the house is not known", why=str(error), hint=hint)


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
            hint="import the house again: `voiceagent house import`",
        )
    ]
