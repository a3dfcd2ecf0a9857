"""What a Home Assistant knows of its house: states, rooms, floors, devices, aliases.

States come over the REST API; the registries are only told over the websocket.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from voiceagent.errors import HouseFailed
from voiceagent.skills.house.hass_link import HassLink

__all__ = ["HassRow", "HassSnapshot", "read_snapshot"]

PATIENCE = 10.0
"""Seconds for each answer: an import is asked for by hand, large houses are slow."""
MESSAGE_BYTES = 64_000_000
AT_ONCE = 500
"""Entities whose aliases are asked for in one message."""
REGISTRY = "config/entity_registry"
RUNNING = "RUNNING"
"""Its state once every part of it has told what there is."""
HassRow = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HassSnapshot:
    """What it knows; rows as Home Assistant writes them."""

    states: Sequence[HassRow]
    areas: Sequence[HassRow] = ()
    floors: Sequence[HassRow] = ()
    devices: Sequence[HassRow] = ()
    entities: Mapping[str, HassRow] = field(default_factory=dict)
    """Of the registry, by id; states without an entry have none."""
    exposed: Mapping[str, bool] = field(default_factory=dict)
    """By id: whether Assist may use it."""
    fahrenheit: bool = False


def read_snapshot(link: HassLink) -> HassSnapshot:
    """Ask for everything; raises `HouseFailed`."""
    with link.talk(PATIENCE) as talk:
        config, states = talk.get("/api/config"), talk.get("/api/states")
    if not isinstance(config, dict) or not isinstance(states, list):
        raise _nonsense("neither a configuration nor states")
    if config.get("state", RUNNING) != RUNNING:
        raise HouseFailed(
            "Home Assistant is still starting",
            cause="what it knows by now is not all of the house",
            hint="wait until it has started, and do the same again",
            said="Home Assistant is still starting",
        )
    with _socket(link) as ask:
        return HassSnapshot(
            states=_rows(states),
            areas=_rows(ask("config/area_registry/list")),
            floors=_rows(ask("config/floor_registry/list")),
            devices=_rows(ask("config/device_registry/list")),
            entities=_entities(ask),
            exposed=_exposed(ask("homeassistant/expose_entity/list")),
            fahrenheit="F" in str(_table(config.get("unit_system")).get("temperature")),
        )


class _Ask:
    """Asks over an open websocket; what this version does not know is nothing."""

    def __init__(self, wire: ClientConnection) -> None:
        self._wire, self._numbers = wire, count(1)

    def __call__(self, kind: str, **more: object) -> Any:
        number = next(self._numbers)
        self._wire.send(json.dumps({"id": number, "type": kind, **more}))
        while True:
            answer = _message(self._wire)
            if answer.get("id") == number:
                return answer.get("result") if answer.get("success") else None


@contextmanager
def _socket(link: HassLink) -> Iterator[_Ask]:
    url = f"ws{link.url.removeprefix('http')}/api/websocket"
    try:
        with connect(
            url,
            open_timeout=PATIENCE,
            close_timeout=1.0,
            max_size=MESSAGE_BYTES,
            proxy=None,
        ) as wire:
            _message(wire)
            wire.send(json.dumps({"type": "auth", "access_token": link.token}))
            if _message(wire).get("type") != "auth_ok":
                raise HouseFailed(
                    "Home Assistant does not accept the token",
                    cause="it was refused at the websocket",
                    hint="make a new long-lived token in your Home Assistant profile",
                )
            yield _Ask(wire)
    except (OSError, WebSocketException) as error:
        raise HouseFailed(
            "Home Assistant does not tell its rooms",
            cause=f"websocket: {type(error).__name__}",
            hint="where a proxy stands before it, that has to let websockets through",
        ) from error


def _message(wire: ClientConnection) -> HassRow:
    try:
        found = json.loads(wire.recv(PATIENCE))
    except (ValueError, RecursionError) as error:
        raise _nonsense("a message is no JSON") from error
    if not isinstance(found, dict):
        raise _nonsense("a message is no object")
    return found


def _entities(ask: _Ask) -> dict[str, HassRow]:
    rows = _rows(ask(f"{REGISTRY}/list"))
    listed = {row["entity_id"]: row for row in rows if "entity_id" in row}
    found: dict[str, HassRow] = dict(listed)
    ids = list(listed)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        more = _table(ask(f"{REGISTRY}/get_entries", entity_ids=some))
        found.update({k: v for k, v in more.items() if isinstance(v, dict)})
    return found


def _exposed(found: Any) -> dict[str, bool]:
    every = _table(_table(found).get("exposed_entities"))
    return {
        name: bool(_table(assistants).get("conversation"))
        for name, assistants in every.items()
    }


def _rows(found: Any) -> list[HassRow]:
    """The objects in a list; rows without an id of theirs are no use."""
    rows = found if isinstance(found, list) else []
    keys = ("entity_id", "area_id", "floor_id", "id")
    return [
        row
        for row in rows
        if isinstance(row, dict) and any(isinstance(row.get(k), str) for k in keys)
    ]


def _table(found: Any) -> HassRow:
    return found if isinstance(found, dict) else {}


def _nonsense(cause: str) -> HouseFailed:
    hint = "check that the address is a Home Assistant's"
    return HouseFailed("Home Assistant answered nonsense", cause=cause, hint=hint)
