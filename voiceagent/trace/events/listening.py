"""Events of listening: wake word, speech, words so far, interruptions."""

from __future__ import annotations

from voiceagent.trace.events.base import Base

__all__ = [
    "BargeIn",
    "PartialTranscript",
    "SpeechStarted",
    "SpeechStopped",
    "StopHeard",
    "WakeCandidate",
    "WakeDetected",
    "WakeRejected",
]


class WakeCandidate(Base, frozen=True, tag=True):
    """The always-on detector fired; a verifier may still reject it."""

    t: float
    word: str
    score: float


class WakeDetected(Base, frozen=True, tag=True):
    """A wake word opened the gate."""

    t: float
    word: str
    score: float
    verified: bool = False


class WakeRejected(Base, frozen=True, tag=True):
    """The verifier did not agree."""

    t: float
    word: str
    score: float


class SpeechStarted(Base, frozen=True, tag=True):
    """The smoother decided that speech began (`t` is the first speech sample)."""

    t: float


class SpeechStopped(Base, frozen=True, tag=True):
    """The smoother decided that speech ended (`t` is the last speech sample)."""

    t: float


class PartialTranscript(Base, frozen=True, tag=True):
    """Tentative words while the user speaks."""

    t: float
    pii_text: str
    completeness: str = "incomplete"
    settled: bool = False
    """By the final pass over all that was said so far."""
    confidence: float = 0.0
    """Of the final pass."""


class BargeIn(Base, frozen=True, tag=True):
    """The user spoke over us and we fell silent."""

    t: float
    by: str = "speech"


class StopHeard(Base, frozen=True, tag=True):
    """The stop word was heard, in whatever state."""

    t: float
