"""Events of thinking: from the final words of a turn to its effects."""

from __future__ import annotations

from voiceagent.trace.events.base import Base

__all__ = [
    "Asked",
    "Committed",
    "IntentMatched",
    "IntentMissed",
    "ModelAnswered",
    "ModelRolledBack",
    "ModelSwapped",
    "Routed",
    "Transcript",
    "Unkept",
]


class Transcript(Base, frozen=True, tag=True):
    """Final words of the turn."""

    pii_text: str
    confidence: float
    accepted: bool
    reason: str = ""
    engine: str = ""


class IntentMatched(Base, frozen=True, tag=True):
    """The words mean this."""

    name: str
    pii_slots: dict[str, str | int | float]
    confidence: float = 1.0
    """The recogniser's or the model's, whichever is lower."""
    by: str = "templates"
    """`templates`, `model NAME VERSION HASH`, or `answer` to a question of ours."""


class IntentMissed(Base, frozen=True, tag=True):
    """No template says what was heard."""

    reason: str


class ModelAnswered(Base, frozen=True, tag=True):
    """The small language model was asked what the words mean."""

    model: str
    version: str
    """Version and the first twelve digits of the hash."""
    outcome: str = "answered"
    """`answered`, `too late` (what came after was dropped) or `failed`."""
    name: str = ""
    """The intent; empty for "not mine"."""
    probability: float = 0.0
    reason: str = ""
    """Why there is no intent."""
    took_ms: float = 0.0


class ModelSwapped(Base, frozen=True, tag=True):
    """Another model answers from here on; the one before is kept for two turns."""

    model: str
    """Empty: templates alone."""
    version: str = ""
    was: str = ""


class ModelRolledBack(Base, frozen=True, tag=True):
    """A new model failed, and the one before it answers again."""

    model: str
    """The one that answers again; empty for templates alone."""
    failed: str
    why: str
    version: str = ""


class Asked(Base, frozen=True, tag=True):
    """We asked back instead of acting."""

    about: str
    """The intent in question."""
    reason: str
    options: int = 1
    """1: yes or no; more: which."""


class Routed(Base, frozen=True, tag=True):
    """Which tier answers, and why."""

    tier: str
    reason: str
    left_ms: float = 0.0
    """What was left of the budget at the decision."""


class Committed(Base, frozen=True, tag=True):
    """An effect ran (once)."""

    key: str
    ok: bool = True


class Unkept(Base, frozen=True, tag=True):
    """An effect ran, and what it promised is in memory alone: the user was told."""

    key: str
