"""A point of presence as a process: its endpoint open, its door watched."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from voiceagent.door.watched import EVERY, Watched, look_at
from voiceagent.gateway.open_port import listening, serve_app

__all__ = ["serve_pop"]


async def serve_pop(
    endpoint: Any,
    host: str,
    port: int,
    ready: Callable[[str], None],
    stop: asyncio.Event,
    watched: Sequence[Watched] = (),
) -> None:
    """Until `stop`; `ready` is told the address. Raises `ConfigError` where that is
    taken."""
    with contextlib.closing(listening(host, port)) as at:
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(_watch(watched))
            await serve_app(endpoint, at, host, ready, stop)
            looking.cancel()


async def _watch(watched: Sequence[Watched]) -> None:
    while True:
        await asyncio.sleep(EVERY)
        await asyncio.to_thread(look_at, watched)
