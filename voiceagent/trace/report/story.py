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
    SessionStarted,
    StopHeard,
    WakeRejected,
)
from voiceagent.trace.report.cards import TurnNote, speech_spans
from voiceagent.trace.turn_rows import TimedEvent, TurnRow, sessions, turn_rows

__all__ = ["Story", "StoryTurn", "TurnKey", "read"]

TurnKey = tuple[str, int]
"""Source of the session and number of the turn."""
ASIDE = (AlarmRang, StopHeard, WakeRejected, AudioGap, Degraded, Failed, LinkChanged)
"""What is told even if it belongs to no turn."""


@dataclass(frozen=True, slots=True)
class StoryTurn:
    """All that a card needs."""

    row: TurnRow
    anchor: str
    note: TurnNote
    records: Sequence[TimedEvent] = ()
    speech: Sequence[tuple[float, float]] = ()


@dataclass(slots=True)
class Story:
    """A trace, sorted for telling."""

    turns: list[StoryTurn] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)
    """Recordings in which nothing was for us."""
    aside: list[tuple[str, float, Event]] = field(default_factory=list)

    @property
    def rows(self) -> list[TurnRow]:
        """The rows of all turns."""
        return [turn.row for turn in self.turns]


def read(records: Iterable[TimedEvent], notes: Mapping[TurnKey, TurnNote]) -> Story:
    """Sort the records of one or many sessions."""
    story = Story()
    for part in sessions(records):
        rows = turn_rows(part)
        speech = speech_spans(part)
        for row in rows:
            note = notes.get((row.file, row.turn), TurnNote())
            own = _own(part, row.turn)
            anchor = f"t{len(story.turns) + 1}"
            story.turns.append(StoryTurn(row, anchor, note, own, speech))
        name = _source(part)
        story.quiet += [] if rows else [name]
        story.aside += [(name, at, e) for at, e in part if _is_aside(e)]
    return story


def _own(part: Sequence[TimedEvent], turn: int) -> list[TimedEvent]:
    """The turn's events and what happened between them."""
    places = [i for i, (_, event) in enumerate(part) if event.turn == turn]
    between = part[places[0] : places[-1] + 1]
    return [record for record in between if record[1].turn in (0, turn)]


def _source(part: Sequence[TimedEvent]) -> str:
    first = part[0][1]
    source = first.source if isinstance(first, SessionStarted) else ""
    return PurePath(source).name or "live"


def _is_aside(event: Event) -> bool:
    return isinstance(event, ASIDE) and not (isinstance(event, Failed) and event.turn)
