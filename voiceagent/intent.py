"""From words to meaning: an intent with slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Intent", "SlotValue"]

SlotValue = str | int | float


@dataclass(frozen=True, slots=True)
class Intent:
    """What the user wants done."""

    name: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    confidence: float = 1.0
    """0..1, how sure the parser is."""
    text: str = ""
    """The words it was made from."""
