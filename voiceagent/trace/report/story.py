"""A trace sorted for telling: turns, silent recordings, and what happened between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from voiceagent.trace.events import (
    AlarmRang,
    AudioGap,
    Degraded,
    Event,
    Failed,
    LinkChanged,
    PlanRan,
    SessionStarted,
    StopHeard,
    WakeRejected,
)
from voiceagent.trace.report.cards import TurnNote, speech_spans
from voiceagent.trace.turn_rows import (
    TimedEvent,
    TurnRow,
    own_records,
    sessions,
    turn_rows,
)

__all__ = ["SessionNote", "Story", "StorySession", "StoryTurn", "TurnKey", "read"]

TurnKey = tuple[int, int]
"""Number of the session, from 0, and of the turn in it: one recording may be replayed
by several scenarios."""
ASIDE = (
    *(AlarmRang, PlanRan, StopHeard, WakeRejected, AudioGap, Degraded, Failed),
    LinkChanged,
)
"""What is told even if it belongs to no turn."""


@dataclass(frozen=True, slots=True)
class StoryTurn:
    """All that a card needs."""

    row: TurnRow
    anchor: str
    note: TurnNote
    records: Sequence[TimedEvent] = ()
    speech: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class SessionNote:
    """What is known about a session besides its events."""

    name: str = ""
    """Of its scenario; its source, if that is empty."""
    seconds: float = 0.0
    expected: int = 0
    """What a scenario asked for."""
    missed: int = 0
    """How much of it did not hold."""
    failures: Sequence[str] = ()
    """What did not hold of the recording as a whole, or of turns that never were."""


@dataclass(frozen=True, slots=True)
class StorySession:
    """A recording, and what came of it."""

    name: str
    turns: Sequence[StoryTurn]
    note: SessionNote


@dataclass(slots=True)
class Story:
    """A trace, sorted for telling."""

    turns: list[StoryTurn] = field(default_factory=list)
    sessions: list[StorySession] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)
    """Recordings in which nothing was for us."""
    aside: list[tuple[str, float, Event]] = field(default_factory=list)

    @property
    def rows(self) -> list[TurnRow]:
        """The rows of all turns."""
        return [turn.row for turn in self.turns]

    @property
    def notes(self) -> list[SessionNote]:
        """What is known of all sessions."""
        return [one.note for one in self.sessions]


def read(
    records: Iterable[TimedEvent],
    notes: Mapping[TurnKey, TurnNote],
    about: Sequence[SessionNote] = (),
) -> Story:
    """Sort the records of one or many sessions; `about`: those, in their order."""
    story = Story()
    for number, part in enumerate(sessions(records)):
        rows = turn_rows(part)
        speech = speech_spans(part)
        for row in rows:
            note = notes.get((number, row.turn), TurnNote())
            own = own_records(part, row.turn)
            anchor = f"t{len(story.turns) + 1}"
            story.turns.append(StoryTurn(row, anchor, note, own, speech))
        told = about[number] if number < len(about) else SessionNote()
        name = told.name or _source(part)
        turns = story.turns[len(story.turns) - len(rows) :]
        story.sessions.append(StorySession(name, turns, told))
        story.quiet += [] if rows or told.missed else [name]
        story.aside += [(name, at, e) for at, e in part if _is_aside(e)]
    return story


def _source(part: Sequence[TimedEvent]) -> str:
    first = part[0][1]
    source = first.source if isinstance(first, SessionStarted) else ""
    return PurePath(source).name or "live"


def _is_aside(event: Event) -> bool:
    return isinstance(event, ASIDE) and not (isinstance(event, Failed) and event.turn)
