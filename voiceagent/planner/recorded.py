"""What one file of events tells about the tiers.

Times of virtual replays are declared and not measured; they are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voiceagent.clock import outside
from voiceagent.trace.event_file import read_events
from voiceagent.trace.events import LegEnded, Planned, RemoteAnswered, SessionStarted
from voiceagent.trace.turn_rows import TimedEvent, TurnRow, sessions, turn_rows

__all__ = ["DEVICE", "POP", "REGION", "Recorded", "age_of", "look"]

DEVICE, POP, REGION = "device", "pop", "region"
UNANSWERED = 10.0
"""Seconds that count for a turn that was handed over and never answered."""
ABSURD = 600.0
"""Seconds: nobody waited that long for a first sound."""
WAITED = ("won", "failed", "given up")
"""Ends of a leg that tell how long it takes."""


@dataclass(slots=True)
class Recorded:
    """What one file tells."""

    file: str
    age: float | None
    by_tier: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from the end of speech to the answer; whatever is neither `device` nor
    `pop` is a region."""
    legs: list[tuple[str, int, float]] = field(default_factory=list)
    """Leg, letters of the question, seconds to its first words."""
    prices: list[float] = field(default_factory=list)
    """Of answers, in the currency."""
    models: Counter[str] = field(default_factory=Counter)
    doubts: list[str] = field(default_factory=list)


def look(file: Path) -> Recorded:
    """What a file of events tells; `UsageError` where it holds none."""
    read = read_events(file)
    made = Recorded(file.name, age_of(file))
    if read.skipped:
        _doubt(made, f"{read.skipped} lines are no events that are known here")
    for part in sessions(read.records):
        start = next((e for _, e in part if isinstance(e, SessionStarted)), None)
        if start is not None and start.pace == "virtual":
            _doubt(made, "times of a virtual replay are declared, and left out")
        else:
            _take_turns(made, part)
            _take_legs(made, part)
    return made


def age_of(file: Path) -> float | None:
    """Seconds since it was written; None where its date lies in the future."""
    age = outside().timestamp() - file.stat().st_mtime
    return age if age >= 0.0 else None


def _take_turns(made: Recorded, part: Sequence[TimedEvent]) -> None:
    for row in turn_rows(part):
        tier, seconds = _answered(row)
        if not tier:
            continue
        if 0.0 <= seconds <= ABSURD:
            made.by_tier.setdefault(tier, []).append(seconds)
        else:
            _doubt(made, "some times cannot be true, and are left out")


def _answered(row: TurnRow) -> tuple[str, float]:
    """Who answered a turn and after how many seconds; empty for none of both."""
    gone = bool(row.left_device)
    if row.answer_ms is None or row.tier == "none" or row.failed:
        return (REGION, UNANSWERED) if gone and not row.cancelled else ("", 0.0)
    tier = row.tier if row.tier in (DEVICE, POP) else REGION
    return tier, row.answer_ms / 1000


def _take_legs(made: Recorded, part: Sequence[TimedEvent]) -> None:
    letters = {e.turn: e.letters for _, e in part if isinstance(e, Planned)}
    for _, event in part:
        match event:
            case LegEnded() if event.outcome in WAITED:
                took = event.took_ms / 1000
                if 0.0 <= took <= ABSURD:
                    made.legs.append((event.leg, letters.get(event.turn, 0), took))
            case RemoteAnswered():
                made.models[event.model] += bool(event.model)
                if event.price is not None and 0.0 <= event.price < 1e6:
                    made.prices.append(event.price)
            case _:
                pass


def _doubt(made: Recorded, words: str) -> None:
    """Said once a file."""
    if (text := f"{made.file}: {words}") not in made.doubts:
        made.doubts.append(text)
