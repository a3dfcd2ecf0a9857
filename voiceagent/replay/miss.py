"""What happened around expectations that did not hold, in a few lines."""

from __future__ import annotations

from collections.abc import Sequence

from voiceagent.replay.expectations import Check
from voiceagent.trace.event_lines import event_line
from voiceagent.trace.events import (
    IntentMatched,
    IntentMissed,
    PartialTranscript,
    ReplyReady,
    Routed,
    SpeakingStarted,
    StateChanged,
    Transcript,
    TurnFinished,
)
from voiceagent.trace.trace import Record

__all__ = ["around"]

AROUND = 3
"""Events shown before and after the miss."""
WIDTH = 150
"""Characters of a line."""
PLACES: dict[str, tuple[type, ...]] = {
    "transcript": (Transcript,),
    "intent": (IntentMatched, IntentMissed, Transcript),
    "slots": (IntentMatched, IntentMissed, Transcript),
    "tier": (Routed, TurnFinished),
    "reply": (ReplyReady, TurnFinished),
    "within": (SpeakingStarted, TurnFinished),
    "error": (TurnFinished,),
}
"""Where an expectation is decided, the first that is there."""


def around(checks: Sequence[Check], records: Sequence[Record]) -> list[str]:
    """The events around what did not hold, one a line, with gaps marked."""
    shown = [one for one in records if not _chatter(one)]
    near: set[int] = set()
    for check in checks:
        place = _place(check, shown)
        if place is not None:
            near |= set(range(place - AROUND, place + AROUND + 1))
    lines: list[str] = []
    for i, record in enumerate(shown):
        if i in near:
            lines.append(event_line(*record)[:WIDTH].rstrip())
        elif i + 1 in near:
            lines.append("   ...")
    return lines


def _chatter(record: Record) -> bool:
    """What says little about a decision, and is said often."""
    return isinstance(record.event, PartialTranscript | StateChanged)


def _place(check: Check, shown: Sequence[Record]) -> int | None:
    """Index of the event that the expectation was decided by."""
    mine = [i for i, one in enumerate(shown) if _of(one, check)]
    if check.forbids:
        named = (i for i in mine if type(shown[i].event).__name__ == check.key)
        return next(named, None)
    if not check.row:
        return _at(shown, check.at) if check.turn else None
    for kind in PLACES.get(check.key, ()):
        for i in mine:
            if isinstance(shown[i].event, kind):
                return i
    return mine[-1] if mine else None


def _of(record: Record, check: Check) -> bool:
    """Whether it is of that turn; all are of the recording as a whole."""
    if check.forbids and check.row:
        return record.event.turn in (0, check.row)
    return not check.row or record.event.turn == check.row


def _at(shown: Sequence[Record], at: float | None) -> int | None:
    """The first event after that time; the last one where none is."""
    if not shown:
        return None
    later = (i for i, one in enumerate(shown) if at is not None and one.at >= at)
    return next(later, len(shown) - 1)
