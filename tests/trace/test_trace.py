"""The trace and its ledger: one clock, no gaps, nothing negative, nothing private."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.agent.ledger import Ledger
from voiceagent.clock import run
from voiceagent.deadline import Deadline
from voiceagent.trace.events import SpeechStarted, TurnEnded, TurnFinished
from voiceagent.trace.trace import Trace, TraceError, stages

pytestmark = pytest.mark.property


def finished(latency_ms: dict[str, float]) -> TurnFinished:
    return TurnFinished(
        speech_end=1.0,
        tier="device",
        reason="",
        latency_ms=latency_ms,
        budget_ms=800,
        budget_met=True,
    )


@given(st.lists(st.floats(0, 2), min_size=len(stages), max_size=len(stages)))
def test_the_stages_of_a_ledger_add_up_to_the_whole(waits: list[float]) -> None:
    async def main() -> TurnFinished:
        import asyncio

        ended = TurnEnded(t=1, speech_start=0, speech_end=0.5, reason="complete")
        ledger = Ledger(ended, 0.0, Deadline(0.8))
        for stage, wait in zip(stages, waits, strict=True):
            await asyncio.sleep(wait)
            ledger.mark(stage)
        ledger.first_sound()
        books = ledger.finish("device", "test")
        Trace().emit(books)
        return books

    books = run(main(), virtual=True)
    parts = {k: v for k, v in books.latency_ms.items() if k != "response"}
    assert sum(parts.values()) == pytest.approx(books.latency_ms["response"], abs=0.01)
    assert books.budget_met == (sum(waits) <= 0.8 + 1e-6)
    assert bool(books.missed_by) != books.budget_met


@pytest.mark.parametrize(
    "wrong",
    [
        {"stt": -1.0, "tts": 2.0, "response": 1.0},
        {"stt": 1.0, "response": 5.0},
        {"sst": 1.0, "response": 1.0},
    ],
)
def test_a_ledger_that_cannot_be_true_is_refused(wrong: dict[str, float]) -> None:
    async def main() -> None:
        Trace().emit(finished(wrong))

    with pytest.raises(TraceError):
        run(main(), virtual=True)


def test_old_records_go_first_and_are_counted() -> None:
    async def main() -> Trace:
        trace = Trace(cap=3)
        for number in range(5):
            trace.emit(SpeechStarted(t=float(number)))
        return trace

    trace = run(main(), virtual=True)
    assert trace.dropped == 2
    assert [record.event.t for record in trace] == [2.0, 3.0, 4.0]  # type: ignore[union-attr]
