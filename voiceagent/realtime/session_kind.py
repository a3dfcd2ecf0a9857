"""What a session is for: answers, or words for sound and nothing more."""

from __future__ import annotations

from voiceagent.realtime import events as ev
from voiceagent.realtime.events import ProtocolFault, name_of
from voiceagent.realtime.settings import SessionSettings

__all__ = ["look_whether_it_is_served"]

OF_ANSWERS = (
    ev.ItemCreate,
    ev.ItemTruncate,
    ev.ResponseCreate,
    ev.ResponseCancel,
    ev.OutputClear,
)
"""Events that a session has no use for whose words are all that comes of it."""


def look_whether_it_is_served(event: ev.ClientEvent, settings: SessionSettings) -> None:
    """Raises `ProtocolFault` where a session like this does nothing of the kind."""
    if settings.transcribes and isinstance(event, OF_ANSWERS):
        raise ProtocolFault(
            "not_in_transcription_session",
            f"{name_of(event)}: this session makes words of sound, nothing else",
            param="type",
            event_id=event.event_id,
        )
