"""One response from the request to the last word: backend, voice and facts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from voiceagent.clock import now, wall
from voiceagent.errors import EngineLost, RemoteFailed
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Respond, SessionStep
from voiceagent.region.backend import (
    AnswerCut,
    AnswerSource,
    AnswerStruck,
    AnswerText,
    Call,
    Output,
    Request,
    Usage,
)
from voiceagent.region.patience import AskedFor
from voiceagent.region.services import Services
from voiceagent.tts.clauses import ClauseCutter

__all__ = ["ResponseMaker"]


MOST_TOKENS = 1024
"""Of an answer for which no limit is set: minutes of talk."""


@dataclass(slots=True)
class Facts:
    """What is told of a response at its end."""

    sources: list[str] = field(default_factory=list)
    used: Usage = field(default_factory=lambda: Usage(None, None))
    cut: str = ""
    """Why it is not whole."""
    begun: bool = False
    """Whether there are words or a call."""
    went_on: datetime = field(default_factory=wall)
    """When the newest piece of it came."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """A response that is being made."""

    step: Respond
    asked: AskedFor
    went_on: Callable[[], None]
    """To be told of every piece."""
    end: asyncio.Timeout

    def struck(self) -> None:
        """What works at it was lost: it may be begun once more, but soon."""
        self.end.reschedule(self.asked.struck)


class ResponseMaker:
    """Asks the backend and tells the session of every piece."""

    def __init__(
        self,
        session: ServerSession,
        services: Services,
        do: Callable[[Iterable[SessionStep]], None],
        caught_up: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`caught_up()`: returns when the client has read enough for more."""
        self._session, self._services, self._do = session, services, do
        self._caught_up = caught_up

    async def make(
        self, step: Respond, asked: AskedFor, went_on: Callable[[], None]
    ) -> None:
        """All of it; `went_on()` after every piece. Raises what the backend raises."""
        services = self._services
        if step.must_call and not services.backend.calls_tools:
            raise RemoteFailed("this region calls no tools", hint="ask without them")
        request = self._request(step, asked)
        with self._observed(request) as facts:
            try:
                async with asyncio.timeout(None) as end:
                    work = AtWork(step, asked, went_on, end)
                    await self._made(work, request, facts)
            except TimeoutError as error:
                if not end.expired():
                    raise
                raise RemoteFailed(
                    "what works at it was lost",
                    cause="it was begun once more, and did not end in time",
                    hint="ask again",
                ) from error
        told = self._told(facts)
        self._do(
            self._session.writer.finished(
                step.response_id,
                input_tokens=facts.used.input_tokens,
                output_tokens=facts.used.output_tokens,
                metadata={key: value for key, value in told.items() if value},
                cut=facts.cut,
            )
        )

    @contextmanager
    def _observed(self, request: Request) -> Iterator[Facts]:
        """Traces are told of it before the client is, however it ends. A response that
        is cancelled ends for them with its last piece: whoever asked has gone since."""
        facts, status = Facts(), "failed"
        began = facts.went_on
        try:
            yield facts
            status, facts.went_on = "completed", wall()
        except asyncio.CancelledError:
            status = "cancelled"
            raise
        finally:
            told = {**self._told(facts), "voiceagent.status": status}
            self._services.observe(request.traceparent, began, facts.went_on, told)

    async def _made(self, work: AtWork, request: Request, facts: Facts) -> None:
        services = self._services
        async with aclosing(services.backend.answer(request)) as outputs:
            async with aclosing(self._said(work, outputs)) as said:
                async for output in said:
                    if isinstance(output, AnswerStruck):
                        work.struck()
                        continue
                    self._noted(facts, output, work.asked)
                    facts.went_on = wall()
                    await self._room()
                    work.went_on()

    def _request(self, step: Respond, asked: AskedFor) -> Request:
        return Request(
            messages=step.messages,
            instructions=step.instructions,
            tools=step.tools,
            must_call=step.must_call,
            max_tokens=step.max_tokens or MOST_TOKENS,
            deadline=asked.deadline,
            session=self._session.wire.conversation,
            traceparent=asked.envelope.traceparent if asked.envelope else "",
        )

    def _noted(self, facts: Facts, output: Output, asked: AskedFor) -> None:
        match output:
            case AnswerSource():
                facts.sources.append(output.name)
            case Usage():
                facts.used = output
            case AnswerCut():
                facts.cut = output.reason
            case AnswerText() | Call() if not facts.begun:
                facts.begun = True
                self._services.metrics.first_words(now() - asked.at)

    def _told(self, facts: Facts) -> dict[str, str]:
        return {
            "voiceagent.tier": "region",
            "voiceagent.region": self._services.region,
            "voiceagent.reason": self._services.backend.name,
            "voiceagent.sources": "; ".join(facts.sources),
        }

    async def _said(
        self, work: AtWork, outputs: AsyncGenerator[Output, None]
    ) -> AsyncGenerator[Output, None]:
        """Every output, told to the session on the way."""
        step = work.step
        voice, writer = (
            self._services.voice if step.spoken else None,
            self._session.writer,
        )
        if step.spoken and voice is None:
            raise RemoteFailed("this region has no voice", hint="ask for text")
        if step.spoken and step.speed != 1.0 and self._services.paced is None:
            raise RemoteFailed("this voice has one speed", hint="leave `speed` at 1")
        cutter, called = ClauseCutter(), False
        async for output in outputs:
            match output:
                case AnswerText() if voice is None:
                    self._do(writer.text(step.response_id, output.text))
                case AnswerText():
                    await self._speak(work, voice, cutter.push(output.text))
                case Call() if called and step.one_call:
                    continue  # the client wants one after the other
                case Call():
                    called = True
                    call = (output.call_id, output.name, output.arguments)
                    self._do(writer.tool_call(step.response_id, *call))
            yield output
        await self._speak(work, voice, cutter.end())

    async def _speak(
        self,
        work: AtWork,
        voice: Callable[[str], Awaitable[bytes]] | None,
        clauses: Iterable[str],
    ) -> None:
        step = work.step
        for clause in clauses:
            assert voice is not None
            said = b""
            # Signs alone are for the eye: they are told, and nobody says them.
            if any(map(str.isalnum, clause)):
                try:
                    said = await voice(clause)
                except EngineLost:
                    work.struck()
                    said = await voice(clause)
            pcm = await self._paced(said, step.speed)
            self._do(self._session.writer.audio(step.response_id, pcm, clause))
            await self._room()

    async def _room(self) -> None:
        if self._caught_up is not None:
            await self._caught_up()

    async def _paced(self, pcm: bytes, speed: float) -> bytes:
        paced = self._services.paced
        return await paced(pcm, speed) if paced and speed != 1.0 else pcm
