"""The connection that a session is on: one after the other, or none for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from websockets.exceptions import ConnectionClosed

from voiceagent.realtime.events import encode
from voiceagent.region.metrics import Metrics
from voiceagent.region.services import Socket

__all__ = ["SessionLine"]


class SessionLine:
    """Sends to whoever is there."""

    def __init__(self, socket: Socket, metrics: Metrics) -> None:
        self.socket = socket
        """The latest one, whether it still is there or not."""
        self._on: Socket | None = socket
        self._metrics = metrics

    async def send(self, event: Mapping[str, Any]) -> None:
        """An event; nothing where nobody is there."""
        socket = self._on
        if socket is None:
            return
        try:
            await socket.send(encode(event))
            self._metrics.count("events", "out")
        except (OSError, ConnectionClosed):
            self.detach(socket)

    async def close(self, code: int, reason: str) -> None:
        """The closing handshake; nothing is sent any more."""
        socket, self._on = self._on, None
        if socket is not None:
            await socket.close(code, reason)

    def detach(self, socket: Socket) -> None:
        """That connection is gone; nothing is sent until there is another one."""
        if self._on is socket:
            self._on = None

    def attach(self, socket: Socket) -> Socket | None:
        """Go on over this connection; gives the one of before, if it is still there."""
        before, self._on = self._on, socket
        self.socket = socket
        return before

    @property
    def there(self) -> bool:
        """Whether anybody is."""
        return self._on is not None
