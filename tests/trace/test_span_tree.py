"""A turn as a tree: one root, no child outside it, and no words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from agents import Stage
from collector import faults_of
from hypothesis import given
from hypothesis import strategies as st

from tests.routing.test_escalation import COMMAND, HARD, remote
from voiceagent.clock import VIRTUAL_EPOCH
from voiceagent.trace.events import (
    Escalated,
    Event,
    LegEnded,
    RemoteAnswered,
    ReplyReady,
    Transcript,
    TurnCancelled,
    TurnEnded,
    TurnFinished,
    TurnStarted,
)
from voiceagent.trace.span_tree import SeenEvent, SpanFacts, turn_spans
from voiceagent.trace.trace import stages
from voiceagent.trace.traceparent import TraceParent

pytestmark = pytest.mark.unit
ROOT = TraceParent.of("run", 1)


class Plain:
    """A span as the check of trees reads it."""

    def __init__(self, span: SpanFacts) -> None:
        self.name, self.trace, self.id = (
            span.name,
            span.itself.trace_id,
            span.itself.span_id,
        )
        self.parent, self.began, self.ended = span.parent, span.began, span.ended


def tree(events: list[SeenEvent], *, content: bool = False) -> list[SpanFacts]:
    return turn_spans(events, ROOT, source="microphone", content=content)


def seen(records: Sequence[tuple[float, Event]], turn: int = 1) -> list[SeenEvent]:
    return [
        (VIRTUAL_EPOCH + timedelta(seconds=at), event)
        for at, event in records
        if event.turn == turn
    ]


LEDGER = dict.fromkeys(stages, 40.0) | {"response": 280.0}
EVENTS: list[Event] = [
    TurnStarted(turn=1, t=1.0),
    TurnEnded(turn=1, t=2.0, speech_start=1.0, speech_end=1.6, reason="silence"),
    Transcript(turn=1, pii_text="secret", confidence=1, accepted=True),
    Escalated(turn=1, leg="region", data_class="text", trace=ROOT.trace_id),
    Escalated(turn=1, leg="backup", data_class="text", attempt=2),
    LegEnded(turn=1, leg="region", outcome="won", took_ms=300),
    LegEnded(turn=1, leg="backup", outcome="cancelled", took_ms=20),
    LegEnded(turn=1, leg="third", outcome="declined", took_ms=900),
    RemoteAnswered(turn=1, leg="region", model="m", output_tokens=3),
    ReplyReady(turn=1, pii_text="secret"),
    TurnCancelled(turn=1, reason="stop"),
    TurnFinished(
        turn=1,
        speech_end=1.6,
        tier="region",
        reason="it knows",
        latency_ms=LEDGER,
        budget_ms=800,
        budget_met=True,
    ),
]


@given(
    chosen=st.lists(st.sampled_from(EVENTS), min_size=1, max_size=20),
    steps=st.lists(st.floats(0, 2), min_size=20, max_size=20),
)
def test_any_events_in_any_order_are_one_tree_without_words(
    chosen: list[Event], steps: list[float]
) -> None:
    at = VIRTUAL_EPOCH
    events: list[SeenEvent] = []
    for event, step in zip(chosen, steps, strict=False):
        at += timedelta(seconds=step)
        events.append((at, event))
    spans = tree(events)
    assert faults_of([*map(Plain, spans)]) == []
    assert [span.name for span in spans if not span.parent] == ["voiceagent.turn"]
    assert "secret" not in str(spans)


def test_a_spoken_turn_of_a_replay_is_a_tree() -> None:
    play = Stage(says=[HARD], remotes=[remote()], costs={"tts": 0.05, "stt": 0.002})
    play.play(*COMMAND)
    spans = tree(seen(play.records))
    assert faults_of([*map(Plain, spans)]) == []
    by_name = {span.name: span for span in spans}
    whole, leg = by_name["voiceagent.turn"], by_name["chat region"]
    assert leg.attributes["voiceagent.outcome"] == "won"
    assert leg.attributes["gen_ai.operation.name"] == "chat"
    (answered,) = play.at(RemoteAnswered)
    assert leg.ended == VIRTUAL_EPOCH + timedelta(seconds=answered)
    (started,) = play.at(TurnStarted)
    assert whole.began == VIRTUAL_EPOCH + timedelta(seconds=started)
    assert whole.attributes["voiceagent.budget_met"] is True
    (finished,) = play.events(TurnFinished)
    assert isinstance(finished, TurnFinished)
    parts = [by_name.get(f"voiceagent.{stage}") for stage in stages]
    took = sum(((s.ended - s.began) for s in parts if s), timedelta())
    assert took.total_seconds() * 1000 == pytest.approx(
        finished.latency_ms["response"], abs=0.1
    )


def test_the_leg_is_the_one_that_the_wire_names() -> None:
    far = remote()
    play = Stage(says=[HARD], remotes=[far])
    play.play(*COMMAND)
    (asked,) = (e for e in play.events(Escalated) if isinstance(e, Escalated))
    above = TraceParent.parse(far.asked[0][1].traceparent)
    assert above is not None and above.trace_id == asked.trace
    root = TraceParent.root(asked.trace)
    spans = turn_spans(seen(play.records), root, source="", content=False)
    assert above.span_id in {s.itself.span_id for s in spans if s.name == "chat region"}


def test_words_only_with_the_switch() -> None:
    at = datetime(2026, 1, 1)
    spans = tree([(at, event) for event in EVENTS], content=True)
    assert "secret" in str(spans[0].attributes)
