"""Speech to text: the protocol every recogniser answers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Recognition", "Stt"]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a recogniser makes of one utterance."""

    text: str
    """Lower-case words; the best guess even where it was not accepted."""
    confidence: float
    """0..1, how sure the recogniser is that this was said."""
    accepted: bool
    """False: outside the grammar, unsure, or no speech; must not be acted upon."""
    reason: str = ""
    """Why it was accepted or not, in a few words, for the trace."""


class Stt(Protocol):
    """Streaming recogniser for one utterance at a time; blocking, not re-entrant."""

    name: str

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        ...

    def feed(self, pcm: bytes) -> str:
        """Take the next audio (any length) and give the text so far."""
        ...

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        ...
