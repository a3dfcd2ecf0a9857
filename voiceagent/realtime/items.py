"""Items of a conversation: checked coming in, shown on the wire, read as messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voiceagent.message import Message
from voiceagent.realtime.events import ProtocolFault
from voiceagent.realtime.limits import Limits

__all__ = [
    "Item",
    "WireEvent",
    "as_messages",
    "checked_item",
    "item_text",
    "take_audio",
]

WireEvent = dict[str, Any]
"""One message of the protocol, decoded."""
Item = dict[str, Any]
CONTENT = {
    "user": ("input_text", "input_audio"),
    "system": ("input_text",),
    "assistant": ("output_text",),
}
"""What a client may create, by role."""
AUDIO = "audio"
"""Key of the sound of a part, until it is taken to be made out."""
STATUSES = ("completed", "incomplete", "in_progress")


def checked_item(
    given: Mapping[str, Any], limits: Limits, event_id: str | None
) -> Item:
    """A client's item as it is kept, without an id where it gave none; raises
    `ProtocolFault`."""
    kind = given.get("type", "message")
    if kind == "message":
        item = _message(given, event_id)
    elif kind == "function_call_output":
        item = {
            "type": kind,
            "call_id": _text(given, "call_id", event_id),
            "output": _text(given, "output", event_id),
        }
    elif kind == "function_call":
        item = {
            "type": kind,
            "call_id": _text(given, "call_id", event_id),
            "name": _text(given, "name", event_id),
            "arguments": _text(given, "arguments", event_id),
        }
    else:
        raise _wrong("item.type", f"there is no item `{str(kind)[:60]}`", event_id)
    if sum(len(text.encode()) for text in _texts(item)) > limits.text_bytes:
        limit = f"an item has at most {limits.text_bytes} bytes of text"
        raise ProtocolFault("item_too_large", limit, param="item", event_id=event_id)
    given_id = given.get("id")
    if given_id is not None and not (
        isinstance(given_id, str) and 0 < len(given_id) < 128
    ):
        raise _wrong("item.id", "`id` has 1 to 127 letters", event_id)
    status = given.get("status", "completed")
    item["status"] = status if status in STATUSES else "completed"
    return {"id": given_id or "", "object": "realtime.item", **item}


def _message(given: Mapping[str, Any], event_id: str | None) -> Item:
    role = given.get("role")
    if role not in CONTENT:
        raise _wrong("item.role", "`role` is user, assistant or system", event_id)
    content = given.get("content")
    if not isinstance(content, list) or not content:
        raise _wrong("item.content", "`content` is a list of parts", event_id)
    parts = [_part(part, str(role), event_id) for part in content]
    return {"type": "message", "role": role, "content": parts}


def _part(part: object, role: str, event_id: str | None) -> Item:
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(part, dict) or kind not in CONTENT[role]:
        allowed = " or ".join(CONTENT[role])
        raise _wrong("item.content", f"a part of {role} is {allowed}", event_id)
    if kind == "input_audio":
        words = part.get("transcript")
        if words is None and isinstance(part.get("audio"), str):
            return {"type": kind, "transcript": None, AUDIO: part["audio"]}
        if words is not None and not isinstance(words, str):
            raise _wrong("item.content", "`transcript` is a string", event_id)
        return {"type": kind, "transcript": words or ""}
    return {"type": kind, "text": _text(part, "text", event_id)}


def _text(given: Mapping[str, Any], key: str, event_id: str | None) -> str:
    value = given.get(key)
    if not isinstance(value, str):
        raise _wrong(f"item.{key}", f"`{key}` is a string", event_id)
    return value


def _wrong(param: str, message: str, event_id: str | None) -> ProtocolFault:
    return ProtocolFault("invalid_value", message, param=param, event_id=event_id)


def _texts(item: Item) -> Iterator[str]:
    """Everything that is kept of it, but for its id."""
    for part in (item, *item.get("content", ())):
        yield from (
            value
            for key, value in part.items()
            if isinstance(value, str) and key != AUDIO
        )


def take_audio(item: Item) -> list[str]:
    """The sound of an item whose words are not known, in base64, part by part: it is
    kept no longer."""
    parts = item["content"] if item["type"] == "message" else ()
    return [part.pop(AUDIO) for part in parts if AUDIO in part]


def item_text(item: Mapping[str, Any]) -> str:
    """All words of an item."""
    if item["type"] == "message":
        parts = item["content"]
        return " ".join(p.get("text") or p.get("transcript") or "" for p in parts)
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
