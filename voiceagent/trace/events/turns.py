"""Events of a turn as a whole: opened, ended, cancelled, its books."""

from __future__ import annotations

from msgspec import field

from voiceagent.errors import VoiceAgentError
from voiceagent.trace.events.base import Base

__all__ = ["Failed", "TurnCancelled", "TurnEnded", "TurnFinished", "TurnStarted"]


class TurnStarted(Base, frozen=True, tag=True):
    """The gate is open: what is said now is for us."""

    t: float
    by: str = "wake"
    """`wake`, `follow-up`, `push-to-talk`, `text` or `open` (no wake word wanted)."""


class TurnEnded(Base, frozen=True, tag=True):
    """The endpoint decided that the user has finished."""

    t: float
    """Audio time of the decision."""
    speech_start: float
    speech_end: float
    reason: str
    """`complete`, `extensible`, `silence`, `max-length`, `no-speech`, `source-ended`,
    `released`."""
    silence: float = 0.0
    """Seconds of silence that had passed."""
    wait: float = 0.0
    """Seconds of silence that were asked for, by all that was known."""
    completeness: str = "unknown"
    chance: float = 0.0
    """That the user had finished, 0..1; 0 where it was not asked."""
    evidence: dict[str, float] = field(default_factory=dict)
    """What else was weighed: the words, the sound and how this user pauses."""


class TurnCancelled(Base, frozen=True, tag=True):
    """The turn ended without an answer: barge-in, stop, mute or no speech."""

    reason: str


class Failed(Base, frozen=True, tag=True):
    """A turn met an error; the user got a spoken answer all the same."""

    code: str
    what: str
    why: str = ""
    hint: str = ""

    @classmethod
    def by(cls, error: VoiceAgentError, turn: int) -> Failed:
        """A turn met `error`."""
        return cls(
            turn=turn,
            code=error.code,
            what=error.what,
            why=error.cause,
            hint=error.hint,
        )


class TurnFinished(Base, frozen=True, tag=True):
    """The ledger of a turn, in milliseconds; the stages add up to `response`."""

    speech_end: float
    tier: str
    reason: str
    latency_ms: dict[str, float]
    """`endpoint`, `stt`, `intent`, `route`, `remote`, `act`, `tts`, `response`."""
    budget_ms: float
    budget_met: bool
    missed_by: str = ""
    """The stage that took the most, when the budget was missed."""
    rescued_by: str = ""
    """The rung that answered instead of the full answer."""
    effects: list[str] = field(default_factory=list)
    left_device: dict[str, int] = field(default_factory=dict)
    """Bytes of words and audio that left the device, by leg."""
