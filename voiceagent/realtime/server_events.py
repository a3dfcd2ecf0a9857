"""Events of servers, as tables of what of them is read here.

A server may be anybody's: what is not needed may be missing, null or unknown. What is
needed and of another type makes the event unreadable, and nothing is taken from it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from voiceagent.errors import RemoteFailed

__all__ = [
    "DONE_KINDS",
    "ErrorTold",
    "ItemShown",
    "PartShown",
    "ReadyTold",
    "ResponseShown",
    "ServerEvent",
    "read_event",
]

LARGEST_NUMBER = 10**15
"""No session has that many events."""


class _Told(Struct, frozen=True, kw_only=True):
    """Fields that are not named are passed over."""


class ErrorTold(_Told, frozen=True):
    """What went wrong, in the server's words."""

    code: str | int | None = None
    type: str | None = None
    message: str | None = None
    event_id: str | None = None
    """Of ours that it is about; None: the server does not say."""

    @property
    def name(self) -> str:
        """What the server calls it."""
        return str(self.code or self.type or "error")


class PartShown(_Told, frozen=True):
    """A part of an item."""

    type: str | None = None
    text: str | None = None
    transcript: str | None = None


class ItemShown(_Told, frozen=True):
    """An item of a response."""

    id: str | None = None
    type: str | None = None
    role: str | None = None
    content: list[PartShown] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None


class StatusTold(_Told, frozen=True):
    """Why a response ended so."""

    reason: str | None = None
    error: ErrorTold | None = None


class ResponseShown(_Told, frozen=True):
    """A response, begun or done."""

    id: str | None = None
    status: str | None = None
    status_details: StatusTold | None = None
    output: list[ItemShown] | None = None
    metadata: dict[str, Any] | None = None
    usage: Any = None


class ReadyTold(_Told, frozen=True):
    """Our own region says who it is."""

    session_id: str = ""
    resume_token: str = ""
    region: str = ""
    countersigns: bool = False
    event_id: str = ""


class ServerEvent(_Told, frozen=True):
    """What any event may hold."""

    event_id: str | None = None
    response_id: str | None = None
    item_id: str | None = None
    response: ResponseShown | None = None
    item: ItemShown | None = None
    part: PartShown | None = None
    text: str | None = None
    transcript: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None


class DeltaEvent(ServerEvent, frozen=True, kw_only=True):
    """More words."""

    delta: str


class FailureEvent(_Told, frozen=True):
    """Something was refused, or a recogniser failed."""

    error: ErrorTold | str | None = None


class ResumedEvent(_Told, frozen=True):
    """A cut session is gone on with."""

    last_client_event: int | None = None
    complete: bool = False


class TranscribedEvent(_Told, frozen=True):
    """What was heard."""

    transcript: str


DELTAS = (
    *("response.output_text.delta", "response.output_audio_transcript.delta"),
    *("response.text.delta", "response.audio_transcript.delta"),
)
"""Events of words, as they are called now and in the beta protocol."""
DONE_KINDS = tuple(f"{kind.removesuffix('delta')}done" for kind in DELTAS)
NEEDED: dict[str, type[Struct]] = {
    "response.created": ServerEvent,
    "response.done": ServerEvent,
    "error": FailureEvent,
    "voiceagent.session.ready": ReadyTold,
    "voiceagent.session.resumed": ResumedEvent,
    "conversation.item.input_audio_transcription.completed": TranscribedEvent,
    **dict.fromkeys(DELTAS, DeltaEvent),
    **dict.fromkeys(DONE_KINDS, ServerEvent),
}
"""Events that are needed: one that cannot be read is a fault of the server."""
USEFUL: dict[str, type[Struct]] = {
    "conversation.item.input_audio_transcription.failed": FailureEvent,
    "response.output_item.added": ServerEvent,
    "response.output_item.done": ServerEvent,
    "response.content_part.done": ServerEvent,
    "response.function_call_arguments.done": ServerEvent,
}
"""What they tell is told again elsewhere."""


def read_event(kind: str, event: Any) -> Struct | None:
    """The event as its table has it; None: it says nothing here.

    Raises `RemoteFailed` where it is needed and cannot be read.
    """
    table = NEEDED.get(kind) or USEFUL.get(kind)
    if table is None:
        return None
    try:
        read: Struct = msgspec.convert(event, table)
    except (msgspec.ValidationError, RecursionError) as error:
        if kind not in NEEDED:
            return None
        raise RemoteFailed(
            "the region sent an event that lacks something",
            cause=f"{kind}: {error}"[:200],
            hint="is it a Realtime endpoint?",
        ) from error
    if isinstance(read, ResumedEvent) and not (
        0 <= (read.last_client_event or 0) < LARGEST_NUMBER
    ):
        raise RemoteFailed("the region tells of events that nobody sent")
    return read
