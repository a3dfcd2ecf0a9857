"""Engines that hang or die in mid-turn: it is answered, and so is the next one."""

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from agents import Stage
from trouble import COMMAND, SECOND

from voiceagent import child_process
from voiceagent.agent.agent import Agent
from voiceagent.child_process import CAN_COPY
from voiceagent.clock import Pace
from voiceagent.engines.fake import DeclaredTts, ScriptedStt
from voiceagent.stt.in_child import ProcessStt
from voiceagent.trace.events import (
    Degraded,
    ReplyReady,
    SessionEnded,
    SpeakingStarted,
    TurnEnded,
)

pytestmark = pytest.mark.fault
LATEST = 1.05
"""Seconds from the end of speech in which something is heard: the budget and a bit."""
LIMIT = 3.0


def hangs_once(call: int, usual: float) -> Callable[[], float]:
    """What calls cost, of which one never comes back."""
    costs = (1e9 if number == call else usual for number in range(1, 10_000))
    return lambda: next(costs)


def two_turns(stage: Stage) -> None:
    """Two commands; both are answered as they should be, and one thing was wrong."""
    first, second = stage.play(*COMMAND, (LIMIT + 4, 0.0), *COMMAND)
    for row in (first, second):
        assert row.failed == "" and "You said turn it on." in row.reply
    assert len(stage.events(Degraded)) == 1
    assert len(stage.events(SessionEnded)) == 1
    assert all(soonest <= LATEST for soonest in first_sounds(stage))


def first_sounds(stage: Stage) -> list[float]:
    """Seconds from the end of speech to the first sound, by turn."""
    ends = {
        record.event.turn: record.at - (record.event.t - record.event.speech_end)
        for record in stage.records
        if isinstance(record.event, TurnEnded)
    }
    began = [r for r in stage.records if isinstance(r.event, SpeakingStarted)]
    return [
        min(record.at for record in began if record.event.turn == turn) - end
        for turn, end in ends.items()
    ]


@pytest.mark.parametrize("call", range(1, 16))
@pytest.mark.parametrize("kind", ["stt", "stt.final"])
def test_a_recogniser_that_hangs_at_any_call(kind: str, call: int) -> None:
    usual = {"stt": 0.002, "stt.final": 0.05}
    stage = Stage(
        says=["turn it on"] * 3,
        wakes=(0.9, SECOND + LIMIT + 4),
        costs={"tts": 0.05, **usual, kind: hangs_once(call, usual[kind])},
        limits={"stt": LIMIT, "stt.begin": LIMIT},
    )
    if calls(kind) >= call:
        two_turns(stage)


def calls(kind: str) -> int:
    """How often a recogniser is called for one command."""
    counted = 0

    def cost() -> float:
        nonlocal counted
        counted += 1
        return 0.002

    Stage(costs={"tts": 0.05, kind: cost}).play(*COMMAND)
    return counted


@pytest.mark.parametrize("call", range(1, 8))
def test_a_voice_that_hangs_at_any_call(call: int) -> None:
    stage = Stage(
        says=["turn it on"] * 3,
        wakes=(0.9, SECOND + LIMIT + 4),
        voices=[DeclaredTts(), Other()],
        costs={"tts": hangs_once(call, 0.05), "stt": 0.002},
        limits={"tts": LIMIT},
    )
    stage.play(*COMMAND, (LIMIT + 4, 0.0), *COMMAND)
    rows = [event.pii_text for event in stage.events(ReplyReady)]
    assert sum(text == "You said turn it on." for text in rows) == 2
    assert len(stage.events(Degraded)) == 1 and len(stage.events(SessionEnded)) == 1


class Other(DeclaredTts):
    """A second voice."""

    name = "other"


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessStt]:
    """A real process that listens, of which it is soon known that it is stopped."""
    monkeypatch.setattr(child_process, "STILL", 0.5)
    make = partial(ScriptedStt, ["turn it on"] * 3)
    stt = ProcessStt(make, name="toy", copied=CAN_COPY)
    yield stt
    stt.close()


def test_a_real_process_that_is_stopped_in_mid_turn(process: ProcessStt) -> None:
    def stop(agent: Agent) -> None:
        os.kill(process.pid, signal.SIGSTOP)

    spoken = ((0.1, 0.0), (0.2, 0.3), (0.2, 0.0), (0.8, 0.3))
    stage = Stage(stt=process, wakes=(0.3, 4.6), pace=Pace.REALTIME, costs={})
    first, second = stage.play(*spoken, (3.0, 0.0), *spoken, (1.0, 0.0), at={0.9: stop})
    for row in (first, second):
        assert row.failed == "" and "You said turn it on." in row.reply
    assert len(stage.events(Degraded)) == 1
