"""How a turn ended for the person who spoke, and when the real answer came.

A first sound in time is not an answer: "One moment" is heard within the deadline, and
what was asked for seconds later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from voiceagent.trace.turn_rows import TurnRow

__all__ = ["TurnOutcome", "counted", "outcome_of"]


class TurnOutcome(StrEnum):
    """What a person would say of a turn."""

    IN_TIME = "answered in time"
    LATE = "answered late"
    APOLOGY = "apologised"
    ERROR = "error"
    UNANSWERED = "not answered"


def outcome_of(row: TurnRow) -> TurnOutcome:
    """How it ended: errors first, then what was said, then when."""
    if row.failed:
        return TurnOutcome.ERROR
    if row.response_ms is None:
        return TurnOutcome.UNANSWERED
    if row.tier == "none" or row.rung in ("apology", "failed", "broken off"):
        return TurnOutcome.APOLOGY
    if row.answer_ms is None:
        return TurnOutcome.UNANSWERED
    in_time = row.answer_ms <= row.budget_ms
    return TurnOutcome.IN_TIME if in_time else TurnOutcome.LATE


def counted(rows: Iterable[TurnRow]) -> Counter[TurnOutcome]:
    """How many turns ended in each way."""
    return Counter(map(outcome_of, rows))
