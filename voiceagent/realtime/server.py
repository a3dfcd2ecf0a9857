"""The server's side of a Realtime session, sans-I/O: frames in, steps out.

It never waits, reads no clock and makes no random number; ids come from counters. The
shell carries out the steps in order and tells the session what came of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from voiceagent.realtime import events as ev
from voiceagent.realtime.answering import Answering
from voiceagent.realtime.conversation import Conversation
from voiceagent.realtime.events import ProtocolFault, decode_client
from voiceagent.realtime.input_audio import InputAudio
from voiceagent.realtime.items import checked_item
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.outbox import number_of
from voiceagent.realtime.steps import Attach, Close, Send, SessionStep
from voiceagent.realtime.wire import Wire
from voiceagent.realtime.writer import Writer

__all__ = ["ServerSession"]

EDGE = "edge_"
"""Our own clients number their events `edge_1`, `edge_2`, ..."""


class ServerSession:
    """One conversation over one connection after the other."""

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
        items: Iterable[Mapping[str, Any]] = (),
        answered: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """`conversation`: names its memory; `opted_in`: the client knows our own
        events; `items`, `answered`: what an earlier session has kept."""
        limits = limits or Limits()
        self.wire = Wire(
            session_id=session_id,
            conversation=conversation or session_id,
            model=model,
            limits=limits,
            items=items,
            answered=answered or {},
            ring=opted_in,
        )
        self._writer = Writer(self.wire)
        self._answering = Answering(self.wire, self._writer)
        self.limits = limits
        # What the shell tells about responses and words goes straight to them.
        self.text, self.audio = self._writer.text, self._writer.audio
        self.tool_call, self.finished = self._writer.tool_call, self._writer.finished
        self.failed = self._writer.failed
        self.transcribed = self._answering.transcribed
        self.transcription_failed = self._answering.transcription_failed
        self.opted_in, self.resume_token = opted_in, resume_token
        self.received = 0
        """Number of the last client event of ours that was taken."""
        self.counts: Counter[str] = Counter()
        """What was refused or dropped, for the metrics."""
        self._region, self._resumable = region, resumable
        self._audio = InputAudio(self.wire, self._answering.unheard)
        self._faults = 0
        self._handlers: dict[type, Callable[[Any], Iterator[SessionStep]]] = {
            ev.SessionUpdate: self._session_update,
            ev.Append: self._audio.append,
            ev.Commit: self._audio.commit,
            ev.Clear: self._audio.clear,
            ev.ItemCreate: self._item_create,
            ev.ItemRetrieve: self._item_retrieve,
            ev.ItemTruncate: self._item_truncate,
            ev.ItemDelete: self._item_delete,
            ev.ResponseCreate: self._response_create,
            ev.ResponseCancel: self._response_cancel,
            ev.OutputClear: lambda event: iter(()),
            ev.Resume: self._resume,
        }

    @property
    def active(self) -> str:
        """Id of the response being made; empty: none."""
        return self._writer.active.id if self._writer.active else ""

    def opened(self) -> list[SessionStep]:
        """The connection is there: what the client is told first."""
        steps: list[SessionStep] = [
            self.wire.send("session.created", session=self.wire.settings.values)
        ]
        if self.opted_in:
            steps.append(self._ready())
        return steps

    def receive(self, raw: str | bytes) -> list[SessionStep]:
        """A frame of the client."""
        try:
            event = decode_client(raw, self.limits)
            if not self._is_new(event):
                self.counts["duplicates"] += 1
                return []
            steps = list(self._handlers[type(event)](event))
        except ProtocolFault as fault:
            return self._fault(fault)
        self._faults = 0
        return steps

    def speech_started(self, at: float) -> list[SessionStep]:
        """The turn detector hears speech from second `at` of the input on."""
        steps: list[SessionStep] = []
        detection = self.wire.settings.detection or {}
        if self.active and detection.get("interrupt_response", True):
            steps += self._answering.cancel("turn_detected")
        self._audio.item = self._audio.item or self.wire.new_id("item")
        steps.append(
            self.wire.send(
                "input_audio_buffer.speech_started",
                audio_start_ms=max(0, round(at * 1000)),
                item_id=self._audio.item,
            )
        )
        return steps

    def speech_stopped(self, at: float) -> list[SessionStep]:
        """The turn is over: it is committed and answered."""
        if not self._audio.item:
            return []
        steps: list[SessionStep] = [
            self.wire.send(
                "input_audio_buffer.speech_stopped",
                audio_end_ms=max(0, round(at * 1000)),
                item_id=self._audio.item,
            )
        ]
        steps += self._audio.committed()
        if (self.wire.settings.detection or {}).get("create_response", True):
            steps += self._answering.create_response({}, None)
        return steps

    def resume(self, last_event_id: str) -> list[SessionStep]:
        """A new connection of the same client: what it missed, in order."""
        missed = (
            self.wire.ring.after(number_of(last_event_id)) if self.wire.ring else None
        )
        again = missed if missed is not None else []
        resumed = {
            "type": "voiceagent.session.resumed",
            "session_id": self.wire.id,
            "last_client_event": self.received,
            "input_samples_received": self._audio.samples,
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
        self.wire.conversation, self.resume_token = conversation, token
        self.wire.items = Conversation(items, self.limits.items)
        self.wire.answered = dict(answered)
        resumed = self.wire.send(
            "voiceagent.session.resumed",
            session_id=self.wire.id,
            last_client_event=self.received,
            input_samples_received=self._audio.samples,
            complete=False,
        )
        return [self._ready(), resumed]

    def refuse_resume(self, event_id: str | None, why: str) -> list[SessionStep]:
        """There is nothing to go on with: this is a new session."""
        return [
            self.wire.error(ProtocolFault("resume_unknown", why, event_id=event_id))
        ]

    def draining(self) -> list[SessionStep]:
        """The server is about to stop."""
        return [Close(1001, "the server is stopping")] if not self.active else []

    def _is_new(self, event: ev.ClientEvent) -> bool:
        """Ours are numbered: what came twice is dropped, what is missing is told."""
        if not (self.opted_in and event.event_id and event.event_id.startswith(EDGE)):
            return True
        digits = event.event_id.removeprefix(EDGE)
        if not digits.isdecimal() or len(digits) > 15:
            return True
        number = int(digits)
        if number <= self.received:
            return False
        if number > self.received + 1:
            raise ProtocolFault(
                "events_missing",
                "events were lost on the way",
                param=str(self.received + 1),
                event_id=event.event_id,
            )
        self.received = number
        return True

    def _fault(self, fault: ProtocolFault) -> list[SessionStep]:
        self.counts[fault.code] += 1
        self._faults += 1
        steps: list[SessionStep] = [self.wire.error(fault)]
        if self._faults >= self.limits.faults:
            steps.append(Close(1008, "too many events that are wrong"))
        return steps

    def _ready(self) -> Send:
        return self.wire.send(
            "voiceagent.session.ready",
            session_id=self.wire.id,
            conversation=self.wire.conversation,
            resume_token=self.resume_token,
            region=self._region,
            resumable_seconds=self._resumable,
        )

    def _session_update(self, event: ev.SessionUpdate) -> Iterator[SessionStep]:
        self.wire.settings.update(event.session, event.event_id)
        yield self.wire.send("session.updated", session=self.wire.settings.values)

    def _item_create(self, event: ev.ItemCreate) -> Iterator[SessionStep]:
        item = checked_item(event.item, self.limits, event.event_id)
        item["id"] = item["id"] or self.wire.new_id("item")
        if self.wire.items.has(item["id"]):
            known = self.wire.items.find(item["id"])
            if known["type"] != item["type"]:
                raise ProtocolFault(
                    "item_exists",
                    "another item has this id",
                    param="item.id",
                    event_id=event.event_id,
                )
            item = known  # sent again after a cut
        else:
            self.wire.items.add(item, event.previous_item_id, event.event_id)
        yield self.wire.item_event("added", item)
        yield self.wire.item_event("done", item)

    def _item_retrieve(self, event: ev.ItemRetrieve) -> Iterator[SessionStep]:
        item = self.wire.items.find(event.item_id, event.event_id)
        yield self.wire.send("conversation.item.retrieved", item=dict(item))

    def _item_truncate(self, event: ev.ItemTruncate) -> Iterator[SessionStep]:
        yield from self._writer.truncate(event)

    def _item_delete(self, event: ev.ItemDelete) -> Iterator[SessionStep]:
        item = self.wire.items.find(event.item_id, event.event_id)
        self.wire.items.remove(item)
        self._answering.unheard.discard(event.item_id)
        yield self.wire.keep()
        yield self.wire.send("conversation.item.deleted", item_id=event.item_id)

    def _response_create(self, event: ev.ResponseCreate) -> Iterator[SessionStep]:
        yield from self._answering.create_response(event.response or {}, event.event_id)

    def _response_cancel(self, event: ev.ResponseCancel) -> Iterator[SessionStep]:
        active = self.active
        if not active or event.response_id not in (None, active):
            raise ProtocolFault(
                "response_cancel_not_active",
                "no such response is being made",
                event_id=event.event_id,
            )
        yield from self._answering.cancel("client_cancelled")

    def _resume(self, event: ev.Resume) -> Iterator[SessionStep]:
        yield Attach(
            session_id=event.session_id,
            token=event.token,
            last_event_id=event.last_event_id,
            event_id=event.event_id,
        )
