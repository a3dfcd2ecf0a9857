"""Items of a conversation: checked coming in, shown on the wire, read as messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voiceagent.message import Message
from voiceagent.realtime.events import ProtocolFault
from voiceagent.realtime.fields import fields_of
from voiceagent.realtime.item_fields import (
    GivenAnswer,
    GivenAudio,
    GivenCall,
    GivenItem,
    GivenMessage,
    GivenOutput,
    GivenPart,
    GivenSpoken,
    GivenText,
)
from voiceagent.realtime.limits import Limits

__all__ = [
    "Item",
    "WireEvent",
    "as_messages",
    "checked_item",
    "item_size",
    "item_text",
    "take_audio",
]

WireEvent = dict[str, Any]
"""One message of the protocol, decoded."""
Item = dict[str, Any]
CONTENT = {
    "user": (GivenText, GivenAudio),
    "system": (GivenText,),
    "assistant": (GivenAnswer, GivenSpoken),
}
"""What a client may create, by role."""
AUDIO = "audio"
"""Key of the sound of a part, until it is taken to be made out."""


def checked_item(
    given: Mapping[str, Any], limits: Limits, event_id: str | None
) -> Item:
    """A client's item as it is kept, without an id where it gave none; raises
    `ProtocolFault`."""
    told = {"type": "message", **given}
    item: GivenItem = fields_of(told, GivenItem, "item", event_id)
    match item:
        case GivenMessage():
            made = _message(item, event_id)
        case GivenOutput():
            made = {"call_id": item.call_id, "output": item.output}
        case GivenCall():
            made = {
                "call_id": item.call_id or "",
                "name": item.name,
                "arguments": item.arguments,
            }
    whole = {
        "id": item.id or "",
        "object": "realtime.item",
        "type": told["type"],
        **made,
        "status": item.status or "completed",
    }
    if item_size(made) > limits.text_bytes:
        limit = f"an item has at most {limits.text_bytes} bytes of text"
        raise ProtocolFault("item_too_large", limit, param="item", event_id=event_id)
    return whole


def _message(given: GivenMessage, event_id: str | None) -> Item:
    allowed = CONTENT[given.role]
    for number, part in enumerate(given.content):
        if not isinstance(part, allowed):
            names = " or ".join(str(kind.__struct_config__.tag) for kind in allowed)
            raise ProtocolFault(
                "invalid_value",
                f"a part of {given.role} is {names}",
                param=f"item.content[{number}].type",
                event_id=event_id,
            )
    return {"role": given.role, "content": [_part(part) for part in given.content]}


def _part(part: GivenPart) -> Item:
    kind = str(part.__struct_config__.tag)
    match part:
        case GivenAudio(audio=str() as sound, transcript=None):
            return {"type": kind, "transcript": None, AUDIO: sound}
        case GivenAudio():
            return {"type": kind, "transcript": part.transcript or ""}
        case GivenSpoken():
            return {"type": kind, "transcript": part.transcript}
    return {"type": kind, "text": part.text}


def _texts(item: Mapping[str, Any]) -> Iterator[str]:
    """Everything that is kept of it, but for its id."""
    for part in (item, *item.get("content", ())):
        yield from (
            value
            for key, value in part.items()
            if isinstance(value, str) and key != AUDIO
        )


def item_size(item: Mapping[str, Any]) -> int:
    """Bytes of its text."""
    return sum(len(text.encode()) for text in _texts(item))


def take_audio(item: Item) -> list[str]:
    """The sound of an item whose words are not known, in base64, part by part: it is
    kept no longer."""
    parts = item["content"] if item["type"] == "message" else ()
    return [part.pop(AUDIO) for part in parts if AUDIO in part]


def item_text(item: Mapping[str, Any]) -> str:
    """All words of an item."""
    if item["type"] == "message":
        parts = (p.get("text") or p.get("transcript") for p in item["content"])
        return " ".join(part for part in parts if part)
    return str(item.get("output") or item.get("arguments") or "")


def as_messages(items: Iterable[Mapping[str, Any]]) -> tuple[Message, ...]:
    """The conversation as a language model takes it; what has no words is left out."""
    messages: list[Message] = []
    for item in items:
        text = item_text(item)
        match item["type"]:
            case "message" if text.strip():
                messages.append(Message(item["role"], text))
            case "function_call":
                call = item["call_id"]
                messages.append(Message("tool_call", text, item["name"], call))
            case "function_call_output":
                messages.append(Message("tool", text, call_id=item["call_id"]))
            case _:
                pass
    return tuple(messages)
