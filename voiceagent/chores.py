"""Work beside the main thing: owned until it is done, and its failures are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

__all__ = ["Chores"]


class Chores:
    """Tasks that nobody waits for, in one hand."""

    def __init__(self, failed: Callable[[str, Exception], None]) -> None:
        """`failed`: told the name of what broke and why, whatever it raised."""
        self._failed = failed
        self._running: set[asyncio.Task[None]] = set()

    def start(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        """Let `work` run."""
        task = asyncio.create_task(self._watched(what, work), name=what)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # One that is ended before it began would leave `work` waiting for ever.
        task.add_done_callback(lambda _: work.close())

    async def settled(self, *, within: float | None = None) -> None:
        """Until nothing runs any more, or that many seconds have passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self._running:
                    await asyncio.wait(set(self._running))

    async def close(self, *, within: float = 0.0) -> None:
        """End what does not end by itself within so many seconds."""
        if within > 0.0:
            await self.settled(within=within)
        running = set(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _watched(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # whatever it is, somebody is told
            self._failed(what, error)
