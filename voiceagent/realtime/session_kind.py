"""What a session is for: answers, or words for sound and nothing more."""

from __future__ import annotations

from voiceagent.realtime import events as ev
from voiceagent.realtime.events import ProtocolFault, name_of
from voiceagent.realtime.wire import Wire

__all__ = ["FULL", "look_whether_it_is_served"]

FULL = "too_much_kept"
"""Code of what is refused because too much is kept already."""
KEPT = (ev.Append, ev.ItemCreate, ev.ResponseCreate)
"""Events after which more is kept than before."""

OF_ANSWERS = (
    ev.ItemCreate,
    ev.ItemTruncate,
    ev.ResponseCreate,
    ev.ResponseCancel,
    ev.OutputClear,
)
"""Events that a session has no use for whose words are all that comes of it."""


def look_whether_it_is_served(event: ev.ClientEvent, wire: Wire) -> None:
    """Raises `ProtocolFault` where a session like this does nothing of the kind, or
    where it would keep more while there is no room."""
    if wire.full and isinstance(event, KEPT):
        raise ProtocolFault(FULL, wire.full, param="type", event_id=event.event_id)
    if wire.settings.transcribes and isinstance(event, OF_ANSWERS):
        raise ProtocolFault(
            "not_in_transcription_session",
            f"{name_of(event)}: this session makes words of sound, nothing else",
            param="type",
            event_id=event.event_id,
        )
