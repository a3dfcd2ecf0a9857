"""Events of what is said and heard of it."""

from __future__ import annotations

from voiceagent.trace.events.base import Base

__all__ = [
    "AlarmRang",
    "EarconPlayed",
    "PlanRan",
    "ReplyReady",
    "SpeakingStarted",
    "SpeakingStopped",
]


class ReplyReady(Base, frozen=True, tag=True):
    """The words of the reply are known."""

    pii_text: str
    rung: str = "full"
    """`full`, `late`, `cached`, `earcon`: where on the ladder the answer came from."""


class SpeakingStarted(Base, frozen=True, tag=True):
    """The first sample of the reply went out."""

    clip_seconds: float = 0.0
    cached: bool = False


class SpeakingStopped(Base, frozen=True, tag=True):
    """The reply ended or was cut."""

    heard_seconds: float
    pii_heard: str = ""
    """The words that the user has heard: this is what history keeps."""
    reason: str = "done"
    """`done`, `barge-in`, `stop`, `replaced`, `muted`."""


class EarconPlayed(Base, frozen=True, tag=True):
    """A short sound instead of words."""

    name: str


class AlarmRang(Base, frozen=True, tag=True):
    """A timer or alarm went off."""

    id: str
    pii_text: str
    late_seconds: float = 0.0


class PlanRan(Base, frozen=True, tag=True):
    """A command that had waited was carried out, or could not be."""

    id: str
    pii_text: str
    """What was said of it; empty where there was nothing to tell."""
    ok: bool = True
    why: str = ""
    """Why nothing was done, where that is as it should be."""
    late_seconds: float = 0.0
