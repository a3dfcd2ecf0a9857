"""Speaking: the protocol every voice answers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Clip", "Tts"]


@dataclass(frozen=True, slots=True)
class Clip:
    """Rendered sound: mono, signed 16-bit little-endian."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.pcm) / 2 / self.rate


class Tts(Protocol):
    """Turns text into sound; blocking, asked through `Compute`."""

    name: str

    def synthesize(self, text: str) -> Clip:
        """Render one clause."""
        ...
