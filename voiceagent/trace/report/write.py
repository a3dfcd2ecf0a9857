"""One self-contained HTML page about a trace: what people keep, print and send on.

No script, no font, no address: the page works offline, its content policy forbids
loading anything, and the filters are plain form controls. Every text is escaped by
construction (`trace/report/html.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from voiceagent.store.files import put_named
from voiceagent.trace.report.cards import TurnNote
from voiceagent.trace.report.page import compose
from voiceagent.trace.report.story import SessionNote, StoryTurn, TurnKey, read
from voiceagent.trace.report.strip import LoudnessCurve
from voiceagent.trace.turn_rows import TimedEvent

__all__ = [
    "LIMIT_BYTES",
    "LoudnessCurve",
    "SessionNote",
    "TurnNote",
    "page",
    "write_report",
]

LIMIT_BYTES = 300_000
"""A report is small enough to be mailed."""


def write_report(
    records: Iterable[TimedEvent],
    path: Path,
    *,
    title: str,
    facts: Mapping[str, str],
    notes: Mapping[TurnKey, TurnNote] | None = None,
    about: Sequence[SessionNote] = (),
) -> None:
    """Write the page about `records` (one session or many, one after the other).

    `facts`: what the run ran on (machine, models, date, config), shown as given.
    `notes`: waveforms and expectations by session and turn; `about`: the sessions, in
    their order. Raises `StoreError` if `path` cannot be written.
    """
    html = page(records, title=title, facts=facts, notes=notes, about=about)
    put_named(path, html.encode(), folders=True)


def page(
    records: Iterable[TimedEvent],
    *,
    title: str,
    facts: Mapping[str, str],
    notes: Mapping[TurnKey, TurnNote] | None = None,
    about: Sequence[SessionNote] = (),
    limit: int = LIMIT_BYTES,
) -> str:
    """The page as text, at most `limit` bytes of UTF-8 where that can be had.

    A long trace loses detail before it loses turns: first the event lists of turns
    that went well, then all of them, then waveforms, then the oldest turns.
    """
    story = read(records, notes or {}, about)
    for slim in SLIMMING:
        turns = [slim(turn) for turn in story.turns]
        html = compose(story, turns, title, facts)
        if len(html.encode()) <= limit:
            return html
    while len(html.encode()) > limit and len(turns) > 1:
        turns = turns[len(turns) // 4 + 1 :]
        html = compose(story, turns, title, facts)
    return html


def _quiet_when_fine(turn: StoryTurn) -> StoryTurn:
    fine = turn.row.budget_met and not turn.row.failed and not turn.note.failures
    return replace(turn, records=()) if fine else turn


def _no_events(turn: StoryTurn) -> StoryTurn:
    return replace(turn, records=())


def _no_wave(turn: StoryTurn) -> StoryTurn:
    return replace(turn, records=(), note=replace(turn.note, envelope=None))


SLIMMING: tuple[Callable[[StoryTurn], StoryTurn], ...] = (
    lambda turn: turn,
    _quiet_when_fine,
    _no_events,
    _no_wave,
)
