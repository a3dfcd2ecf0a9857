"""Speaking: the protocol every voice answers to."""

from __future__ import annotations

from typing import Protocol

from voiceagent.audio.clip import Clip

__all__ = ["Tts"]


class Tts(Protocol):
    """Turns text into sound; blocking, asked through `Compute`."""

    name: str

    def synthesize(self, text: str) -> Clip:
        """Render one clause."""
        ...
