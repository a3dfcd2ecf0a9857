"""Spans of a turn: one trace over both sides, and no words in it."""

import pytest
from agents import Stage

from tests.routing.test_escalation import COMMAND, HARD
from voiceagent.clock import run, wall
from voiceagent.routing.simulated_remote import Profile, SimulatedRemote
from voiceagent.trace.config import TelemetryConfig
from voiceagent.trace.opentelemetry import Telemetry
from voiceagent.trace.traceparent import TraceParent

pytestmark = pytest.mark.unit


def spans(*, content: bool) -> list[object]:
    memory = pytest.importorskip(
        "opentelemetry.sdk.trace.export.in_memory_span_exporter"
    )
    exporter = memory.InMemorySpanExporter()
    telemetry = Telemetry(TelemetryConfig(content=content), exporter)
    far = SimulatedRemote(Profile(first=0.3))
    play = Stage(says=[HARD], remotes=[far])
    play.play(*COMMAND)

    async def main() -> None:
        for record in play.records:
            telemetry.record(record)
        parent = far.asked[0][1].traceparent
        telemetry.region_span(parent, wall(), {"voiceagent.region": "local"})
        telemetry.close()

    run(main(), virtual=True)
    return list(exporter.get_finished_spans())


def test_one_trace_over_both_sides_without_words() -> None:
    found = spans(content=False)
    names = {span.name for span in found}  # type: ignore[attr-defined]
    assert {"voiceagent.turn", "chat region", "voiceagent.region.response"} <= names
    assert len({span.context.trace_id for span in found}) == 1  # type: ignore[attr-defined]
    text = str([(s.name, dict(s.attributes)) for s in found])  # type: ignore[attr-defined]
    assert "whale" not in text


def test_words_only_with_the_switch() -> None:
    assert "whale" in str([dict(s.attributes) for s in spans(content=True)])  # type: ignore[attr-defined]


def test_trace_contexts_are_those_of_the_standard() -> None:
    made = TraceParent.of("session", 3)
    assert TraceParent.parse(str(made)) == made == TraceParent.of("session", 3)
    assert made.child("a").trace_id == made.trace_id != TraceParent.of("x", 3).trace_id
    for wrong in ("", "00-0-0-01", f"00-{'0' * 32}-{'1' * 16}-01", "01-xyz"):
        assert TraceParent.parse(wrong) is None
