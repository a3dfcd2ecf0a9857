"""What may be configured of microphone and speaker."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

__all__ = ["AudioConfig"]


class AudioConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Microphone and speaker."""

    device: str = ""
    """Microphone: number or part of its name; empty for the system's choice."""
    channel: Annotated[int, Meta(ge=0, le=64)] = 0
    """Of a microphone or a recording with several, from 1; 0: the one with speech in
    it."""
    output: str = ""
    duplex: Literal["half", "full"] = "half"
    """`full` where our own sound does not reach the microphone."""
