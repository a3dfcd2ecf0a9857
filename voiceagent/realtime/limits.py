"""Limits of one session; what is beyond them is refused, counted and told."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Documented defaults."""

    message_bytes: int = 1 << 20
    sound_bytes: int = 16 << 20
    """Of an event that brings sound: 15 MiB of base64, as the protocol allows."""
    items: int = 1000
    """Of a conversation; the oldest ones go first."""
    conversation_bytes: int = 2 << 20
    """Of the text of all items together; the oldest ones go first here, too."""
    audio_seconds: float = 60.0
    """Waiting to be committed."""
    text_bytes: int = 32_768
    """Of one item."""
    instructions_bytes: int = 65_536
    tools: int = 64
    tools_bytes: int = 262_144
    metadata_pairs: int = 16
    metadata_key: int = 64
    metadata_value: int = 512
    ring_events: int = 2048
    """Sent events that a cut client can be given again."""
    ring_bytes: int = 4 << 20
    context_tokens: int = 3000
    """Of the conversation that one answer is made from, where `truncation` counts."""
    responses_beside: int = 4
    """Being made at once that do not belong to the conversation."""
    faults: int = 200
    """In a row without a good event, before the session is closed."""
