"""Scenarios are read strictly, and say what was missed."""

from pathlib import Path

import pytest

from voiceagent.errors import ScenarioError
from voiceagent.replay.expectations import check
from voiceagent.replay.scenario import (
    Expect,
    Scenario,
    ScenarioTurn,
    region_values,
    sample_documents,
)
from voiceagent.replay.scenario_file import load_scenario
from voiceagent.trace.events import SpeechStarted, TurnFinished
from voiceagent.trace.trace import Record
from voiceagent.trace.turn_rows import IntentFacts, TurnRow

pytestmark = pytest.mark.unit

ROW = TurnRow(
    file="x.flac",
    turn=1,
    started=1.2,
    transcript="turn it on",
    intent=IntentFacts("light.on", {"name": "lamp"}, 1.0),
    tier="device",
    reply="The lamp is on.",
    latency_ms={"response": 300.0},
    budget_met=True,
)


def missed(expect: Expect, *, timed: bool = True) -> list[str]:
    scenario = Scenario(audio="x.flac", turn=[ScenarioTurn(at=1.0, expect=expect)])
    checks = check(scenario, [ROW], [], timed=timed)
    return [one.what for one in checks if not one.ok]


def test_what_holds_holds() -> None:
    expect = Expect(
        transcript="turn it on",
        intent="light.on",
        slots={"name": "lamp"},
        tier="device",
        reply="LAMP",
        within_ms=400,
    )
    assert missed(expect) == []


@pytest.mark.parametrize(
    ("expect", "what"),
    [
        (Expect(transcript="turn it off"), "turn 1 transcript"),
        (Expect(intent="light.off"), "turn 1 intent"),
        (Expect(slots={}), "turn 1 slots"),
        (Expect(tier="none"), "turn 1 tier"),
        (Expect(reply="sofa"), "turn 1 reply"),
        (Expect(within_ms=100), "turn 1 within"),
    ],
)
def test_each_expectation_is_looked_at(expect: Expect, what: str) -> None:
    assert missed(expect) == [what]


def test_a_near_transcript_is_enough_where_errors_are_allowed() -> None:
    assert missed(Expect(transcript="turn it off", max_wer=0.4)) == []


def test_time_is_not_looked_at_where_it_is_not_honest() -> None:
    assert missed(Expect(within_ms=100), timed=False) == []


def test_the_number_of_turns_and_forbidden_events_count() -> None:
    scenario = Scenario(audio="x.flac", absent=["SpeechStarted"], present=["BargeIn"])
    records = [Record(0.0, SpeechStarted(t=0.0))]
    failed = [c.what for c in check(scenario, [ROW], records, timed=True) if not c.ok]
    assert failed == ["turns", "no SpeechStarted", "has BargeIn"]
    assert TurnFinished.__name__ not in failed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("audio = 3\n", "$.audio"),
        ("sound = 'x'\naudio = 'x'\n", "sound"),
        ("audio = 'x'\n[[turn]]\nexpect.intend = 'x'\n", "did you mean `intent`"),
        ("audio = \n", "cannot read scenario"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.turn.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert words in str(caught.value)


def test_the_documents_of_the_samples_come_with_the_package(tmp_path: Path) -> None:
    names = [folder.name for folder in sample_documents()]
    assert names == ["house", "museum"]
    package = tmp_path / "voiceagent"
    for name in names:
        (package / "shipped_documents" / name).mkdir(parents=True)
    (tmp_path / "samples" / "documents" / "of others").mkdir(parents=True)
    assert [folder.name for folder in sample_documents(package)] == names
    with pytest.raises(ScenarioError, match="no documents") as error:
        sample_documents(tmp_path / "nowhere")
    assert error.value.cause and error.value.hint


def test_a_scenario_without_a_region_wants_nothing() -> None:
    assert region_values("", {}) == {}
    assert region_values("dies", {})["region.url"] == "sim://cut"
    assert region_values("ok", {"ok": "ws://x"})["region.url"] == "ws://x"
