"""What a guard says about acting on a guess."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["PASS", "Ruling", "GuardVerdict", "ask", "refuse"]


class Ruling(IntEnum):
    """Worse is higher."""

    ACT = 0
    ASK = 1
    """Say what was understood and wait for a yes."""
    REFUSE = 2
    """Do nothing; somebody else may know better."""


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """A ruling and why; the reason never holds the user's words."""

    ruling: Ruling
    reason: str = ""
    unknown: str = ""
    """Words of the user that nothing explains: to be said back, never to be kept."""


PASS = GuardVerdict(Ruling.ACT)
"""Nothing speaks against it."""


def ask(reason: str, unknown: str = "") -> GuardVerdict:
    """Better ask first."""
    return GuardVerdict(Ruling.ASK, reason, unknown)


def refuse(reason: str, unknown: str = "") -> GuardVerdict:
    """Must not be done."""
    return GuardVerdict(Ruling.REFUSE, reason, unknown)
