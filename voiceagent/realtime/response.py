"""One response on its way out: its items, parts and texts, in the order that clients
need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from voiceagent.realtime.items import Item, WireEvent

__all__ = ["Phase", "Response", "SpokenSound"]

SAMPLES_A_MS = 24


class Phase(StrEnum):
    """Where a response is; the only ways are down this list."""

    WAITING = "waiting"
    """For the words of the user."""
    RUNNING = "running"
    DONE = "done"


@dataclass(slots=True)
class SpokenSound:
    """The sound of one message, and which words lie where in it."""

    samples: int = 0
    pieces: list[tuple[int, str]] = field(default_factory=list)
    """Samples at the end of each piece of transcript."""

    def add(self, samples: int, words: str) -> None:
        """More of it."""
        self.samples += samples
        self.pieces.append((self.samples, words))

    @property
    def milliseconds(self) -> int:
        """How long it is."""
        return self.samples // SAMPLES_A_MS

    def heard(self, milliseconds: int) -> str:
        """The words that were heard by then: whole pieces, and part of the last."""
        at, text, before = milliseconds * SAMPLES_A_MS, "", 0
        for end, piece in self.pieces:
            if end <= at:
                text, before = text + piece, end
                continue
            share = (at - before) / max(1, end - before)
            words = piece.split(" ")
            return text + " ".join(words[: int(share * len(words))])
        return text


@dataclass(slots=True)
class Response:
    """Builds the events; the session numbers and sends them."""

    id: str
    spoken: bool
    metadata: dict[str, str]
    kept: bool
    """Whether its items belong to the conversation."""
    key: str = ""
    """Idempotency key."""
    format: str = "audio/pcm"
    """How its sound is written."""
    conversation: str | None = None
    """Id of the one that it belongs to."""
    max_tokens: int | None = None
    """None: no limit is set."""
    phase: Phase = Phase.WAITING
    output: list[Item] = field(default_factory=list)
    message: Item | None = None
    """The message being written."""
    text: str = ""
    sound: SpokenSound = field(default_factory=SpokenSound)
    """Of the message being written."""

    def shown(
        self, status: str, details: WireEvent | None = None, **more: Any
    ) -> WireEvent:
        """The response object of the wire."""
        return {
            "id": self.id,
            "object": "realtime.response",
            "status": status,
            "status_details": details,
            "output": [dict(item) for item in self.output],
            "conversation_id": self.conversation,
            "output_modalities": ["audio" if self.spoken else "text"],
            "max_output_tokens": self.max_tokens or "inf",
            "metadata": dict(self.metadata) or None,
            "usage": None,
            **more,
        }

    def place(self) -> WireEvent:
        """Where a delta belongs."""
        assert self.message is not None
        return {
            "response_id": self.id,
            "item_id": self.message["id"],
            "output_index": len(self.output) - 1,
            "content_index": 0,
        }

    def begin(self, item: Item) -> Iterator[WireEvent]:
        """Open an item; the session adds `conversation.item.added`."""
        self.output.append(item)
        yield {
            "type": "response.output_item.added",
            "response_id": self.id,
            "output_index": len(self.output) - 1,
            "item": dict(item),
        }

    def open_part(self) -> Iterator[WireEvent]:
        """The one part of a message."""
        part = {"type": "audio", "transcript": ""} if self.spoken else _text_part("")
        yield {"type": "response.content_part.added", **self.place(), "part": part}

    def delta(self, text: str) -> Iterator[WireEvent]:
        """More words."""
        self.text += text
        kind = "output_audio_transcript" if self.spoken else "output_text"
        yield {"type": f"response.{kind}.delta", **self.place(), "delta": text}

    def close_message(self, status: str) -> Iterator[WireEvent]:
        """All that ends a message, but for `conversation.item.done`."""
        assert self.message is not None
        place = self.place()
        if self.spoken:
            yield {"type": "response.output_audio.done", **place}
            kind = "response.output_audio_transcript.done"
            yield {"type": kind, **place, "transcript": self.text}
            part: WireEvent = {"type": "audio", "transcript": self.text}
            content: WireEvent = {"type": "output_audio", "transcript": self.text}
        else:
            yield {"type": "response.output_text.done", **place, "text": self.text}
            part = _text_part(self.text)
            content = {"type": "output_text", "text": self.text}
        yield {"type": "response.content_part.done", **place, "part": part}
        self.message["status"] = status
        self.message["content"] = [content]
        yield self.item_done(self.message)

    def item_done(self, item: Item) -> WireEvent:
        """The end of the last item."""
        return {
            "type": "response.output_item.done",
            "response_id": self.id,
            "output_index": len(self.output) - 1,
            "item": dict(item),
        }


def usage(input_tokens: int | None, output_tokens: int | None) -> Mapping[str, Any]:
    """The usage object."""
    told, made = input_tokens or 0, output_tokens or 0
    return {
        "total_tokens": told + made,
        "input_tokens": told,
        "output_tokens": made,
        "input_token_details": {"text_tokens": told, "audio_tokens": 0},
        "output_token_details": {"text_tokens": made, "audio_tokens": 0},
    }


def _text_part(text: str) -> WireEvent:
    return {"type": "text", "text": text}
