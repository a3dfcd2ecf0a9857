"""Tells what happens to the books: an event at once, and aloud in the next pause."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Protocol

from voiceagent.store import BookTrouble
from voiceagent.trace.events import Degraded, Event

__all__ = ["Herald", "KeptBook"]

PAUSE = 0.5
"""Seconds after which it looks again whether nobody speaks."""


class KeptBook(Protocol):
    """As much of a book as is told of."""

    def troubles(
        self, tell: Callable[[BookTrouble], None] | None = None
    ) -> Sequence[BookTrouble]:
        """What was not told yet; `tell` hears of what comes, from whatever thread."""
        ...


class Herald:
    """Owns the bad news of one session."""

    def __init__(
        self,
        books: Sequence[KeptBook],
        emit: Callable[[Event], None],
        say: Callable[[str], Awaitable[None]],
    ) -> None:
        """`say(text)`: speak, outside any turn."""
        self.told: list[BookTrouble] = []
        """Everything so far, in order."""
        self._books, self._emit, self._say = books, emit, say
        self._waiting: list[str] = []
        self._news = asyncio.Event()

    def begin(self) -> None:
        """What has happened is told now, and from now on what happens."""
        loop = asyncio.get_running_loop()
        for book in self._books:
            for trouble in book.troubles(partial(self._later, loop)):
                self._took(trouble)

    def tell(self, text: str) -> None:
        """Say it in the next pause, once."""
        self._waiting.append(text)
        self._news.set()

    async def run(self, busy: Callable[[], bool]) -> None:
        """Say it aloud, each thing once, while nobody is `busy`; until cancelled."""
        while True:
            await self._news.wait()
            while self._waiting:
                await self._silence(busy)
                await self._say(self._waiting.pop(0))
            self._news.clear()

    async def _silence(self, busy: Callable[[], bool]) -> None:
        for _ in count():  # as long as somebody speaks
            if not busy():
                return
            await asyncio.sleep(PAUSE)

    def _later(self, loop: asyncio.AbstractEventLoop, trouble: BookTrouble) -> None:
        with suppress(RuntimeError):  # the session is over, and so is its loop
            loop.call_soon_threadsafe(self._took, trouble)

    def _took(self, trouble: BookTrouble) -> None:
        self.told.append(trouble)
        self._emit(Degraded(what=trouble.what, why=trouble.why, hint=trouble.hint))
        self._waiting.append(trouble.said)
        self._news.set()
