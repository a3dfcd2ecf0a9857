"""What came of it all: the headline, the counts below it, and a row for each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from voiceagent.trace.outcomes import TurnOutcome, counted, outcome_of
from voiceagent.trace.report.charts import milliseconds
from voiceagent.trace.report.html import Html, join, tag
from voiceagent.trace.report.story import Story, StorySession
from voiceagent.trace.turn_rows import TurnRow

__all__ = ["ANSWERED", "files_table", "headline", "summary"]

ANSWERED = (TurnOutcome.IN_TIME, TurnOutcome.LATE)
"""Turns that got what was asked for, sooner or later."""


def headline(story: Story) -> str:
    """The one sentence: what failed, and how many were answered in time."""
    rows = story.rows
    missed, expected = _expectations(story)
    told = f"{missed} of {expected} expectations failed. " if missed else ""
    budgets = [row.budget_ms for row in rows if row.budget_ms]
    if not any(row.response_ms is not None for row in rows):
        return f"{told}No turn was answered."
    met = counted(rows)[TurnOutcome.IN_TIME]
    count = f"All {met}" if met == len(rows) else f"{met} of {len(rows)}"
    plural = "turn" if len(rows) == 1 else "turns"
    within = milliseconds(max(budgets, default=0.0)).replace(" ", "\u00a0")
    first = f"{told}{count} {plural} answered within {within}"
    if met < len(rows) or missed or any(row.left_device for row in rows):
        return f"{first}."
    return f"{first}, and not a byte left the device."


def summary(story: Story) -> str:
    """The rest of the turns, and of what was expected."""
    count, rows = counted(story.rows), story.rows
    parts = [_late(rows, count)] if count[TurnOutcome.LATE] else []
    for outcome, words in (
        (TurnOutcome.APOLOGY, "got an apology"),
        (TurnOutcome.ERROR, "met an error"),
        (TurnOutcome.UNANSWERED, "got no answer"),
    ):
        parts += [f"{count[outcome]} {words}"] if count[outcome] else []
    missed, expected = _expectations(story)
    if expected and not missed:
        parts.append(f"all {expected} expectations held")
    told = ", ".join(parts)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _late(rows: Sequence[TurnRow], count: Counter[TurnOutcome]) -> str:
    times = [row.answer_ms for row in rows if outcome_of(row) is TurnOutcome.LATE]
    last = milliseconds(max(ms for ms in times if ms is not None))
    late = count[TurnOutcome.LATE]
    return f"{late} answered later, the last after {last}"


def _expectations(story: Story) -> tuple[int, int]:
    notes = story.notes
    return sum(one.missed for one in notes), sum(one.expected for one in notes)


def files_table(story: Story) -> Html:
    """A row for each recording, where there are several or something was expected."""
    asked = any(one.expected for one in story.notes)
    if len(story.sessions) < 2 and not asked:
        return Html("")
    names = ("recording", "turns", "in time", "late", "apologised", "errors")
    heads = [*names, "expectations"] if asked else [*names]
    rows = [_file(one, asked=asked) for one in story.sessions]
    head = tag("tr", *[tag("th", name, scope="col") for name in heads])
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    box = tag("div", table, class_="scroll")
    return tag("section", tag("h2", "Recordings"), box, class_="files")


def _file(one: StorySession, *, asked: bool) -> Html:
    count = counted(turn.row for turn in one.turns)
    name = one.note.name or one.name
    first = one.turns[0].anchor if one.turns else ""
    link = tag("a", name, href=f"#{first}") if first else name
    failures = [tag("p", line, class_="failed") for line in one.note.failures]
    cells = [tag("td", len(one.turns) or "–")]
    kinds = (*ANSWERED, TurnOutcome.APOLOGY)
    cells += [tag("td", count[kind] or "–") for kind in kinds]
    cells.append(
        _warned(str(count[TurnOutcome.ERROR] or "–"), count[TurnOutcome.ERROR])
    )
    if asked:
        held = one.note.expected - one.note.missed
        told = f"{held} of {one.note.expected}" if one.note.expected else "–"
        cells.append(_warned(told, one.note.missed))
    return tag("tr", join(tag("th", link, *failures, scope="row"), *cells))


def _warned(told: str, bad: int) -> Html:
    return tag("td", told, class_="bad" if bad else None)
