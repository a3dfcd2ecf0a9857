"""A connection that tells how long the loop read from it."""

from __future__ import annotations

from collections.abc import Callable

from websockets.asyncio.server import ServerConnection

from voiceagent.clock import perf

__all__ = ["VisitorConnection"]


class VisitorConnection(ServerConnection):
    """A websocket of a region."""

    reading: Callable[[float], None] | None = None
    """To be told the seconds that what came took to be read."""

    def data_received(self, data: bytes) -> None:
        """Bytes of the network."""
        began = perf()
        super().data_received(data)
        if self.reading is not None:
            self.reading(perf() - began)
