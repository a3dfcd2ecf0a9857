"""A point of presence as a process: its endpoint under uvicorn, its door watched."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import uvicorn

from voiceagent.door.watched import Watched
from voiceagent.errors import ConfigError

__all__ = ["serve_pop"]

EVERY = 0.5
"""Seconds between two looks at secrets and revoked tokens."""
DRAIN = 5
"""Seconds for requests that run when it ends."""
MOST_CONNECTIONS = 1000


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
    with contextlib.closing(_listening(host, port)) as listening:
        server = _Unsignalled(
            uvicorn.Config(
                endpoint,
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=DRAIN,
            )
        )
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(_watch(watched))
            served = group.create_task(server.serve(sockets=[listening]))
            shown = f"[{host}]" if ":" in host else host
            ready(f"http://{shown}:{listening.getsockname()[1]}")
            stopped = group.create_task(stop.wait())
            await asyncio.wait({served, stopped}, return_when="FIRST_COMPLETED")
            server.should_exit = True
            stopped.cancel()
            looking.cancel()


class _Unsignalled(uvicorn.Server):
    """It leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _watch(watched: Sequence[Watched]) -> None:
    """What was changed beside it holds within two seconds."""

    def look() -> None:
        for one in watched:
            one.look()

    while True:
        await asyncio.sleep(EVERY)
        await asyncio.to_thread(look)


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"`{host}:{port}` cannot be listened on",
            cause=str(error),
            hint="`--port 0` takes any that is free",
        ) from error
