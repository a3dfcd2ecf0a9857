"""Who owns the background work of a session: an error degrades it, it never ends it.

What fails is announced once and given up for a while; what may come back by itself is
tried again, each time after a longer wait. Only a programming error in the agent's own
turn handling would end the session, and even that becomes an event first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from voiceagent.errors import VoiceAgentError
from voiceagent.trace.events import Degraded, Event

__all__ = ["Supervisor", "innermost"]

log = logging.getLogger(__name__)

FIRST_WAIT = 1.0
"""Seconds before what failed is tried again; doubled each time."""
LONGEST_WAIT = 60.0
"""A device that was unplugged for an hour is back within a minute."""


class Supervisor:
    """Runs the tasks of one session and keeps their failures from it."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._group: asyncio.TaskGroup | None = None
        self._kept: list[asyncio.Task[None]] = []
        self._failing: set[str] = set()

    async def __aenter__(self) -> Supervisor:
        self._group = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        assert self._group is not None
        try:
            await self._group.__aexit__(*error)
        except BaseExceptionGroup as group:
            # Every task is guarded: what is left is the one error of the session.
            raise innermost(group) from None

    def spawn(
        self, coroutine: Coroutine[Any, Any, None], *, what: str, hint: str = ""
    ) -> asyncio.Task[None]:
        """Run it once; an error is announced as trouble with `what`."""
        assert self._group is not None
        task = self._group.create_task(self._once(coroutine, what, hint))
        # Cancelled before its first step, it would be left unawaited.
        task.add_done_callback(lambda done: coroutine.close())
        return task

    def keep(
        self, make: Callable[[], Coroutine[Any, Any, None]], *, what: str
    ) -> asyncio.Task[None]:
        """Run what `make` gives until `rest`; when it fails, again after a while."""
        assert self._group is not None
        task = self._group.create_task(self._again(make, what))
        self._kept.append(task)
        return task

    def need(self, arriving: Future[Any]) -> None:
        """Without what comes there is no session: its error ends this one."""
        assert self._group is not None
        self._group.create_task(_come(arriving))

    def rest(self) -> None:
        """End what is kept running."""
        for task in self._kept:
            task.cancel()
        self._kept.clear()

    def failed(self, what: str, error: Exception, *, hint: str = "") -> None:
        """Trouble with `what`: announced once, until it is `well` again."""
        if what in self._failing:
            return
        self._failing.add(what)
        if isinstance(error, VoiceAgentError):
            why, hint = error.what, error.hint or hint
        else:
            # A foreign error's words may hold what was said: its name has to do.
            log.error("%s failed", what, exc_info=error)
            why = f"it raised {type(error).__name__}"
        self._emit(Degraded(what=what, why=why, hint=hint or "`-v` logs where"))

    def well(self, what: str) -> None:
        """`what` works: its next failure is worth another word."""
        self._failing.discard(what)

    async def _once(
        self, coroutine: Coroutine[Any, Any, None], what: str, hint: str
    ) -> None:
        try:
            await coroutine
        except Exception as error:  # never the end of the session
            self.failed(what, error, hint=hint)
        else:
            self.well(what)

    async def _again(
        self, make: Callable[[], Coroutine[Any, Any, None]], what: str
    ) -> None:
        wait = FIRST_WAIT
        while True:
            began = asyncio.get_running_loop().time()
            try:
                return await make()
            except Exception as error:  # whatever it raises, the session goes on
                if asyncio.get_running_loop().time() - began > LONGEST_WAIT:
                    self.well(what)
                    wait = FIRST_WAIT
                self.failed(what, error)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)


async def _come(arriving: Future[Any]) -> None:
    await asyncio.wrap_future(arriving)


def innermost(error: BaseException) -> BaseException:
    """What went wrong, out of the groups it was wrapped in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
