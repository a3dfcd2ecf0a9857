"""One question on its way out: gate, receipt, price, envelope, and the answer back.

Everything that a remote is sent passes here: the gate makes it, the receipt is written
before the first byte goes, money is set aside before and booked after.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from typing import Any

from voiceagent.clock import Compute, now, wall
from voiceagent.errors import StoreError, VoiceAgentError
from voiceagent.message import Message
from voiceagent.privacy.gate import OutgoingQuestion, PrivacyGate, Refused, Released
from voiceagent.privacy.payload import DataClass
from voiceagent.privacy.receipts import Receipt, Receipts
from voiceagent.routing.answer import RemoteAnswer
from voiceagent.routing.device_tools import Deeds, Toolbox
from voiceagent.routing.handover import Handover, RemoteLeg
from voiceagent.routing.meter import Meter, Reservation
from voiceagent.routing.race import Declined
from voiceagent.routing.remote import Envelope, Remote
from voiceagent.trace.events import Escalated, Event, RemoteToolRan, Withheld
from voiceagent.trace.traceparent import TraceParent

__all__ = ["SPEAKING", "Outgoing"]

SPEAKING = 0.09
"""Seconds from the first words of an answer to its first sample."""

LONGEST_NAME = 64
"""Letters of the name of a function; no server takes more."""

Dictate = Callable[[bytes], str]
"""16 kHz PCM16 to words of the device's general recogniser; blocking."""


