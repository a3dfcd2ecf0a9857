"""An ASGI application as a process: its port, uvicorn without its habits, its end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from voiceagent.door.tls import is_for_clients
from voiceagent.errors import ConfigError

__all__ = ["listening", "serve_app"]

DRAIN = 5
"""Seconds for requests that run when it ends."""
MOST_CONNECTIONS = 1000


def listening(host: str, port: int) -> socket.socket:
    """The open port; `ConfigError` where that is taken or is none."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"`{host}:{port}` cannot be listened on",
            cause=getattr(error, "strerror", None) or str(error),
            hint="`--port 0` takes any that is free",
        ) from error


async def serve_app(
    app: Any,
    port: socket.socket,
    host: str,
    ready: Callable[[str], None],
    stop: asyncio.Event,
    *,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Until `stop`; `ready` is told the address, with `host` as it was named."""
    server = _server(app, tls)
    async with asyncio.TaskGroup() as group:
        served = group.create_task(server.serve(sockets=[port]))
        shown = f"[{host}]" if ":" in host else host
        scheme = "https" if tls else "http"
        ready(f"{scheme}://{shown}:{port.getsockname()[1]}")
        stopped = group.create_task(stop.wait())
        await asyncio.wait({served, stopped}, return_when="FIRST_COMPLETED")
        server.should_exit = True
        stopped.cancel()


class _Server(uvicorn.Server):
    """It leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Proved(HttpToolsProtocol):
    """A certificate that was not made for clients opens nothing."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        over = transport.get_extra_info("ssl_object")
        if over is not None and over.context.verify_mode is ssl.CERT_REQUIRED:
            if not is_for_clients(over.getpeercert(binary_form=True)):
                transport.close()


def _server(app: Any, tls: ssl.SSLContext | None) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=_Proved,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=DRAIN,
        ssl_context_factory=(lambda config, default: tls) if tls else None,
    )
    return _Server(config)
