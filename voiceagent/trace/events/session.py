"""Events of a session as a whole: its start and end, devices, trouble."""

from __future__ import annotations

from msgspec import field

from voiceagent.errors import VoiceAgentError
from voiceagent.errors.masking import masked
from voiceagent.trace.events.base import Base

__all__ = [
    "AudioGap",
    "Degraded",
    "Muted",
    "SessionEnded",
    "SessionStarted",
    "StateChanged",
    "Unmuted",
]


class SessionStarted(Base, frozen=True, tag=True):
    """The agent is about to read its first frame."""

    source: str = ""
    engines: dict[str, str] = field(default_factory=dict)
    pace: str = "realtime"
    budget_ms: float = 800.0


class SessionEnded(Base, frozen=True, tag=True):
    """The source ended or the agent was closed."""

    t: float
    frames: int = 0
    dropped_seconds: float = 0.0


class AudioGap(Base, frozen=True, tag=True):
    """Audio was lost; silence of the same length took its place."""

    t: float
    seconds: float
    cause: str = "overflow"


class Muted(Base, frozen=True, tag=True):
    """No engine receives a frame from here on."""


class Unmuted(Base, frozen=True, tag=True):
    """Listening again."""


class Degraded(Base, frozen=True, tag=True):
    """Something works less well than configured, and how to mend it."""

    what: str
    why: str
    hint: str = ""

    @classmethod
    def by(cls, error: VoiceAgentError) -> Degraded:
        """What an error has done to us."""
        why = masked(error.cause or error.what)
        return cls(what=masked(error.what), why=why, hint=masked(error.hint))


class StateChanged(Base, frozen=True, tag=True):
    """The agent does something else now."""

    state: str
    """`arming`, `idle`, `listening`, `thinking`, `speaking` or `muted`."""
