"""One row for each turn: everything known about it, from the events alone.

The terminal's table, `--json` and the HTML report all show these rows, so they cannot
disagree. A trace may hold several sessions, one after the other; each begins with its
`SessionStarted`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from voiceagent.trace.answer_delays import answer_delays
from voiceagent.trace.events import (
    Committed,
    Escalated,
    Event,
    Failed,
    HeardRemotely,
    IntentMatched,
    IntentMissed,
    Planned,
    RemoteAnswered,
    ReplyReady,
    Routed,
    SessionStarted,
    SpeakingStopped,
    Transcript,
    TurnCancelled,
    TurnEnded,
    TurnFinished,
    TurnStarted,
    Unkept,
    WakeDetected,
)
from voiceagent.trace.trace import stages

__all__ = [
    "EndpointFacts",
    "IntentFacts",
    "TimedEvent",
    "TurnRow",
    "WakeFacts",
    "own_records",
    "percentile",
    "sessions",
    "turn_rows",
]

TimedEvent = tuple[float, Event]
"""Seconds on the session's clock, and what happened; `trace.Record` is one."""


@dataclass(frozen=True, slots=True)
class WakeFacts:
    """What opened the gate."""

    word: str
    t: float
    """Seconds from the start of the stream."""
    score: float


@dataclass(frozen=True, slots=True)
class IntentFacts:
    """What the words meant."""

    name: str
    slots: dict[str, str | int | float]
    confidence: float


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """Why the turn was taken to be over, with the inputs of the decision."""

    reason: str
    t: float
    silence: float
    """Seconds of silence that had passed."""
    wait: float
    """Seconds of silence that were asked for."""
    completeness: str


@dataclass(slots=True)
class TurnRow:
    """Everything known about one turn; times in seconds from the file's start."""

    file: str
    turn: int
    by: str = ""
    wake: WakeFacts | None = None
    started: float | None = None
    speech_start: float | None = None
    speech_end: float | None = None
    transcript: str = ""
    stt_confidence: float | None = None
    stt_reason: str = ""
    accepted: bool = False
    intent: IntentFacts | None = None
    tier: str = "none"
    reason: str = ""
    reply: str = ""
    rung: str = ""
    latency_ms: dict[str, float] = field(default_factory=dict)
    """By stage, and `response` for the whole; empty when no reply was made."""
    budget_ms: float = 0.0
    budget_met: bool | None = None
    """None: the turn ended without a ledger (cancelled, or the source ended)."""
    missed_by: str = ""
    rescued_by: str = ""
    endpoint: EndpointFacts | None = None
    effects: list[str] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)
    """Effects whose promise was in memory alone."""
    left_device: dict[str, int] = field(default_factory=dict)
    """Bytes of words and audio that left the device, by leg."""
    left_as: str = ""
    """Data class of what left; empty: nothing did."""
    sources: list[str] = field(default_factory=list)
    """Where a larger tier's answer stands."""
    plan: str = ""
    """Why a larger tier was asked, or none could be."""
    cut: str = ""
    """Why the reply was cut off while it was spoken; empty if it was heard out."""
    cancelled: str = ""
    failed: str = ""
    """Code of the error the turn met."""
    answer_ms: float | None = None
    """Last speech sample to the first sample of the real answer, where a sentence that
    bridges the waiting is none; None without one."""

    @property
    def response_ms(self) -> float | None:
        """Last speech sample to first reply sample; None without a reply."""
        return self.latency_ms.get("response")

    def as_dict(self) -> dict[str, Any]:
        """The object that `voiceagent replay --json` prints, ready for JSON."""
        names = (*stages, "response")
        return {
            "file": self.file,
            "turn": self.turn,
            "wake": asdict(self.wake) if self.wake else None,
            "speech_start": self.speech_start,
            "speech_end": self.speech_end,
            "transcript": self.transcript,
            "intent": asdict(self.intent) if self.intent else None,
            "tier": self.tier,
            "reason": self.reason,
            "reply": self.reply,
            "latency_ms": {stage: self.latency_ms.get(stage) for stage in names},
            "budget_ms": self.budget_ms,
            "budget_met": self.budget_met,
            "missed_by": self.missed_by,
            "rescued_by": self.rescued_by,
            "endpoint": asdict(self.endpoint) if self.endpoint else None,
            "effects": self.effects,
            "unkept": self.unkept,
            "left_device": self.left_device,
            "left_as": self.left_as,
            "sources": self.sources,
            "plan": self.plan,
            "cancelled": self.cancelled,
            "failed": self.failed,
            "answer_ms": self.answer_ms,
        }


