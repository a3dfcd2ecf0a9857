"""Client events of the Realtime protocol: one table, decoded with exact errors.

Names are those of general availability. Every fault of a client has a code, the field
it is about and the client's own event id, and the session goes on.
"""

from __future__ import annotations

import binascii
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from voiceagent.errors.foreign import cleaned
from voiceagent.privacy.chain import FIRST
from voiceagent.privacy.countersign import ChainName, LineCount, LineSignature
from voiceagent.realtime.limits import Limits

__all__ = [
    "Append",
    "Clear",
    "ClientEvent",
    "Commit",
    "ItemCreate",
    "ItemDelete",
    "ItemRetrieve",
    "ItemTruncate",
    "OutputClear",
    "ProtocolFault",
    "ReceiptsHead",
    "ResponseCancel",
    "ResponseCreate",
    "Resume",
    "SessionUpdate",
    "decode_audio",
    "decode_client",
    "decode_server",
    "encode",
    "name_of",
]


class ProtocolFault(Exception):
    """Something the client did that the protocol does not know or allow."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        param: str | None = None,
        event_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.param, self.event_id = param, event_id


class _Event(Struct, frozen=True, kw_only=True, tag_field="type"):
    event_id: str | None = None


class SessionUpdate(_Event, frozen=True, tag="session.update"):
    """Change the session; what is not given stays."""

    session: dict[str, Any]


class Append(_Event, frozen=True, tag="input_audio_buffer.append"):
    """More audio, base64."""

    audio: str


class Commit(_Event, frozen=True, tag="input_audio_buffer.commit"):
    """The audio so far is what the user said."""


class Clear(_Event, frozen=True, tag="input_audio_buffer.clear"):
    """Forget the audio so far."""


class ItemCreate(_Event, frozen=True, tag="conversation.item.create"):
    """Add an item to the conversation."""

    item: dict[str, Any]
    previous_item_id: str | None = None


class ItemRetrieve(_Event, frozen=True, tag="conversation.item.retrieve"):
    """Show an item."""

    item_id: str


class ItemTruncate(_Event, frozen=True, tag="conversation.item.truncate"):
    """The user heard an answer only so far."""

    item_id: str
    content_index: Annotated[int, Meta(ge=0)] = 0
    audio_end_ms: Annotated[int, Meta(ge=0)] = 0


class ItemDelete(_Event, frozen=True, tag="conversation.item.delete"):
    """Take an item out of the conversation."""

    item_id: str


class ResponseCreate(_Event, frozen=True, tag="response.create"):
    """Answer now."""

    response: dict[str, Any] | None = None


class ResponseCancel(_Event, frozen=True, tag="response.cancel"):
    """Stop answering."""

    response_id: str | None = None


class OutputClear(_Event, frozen=True, tag="output_audio_buffer.clear"):
    """Of another transport; ignored."""


class Resume(_Event, frozen=True, tag="voiceagent.session.resume"):
    """Go on with an earlier session: our own extension."""

    session_id: str
    token: str
    last_event_id: str = ""


class ReceiptsHead(_Event, frozen=True, tag="voiceagent.receipts.head"):
    """Countersign how far my receipts reach: our own extension."""

    chain: ChainName
    count: LineCount
    last: LineSignature
    from_count: LineCount = 0
    from_last: LineSignature = FIRST


ClientEvent = (
    SessionUpdate
    | Append
    | Commit
    | Clear
    | ItemCreate
    | ItemRetrieve
    | ItemTruncate
    | ItemDelete
    | ResponseCreate
    | ResponseCancel
    | OutputClear
    | Resume
    | ReceiptsHead
)
BETA_EVENTS = {
    "transcription_session.update": "it is `session.update` with `type`: "
    "`transcription` now",
}
"""Events of the protocol before it was final."""
_decoder: msgspec.json.Decoder[ClientEvent] = msgspec.json.Decoder(ClientEvent)
SOUND = ("input_audio_buffer.append", "conversation.item.create")
"""Events that may bring sound."""
LOOK = 400
"""Letters at both ends of a large event in which its type is looked for."""
_encoder = msgspec.json.Encoder()
_anything = msgspec.json.Decoder()


def encode(event: Any) -> str:
    """A server or client event as a text frame."""
    return _encoder.encode(event).decode()


def decode_client(raw: str | bytes, limits: Limits) -> ClientEvent:
    """A text frame as a client event; raises `ProtocolFault`."""
    if isinstance(raw, bytes):
        raise ProtocolFault("invalid_event", "events are text frames, not binary ones")
    large = len(raw) > limits.message_bytes
    if large and not (len(raw) <= limits.sound_bytes and _brings_sound(raw)):
        raise _too_large(limits)
    try:
        event = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _fault(raw, error) from error
    if large and not isinstance(event, Append | ItemCreate):
        raise _too_large(limits)
    return event


def _brings_sound(raw: str) -> bool:
    """Whether it looks like it, without reading all of it."""
    ends = raw[:LOOK], raw[-LOOK:]
    return any(f'"{kind}"' in end for kind in SOUND for end in ends)


def _too_large(limits: Limits) -> ProtocolFault:
    return ProtocolFault(
        "message_too_large", f"an event has at most {limits.message_bytes} bytes"
    )


def decode_server(raw: str | bytes) -> dict[str, Any] | None:
    """A frame of a server as an object with a `type`, its words without what is none;
    None where it is no such object."""
    try:
        event = cleaned(_anything.decode(raw))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if isinstance(event, dict) and isinstance(event.get("type"), str):
        return event
    return None


def decode_audio(text: str, event_id: str | None) -> bytes:
    """Base64 to PCM16; raises `ProtocolFault`."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError):
        pass  # it may have lines, as base64 of mail has
    try:
        return binascii.a2b_base64("".join(text.split()), strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolFault(
            "invalid_audio",
            f"`audio` is not base64: {error}",
            param="audio",
            event_id=event_id,
        ) from error


def _fault(raw: str, error: Exception) -> ProtocolFault:
    """What exactly is wrong, with the client's event id where it can be read."""
    try:
        event = _anything.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ProtocolFault("invalid_json", f"this is not JSON: {error}")
    if not isinstance(event, dict):
        return ProtocolFault("invalid_event", "an event is a JSON object")
    event_id = event.get("event_id")
    known = event_id if isinstance(event_id, str) else None
    kind = event.get("type")
    if not isinstance(kind, str):
        return ProtocolFault(
            "invalid_event", "an event has a `type`", param="type", event_id=known
        )
    what, _, path = str(error).partition(" - at `$.")
    if "Invalid value" in what and path.startswith("type"):
        return ProtocolFault(
            "unknown_event",
            f"there is no event `{kind[:80]}`" + _now(kind),
            param="type",
            event_id=known,
        )
    param = path.rstrip("`") or _missing(what)
    return ProtocolFault(
        "invalid_value", f"{kind}: {what}", param=param or None, event_id=known
    )


def _now(kind: str) -> str:
    return f": {BETA_EVENTS[kind]}" if kind in BETA_EVENTS else ""


def name_of(event: ClientEvent) -> str:
    """What it is called on the wire."""
    return str(type(event).__struct_config__.tag)


def _missing(what: str) -> str:
    _, found, name = what.partition("missing required field `")
    return name.rstrip("`") if found else ""
