"""What a guard says about acting on a guess."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["PASS", "Ruling", "Verdict", "ask", "refuse"]


class Ruling(IntEnum):
    """Worse is higher."""

    ACT = 0
    ASK = 1
    """Say what was understood and wait for a yes."""
    REFUSE = 2
    """Do nothing; somebody else may know better."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A ruling and why; the reason never holds the user's words."""

    ruling: Ruling
    reason: str = ""


PASS = Verdict(Ruling.ACT)
"""Nothing speaks against it."""


def ask(reason: str) -> Verdict:
    """Better ask first."""
    return Verdict(Ruling.ASK, reason)


def refuse(reason: str) -> Verdict:
    """Must not be done."""
    return Verdict(Ruling.REFUSE, reason)
