"""The server's side of a Realtime session, sans-I/O: frames in, steps out.

It never waits, reads no clock and makes no random number; ids come from counters. The
shell carries out the steps in order and tells the session what came of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from voiceagent.realtime import events as ev
from voiceagent.realtime.answering import Answering
from voiceagent.realtime.conversation import Conversation
from voiceagent.realtime.events import ProtocolFault, decode_client
from voiceagent.realtime.idle import IdleWatch
from voiceagent.realtime.inbox import Inbox
from voiceagent.realtime.input_audio import InputAudio
from voiceagent.realtime.item_events import ItemEvents
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.offer import Offer
from voiceagent.realtime.outbox import number_of
from voiceagent.realtime.session_kind import FULL, look_whether_it_is_served
from voiceagent.realtime.steps import (
    RATE,
    Attach,
    Close,
    Send,
    SessionStep,
    milliseconds,
)
from voiceagent.realtime.wire import Wire
from voiceagent.realtime.writer import Writer

__all__ = ["BUG", "ServerSession"]

STOPPING = "the server is stopping"
BUG = 1011
"""Closing code: the server met something that it cannot go on with."""


class ServerSession:
    """One conversation over one connection after the other.

    The shell tells `writer` of the pieces of a response, `answering` of the words of
    the user and of responses that fail.
    """

    def __init__(
        self,
        *,
        session_id: str,
        conversation: str = "",
        model: str = "voiceagent",
        limits: Limits | None = None,
        opted_in: bool = False,
        resume_token: str = "",
        region: str = "",
        resumable: float = 30.0,
        countersigns: bool = False,
        transcribes: bool = False,
        items: Iterable[Mapping[str, Any]] = (),
        answered: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """`conversation`: names its memory; `opted_in`: the client knows our own
        events; `transcribes`: sound becomes words in it, and nothing more; `items`,
        `answered`: what an earlier session has kept."""
        limits = limits or Limits()
        self.wire = Wire(
            session_id=session_id,
            conversation=conversation or session_id,
            model=model,
            limits=limits,
            items=items,
            answered=answered or {},
            ring=opted_in,
            transcribes=transcribes,
        )
        self.writer = Writer(self.wire)
        self.answering = Answering(self.wire, self.writer)
        self.counts: Counter[str] = Counter()
        """What was refused or dropped, for the metrics."""
        self._offer = Offer(opted_in, resume_token, region, resumable, countersigns)
        self._inbox = Inbox(numbered=opted_in)
        self.audio = InputAudio(self.wire, self.answering.unheard)
        self._idle = IdleWatch()
        self._faults = 0
        self._items = ItemEvents(self.wire, self.writer, self.answering)

    @property
    def active(self) -> str:
        """Id of the conversation's response; empty: none is being made."""
        return self.writer.active.id if self.writer.active else ""

    @property
    def opted_in(self) -> bool:
        """Whether the client knows our own events."""
        return self._offer.opted_in

    def opened(self) -> list[SessionStep]:
        """The connection is there: what the client is told first."""
        steps: list[SessionStep] = [
            self.wire.send("session.created", session=self.wire.settings.values)
        ]
        if self.opted_in:
            steps.append(self._offer.ready(self.wire))
        return steps

    def receive(self, raw: str | bytes) -> list[SessionStep]:
        """A frame of the client."""
        try:
            event = decode_client(raw, self.wire.limits)
            if not self._inbox.is_new(event):
                self.counts["duplicates"] += 1
                return []
            look_whether_it_is_served(event, self.wire)
            steps = list(self._handlers[type(event)](self, event))
        except ProtocolFault as fault:
            return self._fault(fault)
        self._faults = 0
        return steps

    def speech_started(self, at: float) -> list[SessionStep]:
        """The turn detector hears speech from second `at` of the input on."""
        steps: list[SessionStep] = []
        detection = self.wire.settings.detection or {}
        if self.active and detection.get("interrupt_response", True):
            steps += self.answering.cancel(self.active, "turn_detected")
        if self.audio.item:  # they pause and go on
            return steps
        self.audio.begin(at)
        started = self.wire.send(
            "input_audio_buffer.speech_started",
            audio_start_ms=milliseconds(self.audio.start),
            item_id=self.audio.item,
        )
        return [*steps, started]

    def speech_stopped(self, upto: float, *, spoken: bool = True) -> list[SessionStep]:
        """The turn is over, with all sound before second `upto`: it is committed and
        answered, or forgotten where nothing was `spoken`."""
        end = round(upto * RATE)
        if end <= self.audio.start:
            return []  # the client has committed or cleared that itself
        steps: list[SessionStep] = []
        if not self.audio.item:
            if not spoken:
                return []
            steps += self.speech_started(self.audio.start / RATE)
        steps.append(
            self.wire.send(
                "input_audio_buffer.speech_stopped",
                audio_end_ms=milliseconds(end),
                item_id=self.audio.item,
            )
        )
        if not spoken:
            self.audio.dropped()
            return steps
        steps += self.audio.committed(end)
        return steps + self._answer_turn()

    def heard(self, at: float) -> list[SessionStep]:
        """The turn detector has heard all before second `at` of the input."""
        self.audio.heard(at)
        detection = self.wire.settings.detection or {}
        if not self._idle.over(
            at,
            detection,
            answering=bool(self.active),
            speaking=bool(self.audio.item),
            spoken=self.writer.spoken_seconds,
        ):
            return []
        return [*self.audio.given_up(at), *self._answer_turn()]

    def _answer_turn(self) -> list[SessionStep]:
        """A turn that was found is answered, unless nobody wants that; where it cannot
        be, the client is told."""
        if not self.wire.settings.answers_turns:
            return []
        try:
            return [*self.answering.create_response({}, None)]
        except ProtocolFault as fault:
            return [self.wire.error(fault)]

    def resume(self, last_event_id: str) -> list[SessionStep]:
        """A new connection of the same client: what it missed, in order."""
        missed = (
            self.wire.ring.after(number_of(last_event_id)) if self.wire.ring else None
        )
        again = missed if missed is not None else []
        resumed = {
            "type": "voiceagent.session.resumed",
            "session_id": self.wire.id,
            "last_client_event": self._inbox.received,
            "input_samples_received": self.audio.samples,
            "complete": missed is not None,
        }
        return [Send(resumed), *(Send(event) for event in again)]

    def restore(
        self,
        conversation: str,
        items: Iterable[Mapping[str, Any]],
        answered: Mapping[str, Mapping[str, Any]],
        token: str,
    ) -> list[SessionStep]:
        """An earlier session is gone, its conversation is not: go on with that."""
        self.wire.conversation, self._offer.token = conversation, token
        limits = self.wire.limits
        self.wire.items = Conversation(items, limits.items, limits.conversation_bytes)
        self.wire.remember(answered)
        resumed = self.wire.send(
            "voiceagent.session.resumed",
            session_id=self.wire.id,
            last_client_event=self._inbox.received,
            input_samples_received=self.audio.samples,
            complete=False,
        )
        return [self._offer.ready(self.wire), resumed]

    def refuse_resume(self, event_id: str | None, why: str) -> list[SessionStep]:
        """There is nothing to go on with: this is a new session."""
        return [
            self.wire.error(ProtocolFault("resume_unknown", why, event_id=event_id))
        ]

    def draining(self) -> list[SessionStep]:
        """The server is about to stop. A client of ours goes on with the next one, and
        asks again for what is being made; others are told that it will not come."""
        steps: list[SessionStep] = []
        if not self.opted_in:
            for response_id in self.writer.making:
                steps += self.answering.failed(response_id, "draining", STOPPING)
        return [*steps, Close(1001, STOPPING)]

    def trouble(self, code: str, message: str) -> list[SessionStep]:
        """Something went wrong on our side; the session goes on."""
        return [self.wire.error(ProtocolFault(code, message), "server_error")]

    def broken(self, code: str, message: str) -> list[SessionStep]:
        """Something went wrong on our side, and the session ends with it."""
        steps = self.trouble(code, message)
        for response_id in self.writer.making:
            steps += self.answering.failed(response_id, code, message)
        return [*steps, Close(BUG, message)]

    def _fault(self, fault: ProtocolFault) -> list[SessionStep]:
        self.counts[fault.code] += 1
        self._faults += fault.code != FULL  # that one is not their mistake
        steps: list[SessionStep] = [self.wire.error(fault)]
        if self._faults >= self.wire.limits.faults:
            steps.append(Close(1008, "too many events that are wrong"))
        return steps

    def _session_update(self, event: ev.SessionUpdate) -> Iterator[SessionStep]:
        begun = bool(self.audio.samples or self.wire.items.items or self.active)
        self.wire.settings.update(event.session, event.event_id, begun=begun)
        yield self.wire.send("session.updated", session=self.wire.settings.values)

    def _response_create(self, event: ev.ResponseCreate) -> Iterator[SessionStep]:
        yield from self.answering.create_response(event.response or {}, event.event_id)

    def _response_cancel(self, event: ev.ResponseCancel) -> Iterator[SessionStep]:
        wanted = event.response_id or self.active
        if self.writer.find(wanted) is None:
            raise ProtocolFault(
                "response_cancel_not_active",
                # Clients tell this one apart by its first words.
                "Cancellation failed: no active response found",
                event_id=event.event_id,
            )
        yield from self.answering.cancel(wanted, "client_cancelled")

    def _resume(self, event: ev.Resume) -> Iterator[SessionStep]:
        yield Attach(
            session_id=event.session_id,
            token=event.token,
            last_event_id=event.last_event_id,
            event_id=event.event_id,
        )

    # Of the class: thirteen bound methods for each session would be kept for nothing.
    _handlers: ClassVar[Mapping[type, Callable[[Any, Any], Iterator[SessionStep]]]] = {
        ev.SessionUpdate: _session_update,
        ev.Append: lambda self, event: self.audio.append(event),
        ev.Commit: lambda self, event: self.audio.commit(event),
        ev.Clear: lambda self, event: self.audio.clear(event),
        ev.ItemCreate: lambda self, event: self._items.create(event),
        ev.ItemRetrieve: lambda self, event: self._items.retrieve(event),
        ev.ItemTruncate: lambda self, event: self._items.truncate(event),
        ev.ItemDelete: lambda self, event: self._items.delete(event),
        ev.ResponseCreate: _response_create,
        ev.ResponseCancel: _response_cancel,
        ev.OutputClear: lambda self, event: iter(()),
        ev.Resume: _resume,
        ev.ReceiptsHead: lambda self, event: self._offer.receipts(event),
    }
