"""The recognisers of a region: several, in processes of their own, shared fairly.

What native code does there reaches no session: one that dies, hangs or is stopped is
replaced, and what it was asked is asked once more of the next that is free.

Much sound is heard by a process of its own, which works when nobody else does, and in
pieces: a minute of babble takes a hundred times the work of a question.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from voiceagent.clock import now
from voiceagent.errors import EngineLost
from voiceagent.realtime.steps import RATE
from voiceagent.region.ear_process import EarProcess
from voiceagent.region.fair_desk import FairDesk, Whose
from voiceagent.region.heard_speech import INSIDE, PIECE, HeardSpeech
from voiceagent.region.tasks import Tasks
from voiceagent.region.trouble import note

if TYPE_CHECKING:
    from voiceagent.region.listener import Listener

__all__ = ["Recognisers"]

WORK = 30.0
"""Seconds of work for one piece of speech: 4 where it is babble; words that take longer
are for nobody."""
LONG = 15.0
"""Seconds of sound that are much: longer than any turn that is found here."""
PACE = 4.0
"""Seconds of sound that a second of work stands for: a question costs less, babble
more, and is charged for it."""
PATIENT = 10
"""How nice to all others the process is that hears what is much: it has a tenth of a
processor that somebody else wants, too."""
LOOK = 1.0
"""Seconds between two looks at those that nobody uses."""
PING = 5
"""Looks from one question to them to the next: one that is stopped shows by no less."""
PONG = 5.0
"""Seconds of work for an answer to that."""
OUTAGE = 4.0
"""Seconds without any ear, after which nobody is kept waiting: one is copied in
hundredths of a second, and made anew in several."""
STRUCK = 6.0
"""Seconds after which a piece is not asked once more, whose recogniser was lost."""
RESTS = (0.0, 1.0, 5.0, 20.0)
"""Seconds before one that could not be replaced is tried again, by how often."""

EarDesk = FairDesk[EarProcess]


class Recognisers:
    """Puts sound into words, for all sessions."""

    def __init__(
        self,
        make: Callable[[], Listener],
        *,
        processes: int = 2,
        copied: bool = False,
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        """`make`: pickled, makes what listens in a process; `copied`: it runs no
        threads of its own; `lost()`: told of every process that died or hung."""
        self.lost, self.processes = lost, processes
        ears = [
            EarProcess(make, name=f"ear {number + 1}", copied=copied)
            for number in range(processes)
        ]
        patient = EarProcess(partial(_nice, make), name="patient ear", copied=copied)
        self._desk = FairDesk[EarProcess](lent=ears)
        self._rest = FairDesk[EarProcess](lent=[patient])
        self._desks = {ear: self._desk for ear in ears} | {patient: self._rest}
        self._tasks, self._numbers = Tasks(note), count()
        self._deaf = 0.0
        """Seconds for which there was no ear, as far as was looked."""

    @property
    def trouble(self) -> str:
        """Why nobody is heard now; empty: somebody is."""
        idle = self._desk.free
        ears = [ear for ear, desk in self._desks.items() if desk is self._desk]
        if any(ear.well if ear in idle else ear.alive for ear in ears):
            return ""
        return "it has no ears now"

    @property
    def waiting(self) -> int:
        """Turns, or pieces of them, whose words nobody makes out yet."""
        return self._desk.waiting + self._rest.waiting

    @property
    def pids(self) -> list[int]:
        """The processes that listen."""
        return [ear.pid for ear in self._desks if ear.alive]

    async def start(self) -> None:
        """The first can hear when this returns; the others are made meanwhile. Raises
        what making it raises."""
        first, *others = self._desks
        await first.renew()
        self._desk.give(first)
        self._spawn(self._look())
        for ear in others:
            self._spawn(self._replaced(ear))

    async def words(self, pcm: bytes, whose: Whose) -> str:
        """What is said in a turn at 24 kHz; empty where nobody speaks. Raises
        `EngineLost` where two were lost over it, or one and no other was there soon."""
        seconds = len(pcm) / (2 * RATE)
        desk, cost = self._rest if seconds > LONG else self._desk, min(PIECE, seconds)
        heard: HeardSpeech = await self._ask(desk, whose, cost, "hear", pcm)
        found = [heard.words]
        for piece in heard.rest:
            cost = len(piece) / (2 * INSIDE)
            found.append(await self._ask(self._rest, whose, cost, "words", piece))
        return " ".join(filter(None, found))

    async def close(self) -> None:
        """End all processes."""
        await self._tasks.end()
        for ear in self._desks:
            await asyncio.to_thread(ear.close)

    async def _ask(
        self, desk: EarDesk, whose: Whose, cost: float, member: str, pcm: bytes
    ) -> Any:
        until = now() + STRUCK
        try:
            return await self._once(desk, whose, cost, member, pcm)
        except EngineLost:
            if now() >= until:  # it has waited for long already
                raise
        try:
            async with asyncio.timeout_at(until):
                return await self._once(desk, whose, 0.0, member, pcm)
        except TimeoutError:
            raise _no_ears() from None

    async def _once(
        self, desk: EarDesk, whose: Whose, cost: float, member: str, pcm: bytes
    ) -> Any:
        if self._deaf >= OUTAGE and self.trouble:  # not only at the last look
            raise _no_ears()
        ear = await desk.take(whose, cost)
        told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def spent(work: float) -> None:
            desk.charge(whose, max(0.0, PACE * work - cost))

        # What was begun is finished, whoever gives up: only then is the ear free.
        self._spawn(self._asked(ear, told, spent, member, pcm))
        return await told

    async def _asked(
        self,
        ear: EarProcess,
        told: asyncio.Future[Any],
        spent: Callable[[float], None],
        member: str,
        pcm: bytes,
    ) -> None:
        before = ear.worked
        try:
            found = await ear.ask(member, pcm, limit=WORK)
        except Exception as error:
            if not told.done():
                told.set_exception(error)
        else:
            spent(ear.worked - before)
            if not told.done():
                told.set_result(found)
        await self._replaced(ear)

    async def _replaced(self, ear: EarProcess) -> None:
        """Free again, by another process where this one was lost."""
        if ear.pid and not ear.well:
            self.lost()
        while not ear.well:
            await asyncio.sleep(RESTS[min(ear.failures, len(RESTS) - 1)])
            try:
                await ear.renew()
            except Exception as error:  # the next time it may be there
                ear.failures += 1
                note("the making of a recogniser", error)
            else:
                ear.failures = 0
        self._desks[ear].give(ear)

    async def _look(self) -> None:
        """See to those that nobody asks anything: one may be gone or stopped."""
        for number in count(1):
            await asyncio.sleep(LOOK)
            self._deaf = self._deaf + LOOK if self.trouble else 0.0
            if self._deaf >= OUTAGE:
                self._desk.refuse(_no_ears)
            for ear, desk in self._desks.items():
                if ear in desk.free and ear.well and number % PING:
                    continue
                if desk.take_free(ear):
                    self._spawn(self._looked_at(ear))

    async def _looked_at(self, ear: EarProcess) -> None:
        with suppress(EngineLost):
            if ear.well:
                await ear.ask("name", limit=PONG)
        await self._replaced(ear)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.spawn(f"recogniser {next(self._numbers)}", work)


def _nice(make: Callable[[], Listener]) -> Listener:
    """The same, in a process that works when nobody else does."""
    if hasattr(os, "nice"):
        os.nice(PATIENT)
    return make()


def _no_ears() -> EngineLost:
    return EngineLost(
        "nobody can hear now",
        cause="the recognisers were lost, and others are being made",
        hint="ask again in a moment",
    )
