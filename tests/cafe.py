"""A small pack that is read without templates."""

from __future__ import annotations

from dataclasses import dataclass, field

from voiceagent.frontend.endpoint import Completeness
from voiceagent.nlu.intent import Intent

__all__ = ["DARK", "Cafe", "order"]

DARK = "it is too dark in here"
"""What it does not understand, and a model may."""


def order(size: str) -> Intent:
    """What "a SIZE espresso" means."""
    return Intent("order", {"size": size}, text=f"a {size} espresso")


@dataclass
class Cafe:
    """Understands "a SIZE espresso" and "turn on the light"."""

    known: tuple[str, ...] = ("order", "device.on")
    parsed: list[str] = field(default_factory=list)

    def progress(self, text: str) -> Completeness:
        """Everything is whole."""
        return Completeness.COMPLETE

    def parse(self, text: str) -> Intent | None:
        """By its words alone."""
        self.parsed.append(text)
        words = text.split()
        if words[:1] == ["a"] and words[-1] == "espresso" and len(words) == 3:
            return order(words[1])
        return Intent("device.on", {}, text=text) if "light" in words else None

    def answers(self, intent: str) -> bool:
        """Whether anybody answers it."""
        return intent in self.known