def sessions(records: Iterable[TimedEvent]) -> Iterator[list[TimedEvent]]:
    """Split at every `SessionStarted`; what stands before the first is one too."""
    part: list[TimedEvent] = []
    for record in records:
        if isinstance(record[1], SessionStarted) and part:
            yield part
            part = []
        part.append(record)
    if part:
        yield part


def turn_rows(records: Iterable[TimedEvent], *, file: str = "") -> list[TurnRow]:
    """All turns in order; `file` names sessions whose source has no name."""
    return [row for part in sessions(records) for row in _session_rows(part, file)]


def own_records(records: Sequence[TimedEvent], turn: int) -> list[TimedEvent]:
    """The events of a turn, and what happened between them that is of no turn."""
    places = [i for i, (_, event) in enumerate(records) if event.turn == turn]
    if not places:
        return []
    between = records[places[0] : places[-1] + 1]
    return [one for one in between if one[1].turn in (0, turn)]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0..1) of all do not exceed."""
    if not values:
        return math.nan
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def _session_rows(records: list[TimedEvent], file: str) -> list[TurnRow]:
    started = next((e for _, e in records if isinstance(e, SessionStarted)), None)
    name = (started.source if started else "") or file
    budget = started.budget_ms if started else 0.0
    rows: dict[int, TurnRow] = {}
    wake: WakeFacts | None = None
    for _, event in records:
        if isinstance(event, WakeDetected):
            wake = WakeFacts(event.word, event.t, event.score)
        if event.turn:
            new = TurnRow(name, event.turn, budget_ms=budget)
            _take(rows.setdefault(event.turn, new), event)
        if isinstance(event, TurnStarted) and event.turn and event.by == "wake":
            rows[event.turn].wake, wake = wake, None
    for turn, delay in answer_delays(records).items():
        whole = rows[turn].response_ms
        if whole is not None:
            rows[turn].answer_ms = round(whole + 1000 * delay, 3)
    return list(rows.values())


def _take(row: TurnRow, event: Event) -> None:
    """Write into `row` what `event` tells."""
    match event:
        case TurnStarted():
            row.by, row.started = event.by, event.t
        case TurnEnded():
            _end(row, event)
        case Transcript():
            row.transcript, row.accepted = event.pii_text, event.accepted
            row.stt_confidence, row.stt_reason = event.confidence, event.reason
        case IntentMatched():
            slots = dict(event.pii_slots)
            row.intent = IntentFacts(event.name, slots, event.confidence)
        case IntentMissed():
            row.intent, row.reason = None, row.reason or event.reason
        case Routed():
            row.tier, row.reason = event.tier, event.reason
        case Planned():
            row.plan = event.reason
        case Escalated():
            row.left_device[event.leg] = event.bytes
            row.left_as = event.data_class
        case HeardRemotely():
            row.transcript = event.pii_text
        case RemoteAnswered():
            row.sources = list(event.sources)
        case _:
            _take_answer(row, event)


def _take_answer(row: TurnRow, event: Event) -> None:
    match event:
        case ReplyReady():
            _reply(row, event)
        case Committed() if event.ok and event.key not in row.effects:
            row.effects.append(event.key)
        case Unkept() if event.key not in row.unkept:
            row.unkept.append(event.key)
        case SpeakingStopped():
            row.cut = "" if event.reason == "done" else event.reason
        case TurnCancelled():
            row.cancelled = event.reason
            row.reason = row.reason or event.reason
        case Failed():
            row.failed = event.code
        case TurnFinished():
            _finish(row, event)
        case _:
            pass


def _end(row: TurnRow, event: TurnEnded) -> None:
    row.speech_start, row.speech_end = event.speech_start, event.speech_end
    row.endpoint = EndpointFacts(
        event.reason, event.t, event.silence, event.wait, event.completeness
    )


def _reply(row: TurnRow, event: ReplyReady) -> None:
    """A late answer follows the sentence that announced it: keep both."""
    if event.pii_text and event.pii_text not in row.reply:
        row.reply = f"{row.reply} {event.pii_text}".strip()
    row.rung = event.rung


def _finish(row: TurnRow, event: TurnFinished) -> None:
    row.tier, row.reason = event.tier, event.reason
    row.latency_ms = dict(event.latency_ms)
    row.budget_ms, row.budget_met = event.budget_ms, event.budget_met
    row.missed_by, row.rescued_by = event.missed_by, event.rescued_by
    row.effects = list(event.effects) or row.effects
