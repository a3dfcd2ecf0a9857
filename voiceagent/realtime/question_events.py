"""The client's events: setting up, asking, cancelling, tools, and what was heard."""

from __future__ import annotations

import binascii
from collections import OrderedDict
from collections.abc import Iterator

from voiceagent.realtime.client_outbox import ClientOutbox
from voiceagent.realtime.items import WireEvent
from voiceagent.realtime.turn import RemoteTurn

__all__ = ["QuestionEvents"]

PIECE = 4_800
"""Bytes of 24 kHz PCM16 in one event: 100 ms."""
FOREIGN = ("turn_id",)
"""What a server that is not ours is told of the envelope."""
REMEMBERED = 20
"""Answers that can still be replaced by what was heard of them."""


class QuestionEvents:
    """Builds them, and remembers what the server's conversation holds already."""

    def __init__(self, outbox: ClientOutbox) -> None:
        self._outbox = outbox
        self._known: set[tuple[str, str]] = set()
        self._items: OrderedDict[str, str] = OrderedDict()
        self._number = 0

    def begin_anew(self) -> None:
        """The conversation of the server is empty."""
        self._known.clear()
        self._items.clear()

    def set_up(self, instructions: str) -> WireEvent:
        """The first event of a session: text out, and the edge ends the turns."""
        heard = {
            "format": {"type": "audio/pcm", "rate": 24_000},
            "turn_detection": None,
        }
        session: WireEvent = {
            "type": "realtime",
            "output_modalities": ["text"],
            "audio": {"input": heard},
        }
        if instructions:
            session["instructions"] = instructions
        return self._numbered({"type": "session.update", "session": session})

    def asking(self, turn: RemoteTurn) -> Iterator[WireEvent]:
        """All events of a question."""
        payload, item_id = turn.payload, f"user_{turn.envelope.turn_id}"
        for message in payload.context:
            if (message.role, message.text) not in self._known:
                self._known.add((message.role, message.text))
                yield self._message("", message.role, message.text)
        if turn.pcm24:
            for event in self._audio(turn.pcm24):
                yield _of(turn, event)
        else:
            yield _of(turn, self._message(item_id, "user", payload.text))
        yield _of(turn, self._create(turn, key=turn.envelope.idempotency_key))

    def cancel(self) -> WireEvent:
        """Nobody waits for the answer any more."""
        return self._numbered({"type": "response.cancel"})

    def tool(self, turn: RemoteTurn, call_id: str, output: str) -> Iterator[WireEvent]:
        """What a tool gave; the answer goes on when all that were called have."""
        item = {"type": "function_call_output", "call_id": call_id, "output": output}
        create = {"type": "conversation.item.create", "item": item}
        yield _of(turn, self._numbered(create))
        if not turn.calls.waiting:
            key = f"{turn.envelope.idempotency_key}-{call_id}"
            yield _of(turn, self._create(turn, key=key))

    def heard(self, turn_id: str, text: str) -> Iterator[WireEvent]:
        """The user heard only so much of that answer: its item is replaced."""
        item_id = self._items.pop(turn_id, "")
        if not item_id:
            return
        delete = {"type": "conversation.item.delete", "item_id": item_id}
        yield self._numbered(delete)
        if text:
            item = {
                "type": "message",
                "role": "assistant",
                "status": "incomplete",
                "content": [{"type": "output_text", "text": text}],
            }
            create = {"type": "conversation.item.create", "item": item}
            yield self._numbered(create)

    def remember(self, turn: RemoteTurn) -> None:
        """It was answered: the server's conversation holds both sides of it."""
        self._known.add(("user", turn.payload.text))
        self._known.add(("assistant", turn.text))
        self._items[turn.envelope.turn_id] = turn.replies.item
        while len(self._items) > REMEMBERED:
            self._items.popitem(last=False)

    def _audio(self, pcm24: bytes) -> Iterator[WireEvent]:
        numbered = self._numbered
        yield numbered({"type": "input_audio_buffer.clear"})
        for start in range(0, len(pcm24), PIECE):
            piece = pcm24[start : start + PIECE]
            audio = binascii.b2a_base64(piece, newline=False).decode()
            yield numbered({"type": "input_audio_buffer.append", "audio": audio})
        yield numbered({"type": "input_audio_buffer.commit"})

    def _message(self, item_id: str, role: str, text: str) -> WireEvent:
        kind = "output_text" if role == "assistant" else "input_text"
        content = [{"type": kind, "text": text}]
        item: WireEvent = {"type": "message", "role": role, "content": content}
        if item_id:
            item["id"] = item_id
        return self._numbered({"type": "conversation.item.create", "item": item})

    def _create(self, turn: RemoteTurn, *, key: str) -> WireEvent:
        pairs = turn.envelope.metadata()
        if self._outbox.ours:
            pairs["voiceagent.idempotency_key"] = key
        else:
            pairs = {k: v for k, v in pairs.items() if k.rpartition(".")[2] in FOREIGN}
        response: WireEvent = {"metadata": pairs}
        if turn.payload.tools:
            response["tools"] = list(turn.payload.tools)
        return self._numbered({"type": "response.create", "response": response})

    def _numbered(self, event: WireEvent) -> WireEvent:
        """With an id, by which a server can say what an error is about."""
        event = self._outbox.numbered(event)
        if "event_id" not in event:
            self._number += 1
            event["event_id"] = f"ask_{self._number}"
        return event


def _of(turn: RemoteTurn, event: WireEvent) -> WireEvent:
    """The question hangs on that event."""
    turn.asked.events.add(str(event["event_id"]))
    turn.asked.ended = False
    return event
