"""A session at work: carries out its steps in order, over one connection or the next.

Steps come from the client's frames and from the tasks that make answers and words; one
task carries them out, so that what was decided first is sent first.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from typing import Any

from voiceagent.clock import now, wall
from voiceagent.errors import RemoteFailed, VoiceAgentError
from voiceagent.realtime.events import encode
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import (
    Attach,
    Cancel,
    Close,
    Hear,
    Keep,
    Recognise,
    Respond,
    Send,
    SessionStep,
)
from voiceagent.region.backend import (
    AnswerSource,
    AnswerText,
    Call,
    Output,
    Request,
    Usage,
)
from voiceagent.region.memory import Keeper
from voiceagent.region.services import Detector, Services, Socket
from voiceagent.routing.remote import Envelope
from voiceagent.tts.clauses import ClauseCutter

__all__ = ["Live"]

log = logging.getLogger(__name__)

MOST_STEPS = 4096
"""Steps that may wait for a client that does not read."""


class Live:
    """One session; survives the connection that it began on."""

    def __init__(
        self,
        session: ServerSession,
        services: Services,
        socket: Socket,
    ) -> None:
        self.session, self.socket = session, socket
        self.keeper = Keeper(services.memory)
        self._on: Socket | None = socket
        self._services = services
        self._steps: deque[SessionStep] = deque()
        self._wake, self._idle = asyncio.Event(), asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._detector: Detector | None = None
        self._pump = asyncio.create_task(self._carry_out())

    @property
    def making(self) -> list[asyncio.Task[None]]:
        """Answers and words that are being made."""
        return list(self._tasks.values())

    async def flush(self) -> None:
        """Until everything that was decided has been carried out."""
        await self._idle.wait()

    def do(self, steps: Iterable[SessionStep]) -> None:
        """Carry these out behind those that wait."""
        self._steps.extend(steps)
        self._idle.clear()
        self._wake.set()
        if len(self._steps) > MOST_STEPS and self._on is not None:
            self._services.metrics.slow.inc()
            self._steps.clear()
            self._spawn("close", self._shut(self._on, 1008, "it does not read"))
            self._on = None

    def detach(self, socket: Socket) -> None:
        """That connection is gone; nothing is sent until there is another one."""
        if self._on is socket:
            self._on = None

    def attach(self, socket: Socket) -> Socket | None:
        """Go on over this connection; gives the one of before, if it is still there."""
        before, self._on = self._on, socket
        self.socket = socket
        return before

    async def end(self) -> None:
        """Cancel everything; slots are free when this returns."""
        tasks = [self._pump, *self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self) -> None:
        while True:
            while self._steps:
                await self._one(self._steps.popleft())
            self._wake.clear()
            if not self._steps:
                self._idle.set()
                await self._wake.wait()

    async def _one(self, step: SessionStep) -> None:
        match step:
            case Send():
                await self._send(step)
            case Respond():
                self._spawn(step.response_id, self._respond(step))
            case Cancel():
                await self._cancel(step.response_id)
            case Keep():
                await self._keep(step)
            case Recognise():
                self._spawn(step.item_id, self._recognise(step))
            case Hear():
                self._hear(step)
            case Close() if self._on is not None:
                await self._shut(self._on, step.code, step.reason)
            case Attach() | Close():
                pass

    async def _send(self, step: Send) -> None:
        socket = self._on
        if socket is None:
            return
        try:
            await socket.send(encode(step.event))
            self._services.metrics.events_out.inc()
        except OSError:
            self.detach(socket)
        except Exception as error:
            # The websocket library has exceptions of its own for a gone connection.
            if "ConnectionClosed" not in type(error).__name__:
                raise
            self.detach(socket)

    async def _shut(self, socket: Socket, code: int, reason: str) -> None:
        await socket.close(code, reason)

    async def _cancel(self, name: str) -> None:
        task = self._tasks.get(name)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep(self, step: Keep) -> None:
        try:
            await self.keeper.save(step.conversation, step.items, step.answered)
        except VoiceAgentError as error:
            self._services.metrics.conflicts.inc()
            log.warning("a conversation was not kept: %s", error.what)

    def _hear(self, step: Hear) -> None:
        if self._detector is None:
            self._detector = self._services.detector()
        if self._detector is None:
            return
        for speaking, at in self._detector.push(step.pcm):
            session = self.session
            told = session.speech_started if speaking else session.speech_stopped
            self.do(told(at))

    async def _recognise(self, step: Recognise) -> None:
        recognise = self._services.recogniser()
        if recognise is None:
            why = "this region has no recogniser"
            self.do(
                self.session.transcription_failed(step.item_id, "no_recogniser", why)
            )
            return
        try:
            words = await recognise(step.pcm)
        except VoiceAgentError as error:
            failed = self.session.transcription_failed
            self.do(failed(step.item_id, error.code, error.what))
            return
        seconds = len(step.pcm) / 2 / step.rate
        self.do(self.session.transcribed(step.item_id, words, seconds))

    async def _respond(self, step: Respond) -> None:
        metrics, services = self._services.metrics, self._services
        running = metrics.running._value.get()
        envelope = Envelope.from_metadata(dict(step.metadata))
        if envelope and envelope.region_policy not in ("", services.region):
            why = f"this is region `{services.region}`"
            self._failed(step, "wrong_region", why)
            return
        if running >= services.max_responses:
            self._failed(step, "session_limit_reached", "too many answers at once")
            return
        with metrics.running.track_inprogress():
            try:
                await self._write(step, envelope)
            except RemoteFailed as error:
                self._failed(step, error.code, error.what)
            except asyncio.CancelledError:
                metrics.responses.labels("cancelled").inc()
                raise
            except Exception:
                log.exception("a response failed")
                self._failed(step, "bug", "something went wrong here")

    def _failed(self, step: Respond, code: str, why: str) -> None:
        self._services.metrics.responses.labels("failed").inc()
        self.do(self.session.failed(step.response_id, code, why))

    async def _write(self, step: Respond, envelope: Envelope | None) -> None:
        services = self._services
        began, started, sources = now(), wall(), list[str]()
        used = Usage(None, None)
        request = Request(
            messages=step.messages,
            instructions=step.instructions,
            tools=step.tools,
            max_tokens=step.max_tokens or 256,
            deadline=began + envelope.remaining if envelope else None,
            session=self.session.wire.conversation,
            traceparent=envelope.traceparent if envelope else "",
        )
        first = True
        async with aclosing(services.backend.answer(request)) as outputs:
            async with aclosing(self._said(step, outputs)) as said:
                async for output in said:
                    match output:
                        case AnswerSource():
                            sources.append(output.name)
                        case Usage():
                            used = output
                        case AnswerText() | Call() if first:
                            first = False
                            services.metrics.first.observe(now() - began)
        told = {
            "voiceagent.tier": "region",
            "voiceagent.region": services.region,
            "voiceagent.reason": services.backend.name,
            "voiceagent.sources": "; ".join(sources),
        }
        services.metrics.responses.labels("completed").inc()
        services.observe(request.traceparent, started, told)
        self.do(
            self.session.finished(
                step.response_id,
                input_tokens=used.input_tokens,
                output_tokens=used.output_tokens,
                metadata={k: v for k, v in told.items() if v},
            )
        )

    async def _said(
        self, step: Respond, outputs: AsyncGenerator[Output, None]
    ) -> AsyncGenerator[Output, None]:
        """Every output, told to the session on the way."""
        voice = self._services.voice() if step.spoken else None
        if step.spoken and voice is None:
            raise RemoteFailed("this region has no voice", hint="ask for text")
        cutter = ClauseCutter()
        async for output in outputs:
            match output:
                case AnswerText() if voice is None:
                    self.do(self.session.text(step.response_id, output.text))
                case AnswerText():
                    await self._speak(step, voice, cutter.push(output.text))
                case Call():
                    call = (output.call_id, output.name, output.arguments)
                    self.do(self.session.tool_call(step.response_id, *call))
            yield output
        await self._speak(step, voice, cutter.end())

    async def _speak(
        self,
        step: Respond,
        voice: Callable[[str], Awaitable[bytes]] | None,
        clauses: Iterable[str],
    ) -> None:
        for clause in clauses:
            assert voice is not None
            pcm = await voice(clause)
            self.do(self.session.audio(step.response_id, pcm, clause))

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks[name] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._tasks.pop(name, None))
