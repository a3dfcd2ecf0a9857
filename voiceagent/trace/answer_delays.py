"""When the real answer of a turn came, behind what bridged the waiting."""

from __future__ import annotations

from collections.abc import Sequence

from voiceagent.trace.events import (
    EarconPlayed,
    Event,
    ReplyReady,
    SpeakingStarted,
    TurnEnded,
    TurnFinished,
)

__all__ = ["answer_delays"]

WAITING = "wait"
"""The rung of a sentence that only bridges the waiting."""


def answer_delays(records: Sequence[tuple[float, Event]]) -> dict[int, float]:
    """By turn, seconds from the first sound to that of the real answer: 0 where they
    are the same; turns without an answer are missing."""
    first: dict[int, float] = {}
    real: dict[int, float] = {}
    waiting: set[int] = set()
    ended: set[int] = set()
    for at, event in records:
        turn = event.turn
        match event:
            case TurnEnded():
                ended.add(turn)
            case ReplyReady():
                waiting = (waiting - {turn}) | (
                    {turn} if event.rung == WAITING else set()
                )
            case SpeakingStarted() | EarconPlayed() if turn in ended:
                first.setdefault(turn, at)
                if turn not in waiting:
                    real.setdefault(turn, at)
            case TurnFinished():
                first.setdefault(turn, at)
            case _:
                pass
    return {turn: max(0.0, at - first[turn]) for turn, at in real.items()}
