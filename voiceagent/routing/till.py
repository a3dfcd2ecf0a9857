"""Where money is asked for, set aside and booked, off the loop.

What may cost something waits for the ledger and is not done without it. Everything else
never waits: it is booked beside the turn, and where that fails it is said once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from voiceagent.chores import Chores
from voiceagent.clock import Compute
from voiceagent.errors import EngineLost, StoreError, VoiceAgentError
from voiceagent.routing.meter import MICRO, Meter, OverCap, Reservation
from voiceagent.routing.race import Declined, Unbooked
from voiceagent.routing.usage import Told
from voiceagent.store.book import BookTrouble
from voiceagent.trace.events import Degraded, Event

__all__ = ["Till"]

T = TypeVar("T")

STAGE = "ledger"
AT_THE_END = 3.0
"""Seconds that what is still being booked has when the session ends."""


class Till:
    """The books of costs of one session."""

    def __init__(
        self,
        meter: Meter | Callable[[], Meter],
        compute: Compute,
        emit: Callable[[Event], None],
    ) -> None:
        """`meter`: what makes it, where it is not needed yet."""
        self._given, self._made = meter, None if callable(meter) else meter
        self._compute, self._emit = compute, emit
        self._booking = Chores(self._failed)
        self._told = self._listening = False

    @property
    def meter(self) -> Meter:
        """The books."""
        if self._made is None:
            assert callable(self._given)
            self._made = self._given()
        return self._made

    async def over(self, model: str, letters: int) -> str:
        """Why an answer may not be paid, in words; empty: it may."""
        if not self.meter.capped:
            return ""
        try:
            return await self._do(lambda: self.meter.over(model, letters))
        except (StoreError, EngineLost) as error:
            return f"the cost ledger cannot be read: {error.cause or error.what}"

    async def reserve(
        self, leg: str, model: str, turn: int, letters: int, audio_seconds: float
    ) -> Reservation:
        """Set aside what an attempt may cost; raises `Declined`."""
        about = (leg, model, turn, letters, audio_seconds)
        try:
            return await self._do(lambda: self.meter.reserve(*about))
        except OverCap as error:
            raise Declined(error.what) from error
        except (StoreError, EngineLost) as error:
            self._failed(STAGE, error)
            why = error.cause or error.what
            raise Unbooked(f"the cost ledger cannot be written: {why}") from error

    def settle(
        self, held: Reservation, outcome: str, *, told: Told, heard: int
    ) -> float | None:
        """What an attempt cost; it is booked beside the turn. None: unknown."""
        settled = self.meter.settled(held, outcome, told=told, heard=heard)
        self._start(lambda: self.meter.book(held, settled))
        return None if settled.micro is None else settled.micro / MICRO

    def release(self, held: Reservation) -> None:
        """Nothing was asked: the money is free again."""
        self._start(lambda: self.meter.release(held))

    def answered_here(self, turn: int, letters: int) -> None:
        """A turn that the device answered, whether anybody else could or not."""
        self._start(lambda: self.meter.answered_here(turn, letters))

    async def close(self) -> None:
        """What is being booked is finished; the file is closed."""
        await self._booking.close(within=AT_THE_END)
        if self._made is not None:
            self._start(self._made.close)
            await self._booking.close(within=AT_THE_END)

    def _start(self, work: Callable[[], None]) -> None:
        self._booking.start(STAGE, self._done(work))

    async def _done(self, work: Callable[[], None]) -> None:
        await self._do(work)
        self._told = False

    async def _do(self, work: Callable[[], T]) -> T:
        """Off the loop, by one thread, one after the other."""
        loop = asyncio.get_running_loop()

        def done() -> T:
            self._listen(loop)
            return work()

        return await self._compute(STAGE, done)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Be told of what is wrong with the file."""
        if self._listening:
            return
        self._listening = True

        def tell(trouble: BookTrouble) -> None:
            with suppress(RuntimeError):  # the session has ended
                loop.call_soon_threadsafe(self._say, trouble)

        for trouble in self.meter.troubles(tell):
            tell(trouble)

    def _say(self, trouble: BookTrouble) -> None:
        what, why, hint = trouble.what, trouble.why, trouble.hint
        self._emit(Degraded(what=what, why=why, hint=hint))

    def _failed(self, what: str, error: Exception) -> None:
        if self._told:
            return
        self._told = True
        if isinstance(error, VoiceAgentError):
            self._emit(Degraded.by(error))
        else:
            why = f"they were not booked: {type(error).__name__}"
            self._emit(Degraded(what="costs", why=why, hint="see the log"))
