"""The only way out of the device: gate, receipt, money, then the remote is asked.

Everything that a remote is sent passes here: the gate makes it, the receipt is written
before the first byte goes, money is set aside before and booked after.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from functools import partial

from voiceagent.clock import now
from voiceagent.errors import RemoteFailed, VoiceAgentError
from voiceagent.privacy.gate import Refused, Released
from voiceagent.routing.answer import RemoteAnswer
from voiceagent.routing.meter import Reservation
from voiceagent.routing.race import Declined
from voiceagent.routing.receipt_book import Leaving, ReceiptBook
from voiceagent.routing.release import Release
from voiceagent.routing.remote import Piece
from voiceagent.routing.request import RemoteRequest, Sender
from voiceagent.routing.till import Till
from voiceagent.routing.toolbox import Toolbox, ToolRunner
from voiceagent.trace.events import Escalated, Event, RemoteToolRan, Withheld

__all__ = ["WayOut"]

log = logging.getLogger(__name__)


class WayOut:
    """Asks remotes, one request after the other or several at once."""

    def __init__(
        self,
        sender: Sender,
        release: Release,
        book: ReceiptBook,
        till: Till,
        emit: Callable[[Event], None],
        *,
        toolbox: Toolbox | None = None,
    ) -> None:
        """`toolbox`: what may be called on this device."""
        self.sender, self.release, self.till = sender, release, till
        self._book, self._emit = book, emit
        self._tools = ToolRunner(toolbox)

    def acts(self, turn: int) -> bool:
        """Whether a remote has tools run in this turn: nobody else may act in it."""
        return self._tools.deeds.taken(turn, "")

    async def ask(self, request: RemoteRequest) -> AsyncIterator[str]:
        """The answer of one remote, clause by clause.

        Raises `Declined` where nothing may leave, `RemoteFailed` where there is no
        answer (any more).
        """
        released = await self._released(request)
        held = await self._paid(request, released)
        request.leg.breaker.started(now())
        answer = self._answer(request, released)
        outcome = "cancelled"
        try:
            async with aclosing(self._clauses(request, released, answer)) as clauses:
                async for clause in clauses:
                    yield clause
            outcome = "answered"
        except VoiceAgentError:
            outcome = "failed"
            raise
        finally:
            self._tools.deeds.release(request.turn, request.leg.name)
            price = self._settle(held, answer, outcome)
            if outcome == "answered":
                self._emit(answer.event(price, self.till.meter.currency))

    async def _clauses(
        self, request: RemoteRequest, released: Released, answer: RemoteAnswer
    ) -> AsyncGenerator[str, None]:
        """What the remote says, until another one acts."""
        envelope = self.sender.envelope(request, released.payload)
        asked = request.leg.remote.ask(released.payload, envelope)
        pieces = _contained(asked, request.leg.name)
        async with aclosing(pieces), aclosing(answer.clauses(pieces)) as said:
            async for clause in said:
                if self._tools.deeds.taken(request.turn, request.leg.name):
                    raise Declined("another leg acts already")
                yield clause

    async def _released(self, request: RemoteRequest) -> Released:
        """What the gate lets out; raises `Declined` where that is nothing."""
        made = await self.release.of(request, self._tools.offered(request))
        if isinstance(made, Refused):
            self._emit(
                Withheld(
                    turn=request.turn,
                    leg=request.leg.name,
                    reason=made.reason,
                    task=made.task.value,
                )
            )
            await self._book.write(request, Leaving.nothing(made))
            raise Declined(f"privacy: {made.reason}")
        return made

    async def _announce(self, request: RemoteRequest, released: Released) -> None:
        """The receipt, then the event: the question leaves now."""
        receipt = await self._book.write(request, Leaving.question(released))
        self._emit(
            Escalated(
                turn=request.turn,
                leg=request.leg.name,
                data_class=released.payload.data_class.value,
                task=released.task.value,
                bytes=released.size,
                attempt=request.attempt,
                uncertain=released.payload.uncertain,
                receipt=receipt,
                trace=self.sender.trace(request.turn).trace_id,
            )
        )

    def _answer(self, request: RemoteRequest, released: Released) -> RemoteAnswer:
        tools = bool(released.payload.tools)
        return RemoteAnswer(
            request.leg.remote,
            turn=request.turn,
            turn_id=self.sender.turn_id(request.turn),
            restorer=self.release.restorer(),
            emit=self._emit,
            call=partial(self._call, request, released) if tools else None,
        )

    async def _call(
        self, request: RemoteRequest, released: Released, name: str, arguments: str
    ) -> str:
        """Have a tool run: what the remote may know of it, as JSON."""
        restore = self.release.restorer().whole
        done = await self._tools.run(request, name, arguments, restore)
        self._emit(
            RemoteToolRan(
                turn=request.turn,
                leg=request.leg.name,
                intent=done.name,
                ok=done.ok,
                why="" if done.ok else done.words,
            )
        )
        told = self.release.private(done.words)
        await self._book.write(request, Leaving.result(done.name, told, released))
        return json.dumps({"result" if done.ok else "error": told or "done"})

    async def _paid(self, request: RemoteRequest, released: Released) -> Reservation:
        """Money is set aside, then it is announced; raises `Declined`."""
        held = await self._reserve(request, released)
        try:
            await self._announce(request, released)
        except BaseException:
            self.till.release(held)
            raise
        return held

    async def _reserve(self, request: RemoteRequest, released: Released) -> Reservation:
        payload, leg = released.payload, request.leg
        letters = len(payload.text) + sum(len(m.text) for m in payload.context)
        seconds = len(payload.audio) / 32_000
        return await self.till.reserve(
            leg.name, leg.model, request.turn, letters, seconds
        )

    def _settle(
        self, held: Reservation, answer: RemoteAnswer, outcome: str
    ) -> float | None:
        facts = answer.facts
        told = (facts.input_tokens, facts.output_tokens) if facts else (None, None)
        return self.till.settle(held, outcome, told=told, heard=answer.letters)


async def _contained(
    asked: AsyncGenerator[Piece, None], name: str
) -> AsyncGenerator[Piece, None]:
    """The pieces of a remote; whatever it raises means that it has failed, and that
    somebody else may answer."""
    async with aclosing(asked) as pieces:
        try:
            async for piece in pieces:
                yield piece
        except VoiceAgentError:
            raise
        except Exception as error:
            log.exception("a remote broke", extra={"leg": name})
            raise RemoteFailed(
                f"{name} broke", cause=type(error).__name__, hint="see the log"
            ) from error
