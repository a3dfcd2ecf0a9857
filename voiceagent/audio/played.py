"""What a virtual player remembers."""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.audio.clip import Clip

__all__ = ["Played"]


@dataclass(frozen=True, slots=True)
class Played:
    """One clip on a virtual player's timeline."""

    at: float
    """Seconds on the loop's clock."""
    clip: Clip
    heard: float
    """Seconds of it."""
    volume: float
