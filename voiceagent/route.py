"""Which tier answers a turn, and why: a pure function with its inputs recorded.

Today the device is the only tier; the reasons already say what a larger tier would
have been asked for, so that the trace can answer "why" without guessing.
"""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.intent import Intent
from voiceagent.stt import Recognition

__all__ = ["Route", "route"]


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers."""

    tier: str
    """`device`, or `none` where nobody can."""
    reason: str


def route(recognition: Recognition, intent: Intent | None) -> Route:
    """The device answers what a template understood; the rest has no tier yet."""
    if not recognition.accepted:
        return Route("none", f"not understood: {recognition.reason or 'rejected'}")
    if intent is None:
        return Route("none", "no template says this")
    return Route("device", f"template {intent.name}")
