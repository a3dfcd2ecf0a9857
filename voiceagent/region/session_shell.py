"""A session at work: carries out its steps in order, over one connection or the next.

Steps come from the client's frames and from the tasks that make answers and words; one
task carries them out, so that what was decided first is sent first. Whatever breaks is
told to the client: with the response that it belongs to, or with the session.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from functools import partial

from voiceagent.clock import perf
from voiceagent.door.admission import ANYBODY, Visitor
from voiceagent.errors import VoiceAgentError
from voiceagent.realtime.server import BUG, ServerSession
from voiceagent.realtime.steps import (
    Attach,
    AwaitWords,
    Cancel,
    Close,
    Countersign,
    CutHere,
    Hear,
    Keep,
    Recognise,
    Respond,
    Send,
    SessionStep,
)
from voiceagent.region.countersigning import Countersigning
from voiceagent.region.line import SessionLine
from voiceagent.region.memory import Keeper
from voiceagent.region.responses import Responses
from voiceagent.region.services import Services, Socket
from voiceagent.region.session_ears import SessionEars
from voiceagent.region.step_queue import StepQueue
from voiceagent.region.stretches import STRETCH
from voiceagent.region.tasks import Tasks
from voiceagent.region.trouble import note, told

__all__ = ["Live"]

log = logging.getLogger(__name__)

MOST_STEPS = 4096
"""Steps that may wait for a client that does not read."""
KEEPING = 3.0
"""Seconds that the next event waits at most until the conversation is written down."""
MOST_BEHIND = 1 << 20
"""Bytes that may wait to be sent before no more is made: what is over that is what was
made already."""
READING = 15.0
"""Seconds in which a client that is behind has to read something."""
PUMP, CLOSE = "pump", "close"


class Live:
    """One session; survives the connection that it began on."""

    def __init__(
        self,
        session: ServerSession,
        services: Services,
        socket: Socket,
        *,
        who: Visitor = ANYBODY,
    ) -> None:
        """`who`: whose session it is."""
        self.who = who
        self.session, self.line = session, SessionLine(socket, services.metrics)
        self.keeper = Keeper(services.memory)
        self.failed = False
        """Whether it broke: it is told, and nobody goes on with it."""
        self._services = services
        whose = who.share or session.wire.id
        self.used = partial(services.used, whose)
        """To be told of what is done for it elsewhere."""
        self._ears = SessionEars(
            session, services, self.do, (whose, session.wire.id), who.ceiling
        )
        self._responses = Responses(
            session, services, self.do, self._ears, who.share, self.caught_up
        )
        self._steps = StepQueue()
        self._wake: asyncio.Future[None] | None = None
        self._idle: asyncio.Event | None = None
        self._sent: asyncio.Event | None = None
        """Where somebody waits for it; most sessions are idle, and there are many."""
        self._tasks = Tasks(self._lost, self.used)
        self._signing = Countersigning(
            services.notary, who.subject, session.wire, self.do, self._tasks
        )
        self._tasks.spawn(PUMP, self._work())

    @property
    def making(self) -> list[asyncio.Task[None]]:
        """Answers and words that are being made."""
        return [*self._responses.making, *self._ears.making]

    def carry_out(self, steps: Iterable[SessionStep]) -> Iterator[None]:
        """The steps that a frame of the client leads to. Sound is heard at once, a
        moment at a time: nothing that came later is looked at before that."""
        for step in steps:
            match step:
                case Hear() | CutHere() if self.failed:
                    pass
                case Hear():
                    yield from self._ears.hear(step)
                case CutHere():
                    self._ears.cut()
                case _:
                    self.do([step])

    async def flush(self) -> None:
        """Until everything that was decided has been carried out."""
        if self._wake is None or self._wake.done():
            self._idle = self._idle or asyncio.Event()
            await self._idle.wait()

    def do(self, steps: Iterable[SessionStep]) -> None:
        """Carry these out behind those that wait."""
        self._steps.put(steps)
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
        if len(self._steps) > MOST_STEPS and self.line.there:
            self._does_not_read()

    async def caught_up(self) -> None:
        """Until there is room for more to be sent; whoever reads nothing is let go."""
        while self._steps.size > MOST_BEHIND and self.line.there:
            self._sent = self._sent or asyncio.Event()
            try:
                async with asyncio.timeout(READING):
                    await self._sent.wait()
            except TimeoutError:
                self._does_not_read()

    def weigh(self) -> None:
        """Count what it keeps."""
        size = self.session.wire.size + self.session.audio.size + self._steps.size
        self._services.kept.hold(self.session.wire.id, self.who.ceiling, size)

    async def end(self) -> None:
        """Cancel everything; slots are free when this returns."""
        self._services.kept.let_go(self.session.wire.id)
        await self._tasks.end()
        await asyncio.gather(self._responses.end(), self._ears.end())

    def fail(self, error: BaseException) -> None:
        """Something broke that belongs to no response: tell the client and let go."""
        note("a session", error)
        self._services.metrics.count("broken", "session")
        if self.failed:  # telling it has failed too
            self.hang_up(BUG, told(error)[1])
            return
        self.failed = True
        try:
            self.do(self.session.broken(*told(error)))
        except Exception as another:
            note("a session", another)
            self.hang_up(BUG, told(error)[1])

    def _does_not_read(self) -> None:
        self._services.metrics.count("slow")
        self.hang_up(1008, "it does not read")

    def hang_up(self, code: int, reason: str) -> None:
        """Nothing that waits is sent any more."""
        self._steps.clear()
        if CLOSE not in self._tasks.running:
            self._tasks.spawn(CLOSE, self.line.close(code, reason))

    def _lost(self, name: str, error: BaseException) -> None:
        if name == PUMP:
            self._tasks.spawn(PUMP, self._work())
            self.fail(error)
        else:
            note("a connection", error)

    async def _work(self) -> None:
        while True:
            began = perf()
            while self._steps:
                await self._one(self._steps.take())
                if perf() - began > STRETCH:  # others have their turn, too
                    await asyncio.sleep(0)
                    began = perf()
            self.weigh()
            if self._idle is not None:
                self._idle.set()
                self._idle = None
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake

    async def _one(self, step: SessionStep) -> None:
        match step:
            case Send():
                self._responses.sent(step.event)
                await self.line.send(step.event)
                if self._sent is not None:
                    self._sent.set()
                    self._sent = None
            case Close():
                await self.line.close(step.code, step.reason)
            case Keep():
                await self._keep(step)
            case Cancel():
                await self._responses.cancel(step.response_id)
            case _ if self.failed:
                pass  # nothing is begun any more
            case Countersign():
                self._signing.ask(step)
            case AwaitWords():
                self._responses.await_words(step)
            case Respond():
                self._responses.respond(step)
            case Recognise():
                self._ears.recognise(step)
            case Hear() | CutHere() | Attach():
                pass  # carried out before the next event is looked at

    async def _keep(self, step: Keep) -> None:
        try:
            async with asyncio.timeout(KEEPING):
                await self.keeper.save(step.conversation, step.items, step.answered)
        except VoiceAgentError as error:
            self._services.metrics.count("unkept")
            log.warning("a conversation was not kept: %s", error.what)
        except Exception as error:
            self._services.metrics.count("unkept")
            note("the memory", error)
