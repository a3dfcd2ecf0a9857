"""What an agent is doing, and how it is meant to behave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Options", "State"]


class State(StrEnum):
    """What a display shows; exactly one at a time."""

    ARMING = "arming"
    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Options:
    """How the agent behaves."""

    open_at_start: bool = False
    """Take what comes as one command, without a wake word."""
    full_duplex: bool = False
    """True where our own sound does not reach the microphone (headset, echo canceller):
    then any speech interrupts. Otherwise only the wake word and the stop word do."""
    muted: bool = False
    """Begin with the microphone muted."""
    wake_earcon: bool = False
    """Play a short sound when the wake word was heard and nothing followed yet."""
