"""The edge's side of a Realtime session, sans-I/O: questions in, events out, and back.

Works with any server of the protocol. Where the server is ours (it says so with
`voiceagent.session.ready`), events are numbered and kept until they are known to have
arrived, so that a cut line is caught up with: nothing is lost, nothing comes twice.
"""

from __future__ import annotations

import binascii
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from voiceagent.errors import RemoteFailed
from voiceagent.realtime.events import decode_server
from voiceagent.realtime.items import WireEvent
from voiceagent.realtime.turn import RemoteTurn, answered
from voiceagent.routing.remote import HeardAs, RemoteTool

__all__ = ["ClientSession"]

PIECE = 4_800
"""Bytes of 24 kHz PCM16 in one event: 100 ms."""
KEPT_BYTES = 3_000_000
"""Of events that may be wanted again: over 30 s of audio as base64."""
MOST_CALLS, MOST_ROUNDS = 16, 8
"""Tools that are called at once, and how often an answer waits for tools."""
FOREIGN = ("turn_id",)
"""What a server that is not ours is told of the envelope."""


class ClientSession:
    """Builds the client's events and reads the server's."""

    def __init__(self) -> None:
        self.ours = False
        """Whether the server knows our own events."""
        self.session_id = self.token = self.region = ""
        self.last_event_id = ""
        """The last server event that arrived."""
        self.turn: RemoteTurn | None = None
        self.dropped = 0
        """Events that may have been wanted again and were too many."""
        self._number = 0
        self._kept: OrderedDict[int, WireEvent] = OrderedDict()
        self._kept_bytes = 0
        self._known: set[tuple[str, str]] = set()
        self._items: OrderedDict[str, str] = OrderedDict()

    def set_up(self, instructions: str) -> WireEvent:
        """The first event of a session: text out, and the edge ends the turns."""
        session = {
            "type": "realtime",
            "output_modalities": ["text"],
            "instructions": instructions,
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": 24_000},
                    "turn_detection": None,
                }
            },
        }
        return self._numbered({"type": "session.update", "session": session})

    def ask(self, turn: RemoteTurn) -> Iterator[WireEvent]:
        """All events of a question."""
        self.turn = turn
        self._forget()
        yield from self._asking(turn)

    def ask_again(self) -> Iterator[WireEvent]:
        """The open question once more, on a session that does not know it."""
        if self.turn is not None and not self.turn.over:
            self.turn.again()
            yield from self._asking(self.turn)

    def cancel(self, turn: RemoteTurn) -> Iterator[WireEvent]:
        """Nobody waits for that answer any more; late words of it are dropped."""
        if turn.over:
            return
        turn.cancelled = True
        yield self._numbered({"type": "response.cancel"})

    def tool(self, turn: RemoteTurn, call_id: str, output: str) -> Iterator[WireEvent]:
        """What a tool gave; the answer goes on when all that were called have."""
        if turn.over or call_id not in turn.waiting:
            return
        turn.waiting.discard(call_id)
        item = {"type": "function_call_output", "call_id": call_id, "output": output}
        yield self._numbered({"type": "conversation.item.create", "item": item})
        if not turn.waiting:
            turn.expected += 1
            yield self._create(turn, key=f"{turn.envelope.idempotency_key}-{call_id}")

    def heard(self, turn_id: str, text: str) -> Iterator[WireEvent]:
        """The user heard only so much of that answer: its item is replaced."""
        item_id = self._items.pop(turn_id, "")
        if not item_id:
            return
        yield self._numbered({"type": "conversation.item.delete", "item_id": item_id})
        if text:
            item = {
                "type": "message",
                "role": "assistant",
                "status": "incomplete",
                "content": [{"type": "output_text", "text": text}],
            }
            yield self._numbered({"type": "conversation.item.create", "item": item})

    def resume(self) -> WireEvent | None:
        """The first event on a new line; None where there is nothing to go on with."""
        if not (self.ours and self.token):
            return None
        return {
            "type": "voiceagent.session.resume",
            "session_id": self.session_id,
            "token": self.token,
            "last_event_id": self.last_event_id,
        }

    def begin_anew(self, number: int = 0) -> None:
        """The next events go to a session that knows nothing; it has had `number`."""
        self.ours, self.last_event_id = False, ""
        self._number = number
        self._kept.clear()
        self._kept_bytes = 0
        self._known.clear()
        self._items.clear()

    def lacking(self, last: int) -> list[WireEvent]:
        """What the server has not got, by the number of the last event it has."""
        return [event for number, event in self._kept.items() if number > last]

    def receive(self, raw: str | bytes) -> WireEvent | None:
        """A frame of the server; pieces go to the turn they belong to.

        Gives the event where it is about the session, else None. What is no event of
        the protocol fails the open turn.
        """
        event = decode_server(raw)
        if event is None:
            self._fail("the region sent something that is no event")
            return None
        self._count(event)
        kind = event["type"]
        if kind in ("session.created", "voiceagent.session.resumed"):
            return event
        if kind == "voiceagent.session.ready":
            self._ready(event)
            return event
        if kind == "error":
            return self._error(event)
        try:
            self._take(kind, event)
        except RemoteFailed as error:
            self._stop(error)
        except (KeyError, TypeError, AttributeError, IndexError):
            self._fail("the region sent an event that lacks something")
        return None

    def _count(self, event: WireEvent) -> None:
        event_id = event.get("event_id")
        if self.ours and isinstance(event_id, str) and event_id.startswith("event_"):
            self.last_event_id = event_id

    def _ready(self, event: WireEvent) -> None:
        self.ours = True
        self.session_id = str(event.get("session_id", ""))
        self.token = str(event.get("resume_token", ""))
        self.region = str(event.get("region", ""))
        self.last_event_id = str(event.get("event_id", ""))

    def _take(self, kind: str, event: WireEvent) -> None:
        turn = self.turn
        if turn is None or turn.over:
            return
        if kind == "conversation.item.input_audio_transcription.completed":
            turn.pieces.append(HeardAs(event["transcript"]))
        elif kind == "conversation.item.input_audio_transcription.failed":
            raise RemoteFailed(
                "the region did not understand the audio",
                cause=str(event["error"].get("message", ""))[:200],
            )
        elif kind == "response.created":
            self._created(turn, event["response"])
        elif self._belongs(turn, event):
            self._answer(turn, kind, event)

    def _created(self, turn: RemoteTurn, response: WireEvent) -> None:
        told = (response.get("metadata") or {}).get("voiceagent.turn_id")
        if told in (None, turn.envelope.turn_id):
            turn.response = response["id"]

    def _belongs(self, turn: RemoteTurn, event: WireEvent) -> bool:
        response = event.get("response")
        given = response.get("id") if isinstance(response, dict) else None
        given = given or event.get("response_id")
        return bool(turn.response) and given == turn.response

    def _answer(self, turn: RemoteTurn, kind: str, event: WireEvent) -> None:
        match kind:
            case (
                "response.output_text.delta" | "response.output_audio_transcript.delta"
            ):
                turn.words(event["delta"])
            case "response.output_item.added":
                if event["item"].get("type") == "message":
                    turn.item = event["item"]["id"]
            case "response.done":
                self._done(turn, event["response"])
            case _:
                pass

    def _done(self, turn: RemoteTurn, response: WireEvent) -> None:
        status = response.get("status")
        if status == "failed":
            error = (response.get("status_details") or {}).get("error") or {}
            raise RemoteFailed(
                f"the region failed: {str(error.get('code'))[:60]}",
                cause=str(error.get("message", ""))[:200],
            )
        if status in ("cancelled", "incomplete"):
            raise RemoteFailed(f"the answer of the region ended as {status}")
        turn.expected -= 1
        if self._called(turn, response):
            return  # the answer goes on when the tools have run
        self._remember(turn)
        turn.pieces.append(answered(response, turn.used))
        turn.done = True
        self._forget()

    def _called(self, turn: RemoteTurn, response: WireEvent) -> bool:
        """Whether tools were called; only now, since nothing may be answered before
        the response is done."""
        items = response.get("output") or ()
        calls = [item for item in items if item.get("type") == "function_call"]
        if not calls:
            return False
        turn.rounds += 1
        if len(calls) > MOST_CALLS or turn.rounds > MOST_ROUNDS:
            raise RemoteFailed("the region calls tools without end")
        used = response.get("usage") or {}
        given = used.get("input_tokens") or 0, used.get("output_tokens") or 0
        turn.used = turn.used[0] + given[0], turn.used[1] + given[1]
        turn.response = ""
        for call in calls:
            turn.waiting.add(call["call_id"])
            tool = RemoteTool(call["call_id"], call["name"], call["arguments"])
            turn.pieces.append(tool)
        return True

    def _remember(self, turn: RemoteTurn) -> None:
        self._known.add(("user", turn.payload.text))
        self._known.add(("assistant", turn.text))
        self._items[turn.envelope.turn_id] = turn.item
        while len(self._items) > 20:
            self._items.popitem(last=False)

    def _error(self, event: WireEvent) -> WireEvent | None:
        error = event.get("error")
        told: Mapping[str, Any] = error if isinstance(error, dict) else {}
        code = str(told.get("code") or told.get("type") or "error")
        if code in ("resume_unknown", "resume_too_old"):
            return event
        if code in ("response_cancel_not_active", "item_not_found"):
            return None  # it was over already
        turn = self.turn
        if turn is not None and not turn.over:
            self._stop(
                RemoteFailed(
                    f"the region refused: {code[:60]}",
                    cause=str(told.get("message", ""))[:200],
                )
            )
        return None

    def _fail(self, what: str) -> None:
        self._stop(RemoteFailed(what, hint="is it a Realtime endpoint?"))

    def _stop(self, error: RemoteFailed) -> None:
        if self.turn is not None and not self.turn.over:
            self.turn.error = error

    def _asking(self, turn: RemoteTurn) -> Iterator[WireEvent]:
        payload, item_id = turn.payload, f"user_{turn.envelope.turn_id}"
        for message in payload.context:
            if (message.role, message.text) not in self._known:
                self._known.add((message.role, message.text))
                yield self._message("", message.role, message.text)
        if turn.pcm24:
            yield self._numbered({"type": "input_audio_buffer.clear"})
            for start in range(0, len(turn.pcm24), PIECE):
                piece = turn.pcm24[start : start + PIECE]
                audio = binascii.b2a_base64(piece, newline=False).decode()
                kind = "input_audio_buffer.append"
                yield self._numbered({"type": kind, "audio": audio})
            yield self._numbered({"type": "input_audio_buffer.commit"})
        else:
            yield self._message(item_id, "user", payload.text)
        yield self._create(turn, key=turn.envelope.idempotency_key)

    def _message(self, item_id: str, role: str, text: str) -> WireEvent:
        kind = "output_text" if role == "assistant" else "input_text"
        content = [{"type": kind, "text": text}]
        item: WireEvent = {"type": "message", "role": role, "content": content}
        if item_id:
            item["id"] = item_id
        return self._numbered({"type": "conversation.item.create", "item": item})

    def _create(self, turn: RemoteTurn, *, key: str) -> WireEvent:
        pairs = turn.envelope.metadata()
        if self.ours:
            pairs["voiceagent.idempotency_key"] = key
        else:
            pairs = {k: v for k, v in pairs.items() if k.rpartition(".")[2] in FOREIGN}
        response: WireEvent = {"metadata": pairs}
        if turn.payload.tools:
            response["tools"] = list(turn.payload.tools)
        return self._numbered({"type": "response.create", "response": response})

    def _numbered(self, event: WireEvent) -> WireEvent:
        if not self.ours:
            return event
        self._number += 1
        event["event_id"] = f"edge_{self._number}"
        self._kept[self._number] = event
        self._kept_bytes += len(event.get("audio", "")) + 300
        while self._kept_bytes > KEPT_BYTES:
            _, gone = self._kept.popitem(last=False)
            self._kept_bytes -= len(gone.get("audio", "")) + 300
            self.dropped += 1
        return event

    def _forget(self) -> None:
        """Everything sent so far has arrived: an answer came, or nobody waits."""
        self._kept.clear()
        self._kept_bytes = 0
