"""A loop on a thread of its own, for callers that have none."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["LoopThread"]

T = TypeVar("T")
LEAVING = 2.0
"""Seconds that what was cancelled has to end."""


class LoopThread:
    """Runs coroutines for threads that wait; a daemon, so it keeps nothing alive."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(
            target=_run, args=(self._loop,), name=name, daemon=True
        ).start()
        self.close = weakref.finalize(self, _end, self._loop)
        """End it; what still runs there is cancelled."""
        self.close.atexit = False

    def call(self, work: Coroutine[Any, Any, T], within: float) -> T:
        """Its result; `TimeoutError` after so many seconds: then it is cancelled."""
        made: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return made.result(within)
        except TimeoutError:
            made.cancel()
            raise


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:  # nobody waits for this thread
            loop.run_until_complete(asyncio.wait(left, timeout=LEAVING))
    finally:
        loop.close()


def _end(loop: asyncio.AbstractEventLoop) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(loop.stop)
