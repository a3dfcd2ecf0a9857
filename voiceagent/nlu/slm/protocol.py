"""The small language model: what no template says becomes an intent, or "not mine"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from voiceagent.nlu.intent import Intent

__all__ = ["NOT_MINE", "Guess", "Slm"]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a model makes of a sentence; whether to act on it is decided elsewhere."""

    intent: Intent | None
    """With slots in the form that templates give; None: not for this device."""
    probability: float = 0.0
    """0..1, calibrated on held-out text: how likely it is that `intent` is right."""
    reply: str = ""
    """Words to say, from models that talk; empty where the skill answers."""
    reason: str = ""
    """Why there is no intent, or what spoke against it; never the user's words."""


NOT_MINE = Guess(None, reason="not mine")


class Slm(Protocol):
    """A small language model; blocking, asked through `Compute`, one call at a time."""

    @property
    def name(self) -> str:
        """Which model this is."""
        ...

    @property
    def version(self) -> str:
        """Its version and the first twelve digits of its hash, for the trace."""
        ...

    def understand(self, text: str) -> Guess:
        """What `text` (typed or recognised, any length and script) asks for."""
        ...

    def close(self) -> None:
        """Free the model; the object is of no use afterwards."""
        ...
