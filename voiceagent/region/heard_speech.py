"""What a listener gives, for those who ask it from another process: no arrays here."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["INSIDE", "PIECE", "HeardSpeech"]

INSIDE = 16_000
"""Samples a second that recognisers hear."""
PIECE = 8.0
"""Seconds of speech that are heard at once."""


@dataclass(frozen=True, slots=True)
class HeardSpeech:
    """Words, or speech that has not been heard yet."""

    words: str
    rest: tuple[bytes, ...] = ()
    """Pieces at 16 kHz, in their order."""
