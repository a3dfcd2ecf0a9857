"""Why one way to an answer may not or cannot be taken: a kind to decide by, words to
show.

What follows from a veto hangs on its kind alone. Its words name regions, sums and
models, which may be called anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["OFFLINE", "RESTS", "Veto", "VetoKind"]

OFFLINE = "no way there"
RESTS = "failed lately and rests"


class VetoKind(Enum):
    """What stands in the way."""

    PRIVACY = auto()
    """Nothing may leave the device."""
    RESIDENCE = auto()
    """It does not stand where it has to."""
    OFFLINE = auto()
    """There is no way there."""
    RESTING = auto()
    """It failed lately and is left alone."""
    PRICE = auto()
    """It would cost more than is allowed."""
    TOLD = auto()
    """A trace names it in words alone."""


@dataclass(frozen=True, slots=True)
class Veto:
    """One reason why a leg is out."""

    kind: VetoKind
    words: str
