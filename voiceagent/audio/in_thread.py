"""Blocking work in a thread that nobody waits for when the program leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

__all__ = ["in_thread"]

T = TypeVar("T")


async def in_thread(
    work: Callable[[], T], *, discard: Callable[[T], object] | None = None
) -> T:
    """The result of blocking work that must not hold up the end of the program.

    A daemon thread, since the interpreter waits for those of an executor when it
    leaves, and a read from a terminal or a device may never return. `discard` gets a
    result that comes after the wait was cancelled.
    """
    loop = asyncio.get_running_loop()
    waiter = asyncio.Event()
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except Exception as error:  # raised again where it is waited for
            outcome.set_exception(error)
        with suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(waiter.set)

    threading.Thread(target=run, daemon=True).start()
    try:
        await waiter.wait()
    except asyncio.CancelledError:
        if discard is not None:
            outcome.add_done_callback(lambda late: _discard(late, discard))
        raise
    return outcome.result()


def _discard(late: Future[T], discard: Callable[[T], object]) -> None:
    if late.exception() is None:
        discard(late.result())
