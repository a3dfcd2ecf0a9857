"""What may be configured of microphone and speaker."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__all__ = ["AudioConfig"]


class AudioConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Microphone and speaker."""

    device: str = ""
    """Microphone: number or part of its name; empty for the system's choice."""
    output: str = ""
    duplex: Literal["half", "full"] = "half"
    """`full` where our own sound does not reach the microphone."""
