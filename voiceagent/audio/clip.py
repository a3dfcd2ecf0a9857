"""Rendered sound as it is handed about."""

from __future__ import annotations

import io
from dataclasses import dataclass

__all__ = ["Clip", "wav_bytes"]


@dataclass(frozen=True, slots=True)
class Clip:
    """Rendered sound: mono, signed 16-bit little-endian."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.pcm) / 2 / self.rate


def wav_bytes(clip: Clip) -> bytes:
    """`clip` as the bytes of a WAV file."""
    import wave

    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(clip.rate)
        file.writeframes(clip.pcm)
    return whole.getvalue()
