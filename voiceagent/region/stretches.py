"""Messages of a client, looked at in stretches.

What is asked and booked for them costs more than a small message itself: it is done
once a stretch, which is too short for anybody to gain by that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voiceagent.clock import perf
from voiceagent.region.visitor_connection import VisitorConnection

__all__ = ["STRETCH", "Stretches"]

STRETCH = 0.001
"""Seconds that a session works on end before others go on."""
LONG = 1 << 14
"""Bytes of a message that ends its stretch: what it leads to is booked at once."""


class Stretches:
    """Of the messages of one connection; each stretch on the loop is told."""

    def __init__(
        self, connection: VisitorConnection, used: Callable[[float], None]
    ) -> None:
        """`used(seconds)`: the loop was held for so long."""
        self._connection, self._used = connection, used
        self._began: float | None = None

    @property
    def on(self) -> bool:
        """Whether the next message belongs to a stretch that has begun."""
        return self._began is not None

    def go(self) -> None:
        """A stretch begins."""
        self._began = perf()

    def stop(self) -> float:
        """It ends; the seconds that it took."""
        if self._began is None:
            return 0.0
        took = perf() - self._began
        self._began = None
        self._used(took)
        return took

    async def pause(self) -> None:
        """Others go on, then the next stretch begins with the same message."""
        self.stop()
        await asyncio.sleep(0)
        self.go()

    async def end(self) -> None:
        """Its messages are taken; others go on, where it was long: the next one may be
        there already."""
        self._connection.taken()
        if self.stop() > STRETCH:
            await asyncio.sleep(0)

    def over(self, message: str | bytes) -> bool:
        """Whether the stretch ends with that message."""
        if self._began is None or len(message) > LONG:
            return True
        return not self._connection.next_is_there or perf() - self._began > STRETCH
