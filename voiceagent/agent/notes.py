"""What a turn tells the trace of the words, their meaning and who answers."""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.agent.readings import slots_of, why_nothing
from voiceagent.agent.work import Work
from voiceagent.nlu.reading import Reading
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import (
    Event,
    IntentMatched,
    IntentMissed,
    Routed,
    Transcript,
)

__all__ = ["note_meaning", "note_route", "note_words"]

Emit = Callable[[Event], None]


def note_words(emit: Emit, work: Work, recognition: Recognition) -> None:
    """The words are known."""
    emit(
        Transcript(
            turn=work.turn,
            pii_text=recognition.text,
            confidence=round(recognition.confidence, 2),
            accepted=recognition.accepted,
            reason=recognition.reason,
        )
    )
    work.ledger.mark("stt")


def note_meaning(
    emit: Emit, work: Work, recognition: Recognition, reading: Reading
) -> None:
    """What they mean, or why nothing."""
    intent = reading.intent
    if intent is None or reading.question is not None:
        why = why_nothing(reading, recognition)
        emit(IntentMissed(turn=work.turn, reason=why))
        return
    confidence = min(intent.confidence, reading.confidence)
    emit(
        IntentMatched(
            turn=work.turn,
            name=intent.name,
            pii_slots=slots_of(intent),
            confidence=round(confidence, 2),
            by=reading.by,
        )
    )


def note_route(emit: Emit, work: Work) -> None:
    """Who answers, and why."""
    emit(
        Routed(
            turn=work.turn,
            tier=work.route.tier,
            reason=work.route.reason,
            left_ms=round(work.deadline.left * 1000, 3),
        )
    )
