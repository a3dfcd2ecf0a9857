"""Assertions about a turn say what was wanted and what was there."""

from __future__ import annotations

import pytest

from voiceagent.testing import Turn
from voiceagent.trace.events import SpeechStarted, TurnCancelled, TurnStarted
from voiceagent.trace.trace import Record
from voiceagent.trace.turn_rows import IntentFacts, TurnRow

pytestmark = pytest.mark.unit
ROW = TurnRow(
    file="x.flac",
    turn=1,
    transcript="turn it on",
    intent=IntentFacts("light.on", {"name": "lamp"}, 1.0),
    tier="device",
    reply="The lamp is on.",
    latency_ms={"response": 300.0},
)


def test_what_holds_can_be_said_in_one_sentence() -> None:
    turn = Turn(ROW).heard("turn it on").understood("light.on", name="lamp")
    turn.on("device").within(ms=300).said("LAMP").understood("light.on")


@pytest.mark.parametrize(
    ("method", "wanted", "words"),
    [
        ("heard", "turn it off", "not heard 'turn it off'"),
        ("understood", "light.off", "not understood `light.off`"),
        ("on", "region", "not answered on `region`"),
        ("said", "sofa", "not said 'sofa'"),
    ],
)
def test_what_does_not_hold_is_told_with_what_was_there(
    method: str, wanted: str, words: str
) -> None:
    with pytest.raises(AssertionError) as caught:
        getattr(Turn(ROW), method)(wanted)
    told = str(caught.value)
    assert words in told and "heard       'turn it on'" in told
    assert "300 ms, on `device`" in told and "{" not in told.replace("{'name'", "")


def test_a_turn_without_a_reply_is_in_no_time_and_shows_its_events() -> None:
    records = [
        Record(0.1, SpeechStarted(t=0.1)),
        Record(1.0, TurnStarted(turn=1, t=1.0)),
        Record(5.0, TurnCancelled(turn=1, reason="no speech")),
        Record(9.0, TurnStarted(turn=2, t=9.0)),
    ]
    with pytest.raises(AssertionError) as caught:
        Turn(TurnRow(file="x", turn=1), records).within(ms=1e9)
    lines = str(caught.value).splitlines()
    assert "not answered within" in lines[0] and "never" in lines[5]
    assert [line.split()[2] for line in lines[6:]] == ["TurnStarted", "TurnCancelled"]
    with pytest.raises(AssertionError, match="with {'name': 'sofa'}"):
        Turn(ROW).understood("light.on", name="sofa")
