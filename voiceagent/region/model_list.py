"""The list of models of a chat server: asked for the room that a request has."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from voiceagent.errors import RemoteFailed
from voiceagent.region.body import plain_bytes
from voiceagent.region.room import LEAST, MOST_ROOM, room_of_model
from voiceagent.routing.usage import whole

__all__ = ["asked_room"]

WAIT = 5.0
"""Seconds for each of two questions: nobody waits for them."""


async def asked_room(client: Any, model: str) -> int | None:
    """Tokens of one request as the server tells them; None where it does not. Raises
    what the client raises where nobody answers, and `TimeoutError`."""
    listed = await _asked(client, "models")
    room = room_of_model(listed, model)
    if room is not None or not _llama(listed):
        return room
    # Older ones tell what a model was trained with there, and of a slot only here.
    base = str(client.base_url).rstrip("/").removesuffix("/v1")
    props = await _asked(client, f"{base}/props")
    settings = props.get("default_generation_settings")
    told = settings.get("n_ctx") if isinstance(settings, dict) else None
    found = whole(told, MOST_ROOM)
    return found if found is not None and found >= LEAST else None


def _llama(listed: dict[str, Any]) -> bool:
    rows = listed.get("data")
    rows = rows if isinstance(rows, list) else []
    return any(isinstance(r, dict) and r.get("owned_by") == "llamacpp" for r in rows)


async def _asked(client: Any, path: str) -> dict[str, Any]:
    """What stands there; nothing where that is no object."""
    async with asyncio.timeout(WAIT), client.stream("GET", path) as response:
        if response.status_code != 200:
            return {}
        with suppress(RemoteFailed, ValueError, RecursionError):
            body = b"".join([piece async for piece in plain_bytes(response)])
            told = json.loads(body)
            return told if isinstance(told, dict) else {}
    return {}
