"""A connection that tells what was read from it, and how long that took the loop."""

from __future__ import annotations

from collections.abc import Callable

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request

from voiceagent.clock import perf

__all__ = ["COARSE", "VisitorConnection"]

COARSE = 1 << 18
"""Bytes by which what was read and not looked at has changed before that is told."""
READ = Request("", Headers())
FEW = 16
"""Frames that are counted anew for each message; more of them, once in so many."""


class VisitorConnection(ServerConnection):
    """A websocket of a region."""

    reading: Callable[[float], None] | None = None
    """To be told the seconds that what came took to be read."""
    holding: Callable[[int], None] | None = None
    """To be told how many bytes were read of messages that nobody has taken yet."""
    unread = 0
    """Those bytes."""
    told = 0
    """As they were told last."""
    uncounted = 0
    """Messages taken since they were counted: until then they are too many."""

    @staticmethod
    def of(connection: ServerConnection) -> VisitorConnection:
        """A connection that was made as one of these."""
        assert isinstance(connection, VisitorConnection)
        return connection

    def forget_headers(self) -> None:
        """They have been read, and are 4 KB; that there was a request stays known."""
        self.request, self.response = READ, None

    def data_received(self, data: bytes) -> None:
        """Bytes of the network."""
        began = perf()
        super().data_received(data)
        if self.reading is not None:
            self.reading(perf() - began)
        self._now_unread(self.unread + len(data))

    @property
    def next_is_there(self) -> bool:
        """Whether the next message has been read whole, as far as that is easily told:
        it is taken without waiting."""
        queued = self.recv_messages.frames.queue
        return bool(queued) and queued[0].fin

    def taken(self) -> None:
        """A message was taken: parts of one that is not whole yet are counted anew."""
        queued = self.recv_messages.frames.queue
        self.uncounted += 1
        if len(queued) > FEW and self.uncounted < FEW:
            return
        self.uncounted = 0
        rest = len(self.protocol.reader.buffer)
        self._now_unread(rest + sum(len(frame.data) for frame in queued))

    def _now_unread(self, unread: int) -> None:
        self.unread = unread
        if self.holding is not None and abs(unread - self.told) >= COARSE:
            self.told = unread
            self.holding(unread)
