"""Which house there is: a file, the demo of the pack, or what a Home Assistant tells.

What a Home Assistant tells is asked for once and kept as a `house.toml`, so that the
language can be made of it; `voiceagent house import` asks again. No start waits for one
that is slow: it goes on without a house, and a session keeps asking beside it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import msgspec

from voiceagent.errors import ConfigError, HouseFailed, VoiceAgentError
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
    why: VoiceAgentError | None = None
    """Why the house is not known yet."""
    ask: Callable[[], Path] | None = None
    """Blocking: asks for it again and keeps it; raises `VoiceAgentError`, `OSError`."""


FIRST_WAIT = 0.8
"""Seconds that a start waits for a house: no longer than a turn may take."""


def housed(
    pack: PackConfig,
    hub: HomeAssistantConfig,
    folder: Path,
    wait: float = FIRST_WAIT,
) -> Housed:
    """Whose house it is; a Home Assistant alone is asked for its own, once, and is
    waited for `wait` seconds."""
    if not hub.url or pack.house or has_own_house(pack.folder):
        return Housed(pack)
    file = kept_house(hub.url, folder)
    if file.is_file():
        return Housed(_with_house(pack, file))
    first = _Asking(hub, file)
    error = first.outcome(wait)
    if error is None:
        return Housed(_with_house(pack, file))
    ask = partial(_ask_again, first, hub, file)
    trouble, why = _no_house(error), _reason(error)
    return Housed(_with_house(pack, Path(EMPTY)), (trouble,), why, ask)


def _with_house(pack: PackConfig, file: Path) -> PackConfig:
    return msgspec.structs.replace(pack, house=str(file))


class _Asking:
    """A Home Assistant is asked for its house, in a thread that holds nobody up."""

    def __init__(self, hub: HomeAssistantConfig, file: Path) -> None:
        self._hub, self._file = hub, file
        self._error: Exception | None = None
        self._thread = Thread(target=self._run, name="house", daemon=True)
        self._thread.start()

    def outcome(self, wait: float | None = None) -> Exception | None:
        """What went wrong, a lack of time included; None where the house is kept."""
        self._thread.join(wait)
        return _slow() if self._thread.is_alive() else self._error

    def _run(self) -> None:
        try:
            write_house(import_house(self._hub), self._file, self._hub.url)
        except Exception as error:  # told by `outcome`, in the caller's thread
            self._error = error


def _slow() -> HouseFailed:
    return HouseFailed(
        "Home Assistant does not answer",
        cause="it has not told yet what there is",
        hint="`voiceagent house import` waits longer for it",
        said="Home Assistant does not answer",
    )


def _ask_again(first: _Asking, hub: HomeAssistantConfig, file: Path) -> Path:
    """The first question may still be answered; else it is asked anew."""
    if not file.is_file() and first.outcome() is not None:
        error = _Asking(hub, file).outcome()
        if error is not None:
            raise error
    return file


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
    """Raises what is no failure of the hub, the configuration or the disk."""
    if isinstance(error, HouseFailed | ConfigError):
        why = f"{error.what}: {error.cause}" if error.cause else error.what
        return Degraded(what="the house is not known", why=why, hint=error.hint)
    if not isinstance(error, OSError):
        raise error
    hint = "see that the folder of the state can be written"
    return Degraded(what="the house is not known", why=str(error), hint=hint)


def _reason(error: Exception) -> VoiceAgentError:
    if isinstance(error, VoiceAgentError):
        return error
    hint = "see that the folder of the state can be written"
    return HouseFailed("the house cannot be kept", cause=str(error), hint=hint)


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
