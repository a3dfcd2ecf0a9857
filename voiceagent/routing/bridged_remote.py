"""A remote on a real loop of its own, for replays whose clock is not the real one.

A replay at measured pace skips the waiting but charges work at what it took. A socket
needs a real loop, so it has one in a thread; every wait for it blocks the replay and is
then charged to its clock.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

from voiceagent.clock import perf
from voiceagent.errors import RemoteFailed
from voiceagent.privacy.payload import Payload
from voiceagent.routing.remote import Envelope, LinkState, Piece, Remote
from voiceagent.trace.events import Event

__all__ = ["BridgedRemote"]

log = logging.getLogger(__name__)

T = TypeVar("T")
LONGEST = 12.0
"""Seconds that a piece is waited for: longer than any turn waits."""


class BridgedRemote:
    """Passes everything on to a remote in another thread."""

    def __init__(
        self, make: Callable[[Callable[[Event], None]], Remote], name: str
    ) -> None:
        """`make(emit)`: the remote; made on its own loop. Its events are not part of a
        replay, whose clock they do not know."""
        self.name = name
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._remote = self._wait(self._made(make))
        self._running = self._start(self._remote.run())

    @property
    def link(self) -> LinkState:
        """As in the other thread."""
        return self._remote.link

    @property
    def region(self) -> str:
        """As in the other thread."""
        return self._remote.region

    @property
    def trouble(self) -> RemoteFailed | None:
        """As in the other thread."""
        return self._remote.trouble

    async def ask(
        self, payload: Payload, envelope: Envelope
    ) -> AsyncGenerator[Piece, None]:
        """The answer; every piece costs the time that it took."""
        pieces = self._remote.ask(payload, envelope)
        try:
            while True:
                began = perf()
                try:
                    self._look_whether_it_runs()
                    piece = self._wait(self._next(pieces))
                except RemoteFailed:
                    self._look_whether_it_runs()
                    raise
                finally:  # what fails has taken its time too
                    await asyncio.sleep(perf() - began)
                if piece is None:
                    return
                yield piece
        finally:
            self._wait(pieces.aclose())

    async def heard(self, turn_id: str, text: str) -> None:
        """Passed on."""
        self._wait(self._remote.heard(turn_id, text))

    def nudge(self) -> None:
        """Passed on."""
        self._loop.call_soon_threadsafe(self._remote.nudge)

    async def answer_tool(self, turn_id: str, call_id: str, output: str) -> None:
        """Passed on."""
        self._wait(self._remote.answer_tool(turn_id, call_id, output))

    async def run(self) -> None:
        """Until cancelled; then the thread goes too."""
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            with suppress(RemoteFailed):
                self._wait(_settle())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=2.0)
            self._loop.close()

    def _look_whether_it_runs(self) -> None:
        """What keeps the way open has broken: no other reason is the true one."""
        if not self._running.done() or self._running.cancelled():
            return
        error = self._running.exception()
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if error is not None:
            # A foreign error's words may hold what was said: its name has to do.
            log.error("the way to %s broke", self.name, exc_info=error)
            why = f"it raised {type(error).__name__}"
            raise RemoteFailed(f"the way to {self.name} broke", cause=why)

    async def _made(self, make: Callable[[Callable[[Event], None]], Remote]) -> Remote:
        return make(lambda event: None)

    def _start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self._start(work).result(timeout=2 * LONGEST)

    async def _next(self, pieces: AsyncGenerator[Piece, None]) -> Piece | None:
        try:
            async with asyncio.timeout(LONGEST):
                return await anext(pieces, None)
        except TimeoutError:
            raise RemoteFailed(
                f"{self.name} gave nothing", cause=f"for {LONGEST:.0f} s"
            ) from None


async def _settle() -> None:
    """Everything on this loop is cancelled and over."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
