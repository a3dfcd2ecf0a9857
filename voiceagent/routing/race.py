"""The race: legs start by plan, the first acceptable answer wins, the others stop.

A leg is an async iterator; its first item is what makes it acceptable. The winner goes
on streaming; losers are cancelled at once, which frees their slots. A leg that fails
or declines lets the next one start without waiting for its time.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from voiceagent.clock import now
from voiceagent.errors import VoiceAgentError

__all__ = ["AHEAD", "Attempt", "Declined", "Leg", "Unbooked", "Won", "race"]

T = TypeVar("T")
AHEAD = 64
"""Items that a winner may be ahead of its reader; then it is not read any further."""


class Declined(Exception):
    """The leg has no answer to give: not an error, the next one's turn."""

    code = ""


class Unbooked(Declined):
    """Nobody was asked, since it could not be written down first."""

    code = "unbooked"


@dataclass(frozen=True, slots=True)
class Leg(Generic[T]):
    """One way to an answer."""

    name: str
    open: Callable[[], AsyncIterator[T]]
    """Starts it; closing the iterator cancels it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How a leg ended; seconds are counted from the start of the race."""

    leg: str
    started: float
    outcome: str
    """`won`, `declined`, `failed`, `cancelled` (another was first) or `given up`."""
    took: float
    """Seconds from its start to its first item, or to its end without one."""
    why: str = ""
    code: str = ""
    error: VoiceAgentError | None = None
    """Why it failed."""


class Stream(Generic[T]):
    """One leg being read by a task of its own, so that whoever reads on may change."""

    def __init__(self, leg: Leg[T]) -> None:
        self.leg, self.began = leg, now()
        self.first_at: float | None = None
        self._items: deque[T] = deque()
        self._over = False
        self._error: BaseException | None = None
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.task = asyncio.create_task(self._read())

    async def arrived(self) -> None:
        """Until there is an item; forever where none comes."""
        while not self._items:
            self._changed.clear()
            await self._changed.wait()

    @property
    def has_item(self) -> bool:
        """Whether it can be taken without waiting."""
        return bool(self._items)

    @property
    def error(self) -> BaseException | None:
        """Why it ended, where that was no plain end."""
        return self._error

    async def items(self) -> AsyncIterator[T]:
        """Everything from here on; raises what the leg raised; closing cancels it."""
        try:
            while await self._more():
                item = self._items.popleft()
                self._room.set()
                yield item
            if self._error is not None:
                raise self._error
        finally:
            await self.stop()

    async def _more(self) -> bool:
        """Whether another item came before the end."""
        while not (self._items or self._over):
            self._changed.clear()
            await self._changed.wait()
        return bool(self._items)

    async def stop(self) -> None:
        """Cancel it and wait until it is gone."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _read(self) -> None:
        iterator = self.leg.open()
        try:
            async for item in iterator:
                if self.first_at is None:
                    self.first_at = now()
                self._items.append(item)
                self._changed.set()
                if len(self._items) >= AHEAD:
                    self._room.clear()
                    await self._room.wait()
        except Exception as error:  # raised again where its items are read
            self._error = error
        finally:
            self._over = True
            self._changed.set()
            close = getattr(iterator, "aclose", None)
            if close is not None:
                await close()


@dataclass(frozen=True, slots=True)
class Won(Generic[T]):
    """The first acceptable answer."""

    leg: str
    first: T
    rest: AsyncIterator[T]
    """What follows; closing it cancels the leg."""


async def race(
    legs: Sequence[Leg[T]],
    *,
    after: float,
    note: Callable[[Attempt], None] = lambda attempt: None,
) -> Won[T] | None:
    """Run the legs until one gives something; None where none does.

    The first starts at once, the second `after` seconds later or when the first has
    failed, each further one when all before it have failed. `note` is told how every
    leg ended, losers before the winner. Raises whatever a leg raises that is neither
    `Declined` nor a `VoiceAgentError`. Cancelling it cancels all legs.
    """
    running: list[Stream[T]] = []
    waiting, began = list(legs), now()
    lead: Lead[T] = Lead(began, note)
    try:
        while running or waiting:
            second_due = len(running) == 1 and now() >= began + after
            if waiting and (not running or second_due):
                running.append(Stream(waiting.pop(0)))
            hedging = bool(waiting) and len(running) == 1 and after < math.inf
            await _first_news(running, began + after if hedging else None)
            winner = lead.winner(running)
            if winner is not None:
                return await lead.won(winner, running)
    except BaseException:
        await lead.stop(running, "given up")
        raise
    return None


@dataclass(slots=True)
class Lead(Generic[T]):
    """Keeps the notes of one race."""

    began: float
    note: Callable[[Attempt], None]

    def winner(self, running: list[Stream[T]]) -> Stream[T] | None:
        """The first leg that has something; those that ended with nothing go."""
        for stream in list(running):
            if stream.has_item:
                return stream
            if stream.task.done():
                running.remove(stream)
                self._lost(stream)
        return None

    async def won(self, winner: Stream[T], running: list[Stream[T]]) -> Won[T]:
        """The others are stopped, all at once."""
        running.remove(winner)
        await self.stop(running, "cancelled")
        took = (winner.first_at or now()) - winner.began
        self._tell(winner, "won", took)
        items = winner.items()
        return Won(winner.leg.name, await anext(items), items)

    async def stop(self, streams: list[Stream[T]], outcome: str) -> None:
        """Cancel what runs and say so."""
        for stream in streams:
            stream.task.cancel()
        at = now()
        await asyncio.gather(*(s.task for s in streams), return_exceptions=True)
        for stream in streams:
            self._tell(stream, outcome, at - stream.began)

    def _lost(self, stream: Stream[T]) -> None:
        took = now() - stream.began
        error = stream.error or (
            None if stream.task.cancelled() else stream.task.exception()
        )
        if isinstance(error, VoiceAgentError):
            self._tell(stream, "failed", took, error.what, error.code, error)
        elif error is None or isinstance(error, Declined):
            code = error.code if error is not None else ""
            self._tell(stream, "declined", took, str(error or "no answer"), code)
        else:
            self._tell(stream, "failed", took, type(error).__name__, "bug")
            raise error

    def _tell(
        self,
        stream: Stream[T],
        outcome: str,
        took: float,
        why: str = "",
        code: str = "",
        error: VoiceAgentError | None = None,
    ) -> None:
        started = round(stream.began - self.began, 6)
        self.note(
            Attempt(
                leg=stream.leg.name,
                started=started,
                outcome=outcome,
                took=max(0.0, took),
                why=why,
                code=code,
                error=error,
            )
        )


async def _first_news(streams: Sequence[Stream[T]], until: float | None) -> None:
    """Until a leg has an item or ends, or loop time `until`."""
    waits = [asyncio.create_task(stream.arrived()) for stream in streams]
    ends = {stream.task for stream in streams}
    timeout = None if until is None else max(0.0, until - now())
    try:
        await asyncio.wait(
            {*waits, *ends}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for wait in waits:
            wait.cancel()
