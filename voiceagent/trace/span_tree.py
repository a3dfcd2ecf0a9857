"""A turn as a tree of spans: one root, and every child within its parent.

Pure: from the events of a turn and the instants at which they were seen. No words are
in a span unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from voiceagent.trace.events import (
    Escalated,
    Event,
    Failed,
    LegEnded,
    RemoteAnswered,
    ReplyReady,
    Transcript,
    TurnCancelled,
    TurnEnded,
    TurnFinished,
)
from voiceagent.trace.trace import stages
from voiceagent.trace.traceparent import TraceParent

__all__ = ["PII", "NAMES", "Attribute", "SeenEvent", "SpanFacts", "turn_spans"]

NAMES = {
    "operation": "gen_ai.operation.name",
    "model": "gen_ai.response.model",
    "input": "gen_ai.usage.input_tokens",
    "output": "gen_ai.usage.output_tokens",
}
"""Pinned names of https://opentelemetry.io/docs/specs/semconv/gen-ai/, which are still
in development."""

SeenEvent = tuple[datetime, Event]
"""When an event was seen, and the event."""
Attribute = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanFacts:
    """One span, whatever library will send it."""

    name: str
    itself: TraceParent
    parent: str
    """Id of the span above it; empty for a root."""
    began: datetime
    ended: datetime
    attributes: dict[str, Attribute] = field(default_factory=dict)
    failed: str = ""
    """What went wrong, as a code; empty: nothing did."""


HEARD, SAID = "voiceagent.pii.heard", "voiceagent.pii.said"
PII = frozenset((HEARD, SAID))
"""Attributes that hold words."""


def turn_spans(
    events: Sequence[SeenEvent], root: TraceParent, *, source: str, content: bool
) -> list[SpanFacts]:
    """The root first. `source`: what was listened to; `content`: with words.

    A child that lasts longer than its parent by a replay's clock, which jumps, makes
    the parent as long.
    """
    began = events[0][0]
    legs = list(_legs(events, root))
    children = [*_stages(events, root, began), *legs]
    ended = max([events[-1][0], *(child.ended for child in children)])
    top = SpanFacts(
        name="voiceagent.turn",
        itself=root,
        parent="",
        began=began,
        ended=ended,
        attributes=_about(events, source, content=content),
        failed=next((e.code for _, e in events if isinstance(e, Failed)), ""),
    )
    return [top, *(replace(one, began=max(began, one.began)) for one in children)]


def _about(
    events: Sequence[SeenEvent], source: str, *, content: bool
) -> dict[str, Attribute]:
    about: dict[str, Attribute] = {
        "voiceagent.turn": events[0][1].turn,
        "voiceagent.source": source,
    }
    for _, event in events:
        match event:
            case TurnFinished():
                about |= {
                    "voiceagent.tier": event.tier,
                    "voiceagent.reason": event.reason,
                    "voiceagent.budget_ms": event.budget_ms,
                    "voiceagent.response_ms": event.latency_ms["response"],
                    "voiceagent.budget_met": event.budget_met,
                    "voiceagent.rescued_by": event.rescued_by,
                }
            case TurnCancelled():
                about["voiceagent.cancelled"] = event.reason
            case Transcript() if content:
                about[HEARD] = event.pii_text
            case ReplyReady() if content:
                about[SAID] = event.pii_text
            case _:
                pass
    return about


def _stages(
    events: Sequence[SeenEvent], root: TraceParent, began: datetime
) -> Iterator[SpanFacts]:
    """Where the time from the last word to the first sound went, one after another."""
    done = next((e for _, e in events if isinstance(e, TurnFinished)), None)
    if done is None:
        return
    at = max(began, _last_word(events, began))
    for stage in stages:
        took = timedelta(milliseconds=done.latency_ms[stage])
        if took:
            yield SpanFacts(
                name=f"voiceagent.{stage}",
                itself=root.child(f"stage/{stage}"),
                parent=root.span_id,
                began=at,
                ended=at + took,
            )
        at += took


def _last_word(events: Sequence[SeenEvent], began: datetime) -> datetime:
    for at, event in events:
        if isinstance(event, TurnEnded):
            return at - timedelta(seconds=max(0.0, event.t - event.speech_end))
    return began


def _legs(events: Sequence[SeenEvent], root: TraceParent) -> Iterator[SpanFacts]:
    """Whoever was asked elsewhere; under these hang the spans of whoever answered."""
    asked: set[str] = set()
    for at, event in events:
        if isinstance(event, Escalated) and event.leg not in asked:
            asked.add(event.leg)
            yield _leg(events, root, event.leg, event.attempt, at)
    for at, event in events:
        if isinstance(event, LegEnded) and event.leg not in asked:
            asked.add(event.leg)
            began = at - timedelta(milliseconds=event.took_ms)
            yield _leg(events, root, event.leg, 0, began)


def _leg(
    events: Sequence[SeenEvent],
    root: TraceParent,
    leg: str,
    attempt: int,
    began: datetime,
) -> SpanFacts:
    about: dict[str, Attribute] = {NAMES["operation"]: "chat", "voiceagent.leg": leg}
    ended, last, failed = began, events[-1][0], ""
    for at, event in events:
        match event:
            case LegEnded() if event.leg == leg:
                about["voiceagent.outcome"] = event.outcome
                failed = event.outcome if event.outcome == "failed" else ""
                took = began + timedelta(milliseconds=event.took_ms)
                # What won goes on to its last word, or until the turn is over.
                ended = max(took, last if event.outcome == "won" else at)
            case RemoteAnswered() if event.leg == leg:
                about |= _used(event)
                last = ended = max(at, began)
            case _:
                pass
    return SpanFacts(
        name=f"chat {leg}",
        itself=root.leg(leg, attempt),
        parent=root.span_id,
        began=began,
        ended=ended if "voiceagent.outcome" in about else max(ended, last),
        attributes=about,
        failed=failed,
    )


def _used(event: RemoteAnswered) -> dict[str, Attribute]:
    used: dict[str, Attribute] = {NAMES["model"]: event.model}
    if event.input_tokens is not None:
        used[NAMES["input"]] = event.input_tokens
    if event.output_tokens is not None:
        used[NAMES["output"]] = event.output_tokens
    return used
