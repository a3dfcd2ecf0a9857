"""Everything a turn starts from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from voiceagent.deadline import Deadline
from voiceagent.stt.utterance import Heard
from voiceagent.trace.events import TurnEnded

__all__ = ["Interruption", "TurnRequest"]


class Interruption:
    """Why a turn is cancelled; told by whoever cancels it."""

    def __init__(self) -> None:
        self.reason = "cancelled"
        self.begun = False
        """Whether the turn had begun to be answered."""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """Everything a turn starts from."""

    ended: TurnEnded
    utterance: Heard
    hearing: asyncio.Task[None] | None
    """The task that still listens; None where the words are known."""
    speech_end: float
    """Loop time of the last speech sample."""
    deadline: Deadline
    interruption: Interruption = field(default_factory=Interruption)