class Outgoing:
    """The only way out of the device."""

    def __init__(
        self,
        gate: PrivacyGate,
        receipts: Receipts,
        meter: Meter,
        compute: Compute,
        emit: Callable[[Event], None],
        *,
        session: str,
        pin: str = "",
        reserve: float = 0.08,
        dictate: Dictate | None = None,
        toolbox: Toolbox | None = None,
    ) -> None:
        """`session`: names the conversation in the region; `pin`: the only region that
        may answer; `dictate`: puts speech outside the grammar into words where no audio
        may leave; `toolbox`: what may be called on this device."""
        self.gate, self.meter = gate, meter
        self._receipts, self._compute, self._emit = receipts, compute, emit
        self._session, self._pin, self._reserve = session, pin, reserve
        self._dictate = dictate
        self._toolbox, self._deeds = toolbox, Deeds()
        self._guesses: dict[int, str] = {}

    def turn_id(self, turn: int) -> str:
        """The name of a turn in the region; the same in every attempt."""
        return f"{self._session}-{turn}"

    def residence(self, remote: Remote) -> str:
        """Why a remote may not answer because of where it stands; empty: it may."""
        if self._pin and remote.region != self._pin:
            return f"region `{self._pin}` is not proved"
        return ""

    def private(self, text: str) -> str:
        """What the user heard of an answer, under the rules of what may leave."""
        made = self.gate.prepare(OutgoingQuestion(turn=0, text=text))
        return made.payload.text if isinstance(made, Released) else ""

    async def ask(
        self,
        leg: RemoteLeg,
        handover: Handover,
        context: tuple[Message, ...],
        attempt: int,
    ) -> AsyncIterator[str]:
        """The answer of one remote, clause by clause.

        Raises `Declined` where nothing may leave, `RemoteFailed` where there is no
        answer (any more).
        """
        released = await self._release(leg, handover, context)
        receipt = await self._receipt(leg, handover, released)
        trace = TraceParent.of(self._session, handover.turn)
        self._escalated(leg, handover, released, receipt, attempt, trace)
        leg.breaker.started(now())
        payload = released.payload
        held = self._reserved(leg, handover, released)
        answer = RemoteAnswer(
            leg.remote,
            turn=handover.turn,
            turn_id=self.turn_id(handover.turn),
            restorer=self.gate.restorer(),
            emit=self._emit,
            call=partial(self._call, leg, handover, payload.data_class)
            if payload.tools
            else None,
        )
        envelope = self._envelope(handover, released, attempt, trace)
        outcome = "cancelled"
        try:
            async with aclosing(leg.remote.ask(payload, envelope)) as pieces:
                async with aclosing(answer.clauses(pieces)) as clauses:
                    async for clause in clauses:
                        if self._deeds.taken(handover.turn, leg.name):
                            raise Declined("another leg acts already")
                        yield clause
            outcome = "answered"
        except VoiceAgentError:
            outcome = "failed"
            raise
        finally:
            self._deeds.release(handover.turn, leg.name)
            price = self._settle(held, answer, outcome)
            if outcome == "answered":
                self._emit(answer.event(price, self.meter.currency))

    async def _release(
        self, leg: RemoteLeg, handover: Handover, context: tuple[Message, ...]
    ) -> Released:
        recognition = handover.recognition
        text = recognition.text if recognition.accepted else recognition.transcript
        if not text and self.gate.wants_words():
            text = await self._words(handover)
        question = OutgoingQuestion(
            turn=handover.turn,
            text=text,
            uncertain=not recognition.accepted,
            audio=handover.audio,
            context=context,
            tools=self._tools(handover),
        )
        made = self.gate.prepare(question)
        if isinstance(made, Refused):
            turn, task = handover.turn, made.task.value
            self._emit(Withheld(turn=turn, leg=leg.name, reason=made.reason, task=task))
            await self._keep(self._entry(leg, handover, task=task, why=made.reason))
            raise Declined(f"privacy: {made.reason}")
        return made

    def _tools(self, handover: Handover) -> tuple[dict[str, Any], ...]:
        """What may be called, where somebody is there who does it."""
        if self._toolbox is None or handover.act is None:
            return ()
        return self._toolbox.offered

    def acts(self, turn: int) -> bool:
        """Whether a remote has tools run in this turn: nobody else may act in it."""
        return self._deeds.taken(turn, "")

    async def _call(
        self,
        leg: RemoteLeg,
        handover: Handover,
        left: DataClass,
        name: str,
        arguments: str,
    ) -> str:
        """Have a tool run: what the remote may know of it, as JSON."""
        toolbox, act = self._toolbox, handover.act
        assert toolbox is not None and act is not None, "none were offered"
        why, result = "", ""
        name = name[:LONGEST_NAME]  # a stranger's, until it is known
        try:
            self._deeds.claim(handover.turn, leg.name)
            intent = toolbox.intent(name, arguments, self.gate.restorer().whole)
            name = intent.name
            result = await self._deeds.once(intent, lambda: act(intent))
        except VoiceAgentError as error:
            why = error.what
        turn, ok = handover.turn, not why
        self._emit(RemoteToolRan(turn=turn, leg=leg.name, intent=name, ok=ok, why=why))
        told = self.private(result or why)
        entry = self._entry(
            leg,
            handover,
            task="tool",
            left=left.value,
            size=len(told.encode()),
            why=name,
        )
        await self._keep(entry)
        return json.dumps({"result" if ok else "error": told or "done"})

    async def _words(self, handover: Handover) -> str:
        """What the general recogniser makes of the turn; once for all attempts."""
        turn = handover.turn
        if self._dictate is None or not handover.audio:
            return ""
        if turn not in self._guesses:
            words = await self._compute("dictation", self._dictate, handover.audio)
            self._guesses = {turn: words}
        return self._guesses[turn]

    async def _receipt(
        self, leg: RemoteLeg, handover: Handover, released: Released
    ) -> str:
        payload = released.payload
        entry = self._entry(
            leg,
            handover,
            task=released.task.value,
            left=payload.data_class.value,
            size=released.size,
            messages=len(payload.context),
            replaced=dict(released.found),
            why="the device has no answer",
        )
        return (await self._keep(entry)).id

    async def _keep(self, receipt: Receipt) -> Receipt:
        """Nothing leaves without a receipt."""
        try:
            return await self._compute("receipt", self._receipts.add, receipt)
        except StoreError as error:
            raise Declined(f"no receipt can be written: {error.cause}") from error

    def _entry(
        self,
        leg: RemoteLeg,
        handover: Handover,
        *,
        task: str,
        why: str,
        left: str = "nothing",
        size: int = 0,
        messages: int = 0,
        replaced: dict[str, int] | None = None,
    ) -> Receipt:
        return Receipt(
            at=wall().isoformat(timespec="milliseconds"),
            session=self._session,
            turn=handover.turn,
            to=leg.name,
            region=leg.remote.region,
            task=task,
            left=left,
            bytes=size,
            messages=messages,
            replaced=replaced or {},
            why=why,
        )

    def _escalated(
        self,
        leg: RemoteLeg,
        handover: Handover,
        released: Released,
        receipt: str,
        attempt: int,
        trace: TraceParent,
    ) -> None:
        self._emit(
            Escalated(
                turn=handover.turn,
                leg=leg.name,
                data_class=released.payload.data_class.value,
                task=released.task.value,
                bytes=released.size,
                attempt=attempt,
                uncertain=released.payload.uncertain,
                receipt=receipt,
                trace=trace.trace_id,
            )
        )

    def _reserved(
        self, leg: RemoteLeg, handover: Handover, released: Released
    ) -> Reservation:
        payload = released.payload
        letters = len(payload.text) + sum(len(m.text) for m in payload.context)
        seconds = len(payload.audio) / 32_000
        return self.meter.reserve(leg.name, leg.model, handover.turn, letters, seconds)

    def _settle(
        self, held: Reservation, answer: RemoteAnswer, outcome: str
    ) -> float | None:
        facts = answer.facts
        told = (facts.input_tokens, facts.output_tokens) if facts else (None, None)
        return self.meter.settle(held, outcome, told=told)

    def _envelope(
        self,
        handover: Handover,
        released: Released,
        attempt: int,
        trace: TraceParent,
    ) -> Envelope:
        turn_id = self.turn_id(handover.turn)
        return Envelope(
            turn_id=turn_id,
            session_id=self._session,
            seq=handover.turn,
            attempt=attempt,
            remaining=handover.deadline.left - SPEAKING,
            reserve=self._reserve,
            traceparent=str(trace),
            region_policy=self._pin,
            data_class=released.payload.data_class.value,
            idempotency_key=turn_id,
        )
