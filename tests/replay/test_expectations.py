"""Expected turns and those that came are paired honestly, and each miss is named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.replay.expectations import ABOUT, check, paired, word_errors
from voiceagent.replay.scenario import Expect, Scenario, ScenarioTurn
from voiceagent.trace.events import (
    AlarmRang,
    Escalated,
    SpeechStarted,
    TurnFinished,
    TurnStarted,
)
from voiceagent.trace.trace import Record
from voiceagent.trace.turn_rows import IntentFacts, TurnRow

pytestmark = pytest.mark.property
TIMES = st.lists(st.floats(0, 60), max_size=6, unique=True).map(sorted)


def row(number: int, started: float | None, *, answered: bool = True) -> TurnRow:
    one = TurnRow(file="x", turn=number, started=started, transcript="turn it on")
    one.latency_ms = {"response": 300.0} if answered else {}
    one.cancelled = "" if answered else "no speech"
    one.intent = IntentFacts("light.on", {}, 1.0)
    return one


def came(times: Sequence[float]) -> list[TurnRow]:
    return [row(i, t) for i, t in enumerate(times, 1)]


def wanted(times: Sequence[float | None]) -> list[ScenarioTurn]:
    return [ScenarioTurn(at=t) for t in times]


@given(TIMES, TIMES)
def test_each_is_paired_once_in_order_and_near(
    at: list[float], started: list[float]
) -> None:
    found = paired(wanted(at), came(started))
    assert len(found) == len(at)
    numbers = [one.turn for one in found if one]
    assert numbers == sorted(set(numbers))
    for turn, one in zip(wanted(at), found, strict=True):
        if one is not None:
            assert abs((one.started or 0) - (turn.at or 0)) <= ABOUT


@given(TIMES)
def test_what_comes_when_it_is_expected_is_paired(at: list[float]) -> None:
    found = paired(wanted(at), came(at))
    assert [one.turn for one in found if one] == list(range(1, len(at) + 1))


@given(st.integers(0, 5), st.integers(0, 5))
def test_without_times_the_first_ones_are_paired(turns: int, rows: int) -> None:
    found = paired(wanted([None] * turns), came(range(rows)))
    both = min(turns, rows)
    assert [one.turn for one in found if one] == list(range(1, both + 1))
    assert found[both:] == [None] * (turns - both)


@pytest.mark.parametrize(
    ("at", "started", "numbers"),
    [
        ([1, 7], [7.8], [0, 1]),
        ([1, 7], [1.9], [1, 0]),
        ([1, 5], [5.9], [0, 1]),
        ([1, 5], [1.9, 5.9, 9.0], [1, 2]),
        ([1, 5], [5.9, 6.5], [0, 1]),
        ([1], [4.5], [0]),
        ([1, None], [1.5, 20.0], [1, 2]),
        ([1, None], [20.0], [0, 1]),
    ],
)
def test_a_turn_is_not_taken_for_another(
    at: list[float | None], started: list[float], numbers: list[int]
) -> None:
    found = paired(wanted(at), came(started))
    assert [one.turn if one else 0 for one in found] == numbers


def failed(scenario: Scenario, rows: list[TurnRow], *events: object) -> list[str]:
    records = [Record(0.0, event) for event in events]  # type: ignore[arg-type]
    checks = check(scenario, rows, records, timed=True)
    return [str(one) for one in checks if not one.ok]


def test_a_turn_that_did_not_happen_fails_whatever_else_is_asked_of_it() -> None:
    same = Expect(intent="light.on")
    turns = [ScenarioTurn(at=1, expect=same), ScenarioTurn(at=5, expect=same)]
    found = failed(Scenario(audio="x", turn=turns), [row(1, 1.9)])
    assert found == [
        "turns: wanted '2', got '1'",
        "turn 2: wanted 'a turn at about 5 s', got 'none'",
    ]


def test_a_turn_that_was_given_up_says_so() -> None:
    rows = [row(1, 1.9, answered=False)]
    found = failed(Scenario(audio="x", turn=[ScenarioTurn(at=1)]), rows)
    assert "ended with no speech" in found[1] and "1.90 s" in found[1]


def test_a_turn_too_many_is_named() -> None:
    found = failed(Scenario(audio="x"), [row(1, 1.9)])
    assert found == [
        "turns: wanted '0', got '1' (not expected: turn at 1.90 s ('turn it on'))"
    ]


def test_one_too_few_and_one_too_many_are_no_pair() -> None:
    found = failed(Scenario(audio="x", turn=[ScenarioTurn(at=1)]), [row(1, 9.0)])
    assert [line.partition(":")[0] for line in found] == ["turns", "turn 1"]


def test_a_turn_that_met_a_bug_of_ours_never_holds() -> None:
    broken = row(1, 1.0)
    broken.failed = "bug"
    found = failed(Scenario(audio="x", turn=[ScenarioTurn()]), [broken])
    assert found == ["turn 1 error: wanted 'none', got 'bug'"]


def test_events_of_a_turn_are_its_own_and_what_happens_in_between() -> None:
    inside = (
        TurnStarted(turn=1, t=1.0),
        SpeechStarted(t=1.1),
        Escalated(turn=2, leg="region", data_class="audio", bytes=1),
        TurnFinished(
            turn=1,
            speech_end=2.0,
            tier="device",
            reason="",
            latency_ms={"response": 0.0},
            budget_ms=800,
            budget_met=True,
        ),
        AlarmRang(id="1", pii_text="tea"),
    )

    def missing(**asked: list[str]) -> list[str]:
        turns = [ScenarioTurn(at=1.0, **asked)]  # type: ignore[arg-type]
        found = failed(Scenario(audio="x", turn=turns), [row(1, 1.0)], *inside)
        return [line.partition(":")[0] for line in found]

    assert missing(absent=["AlarmRang", "Escalated", "BargeIn"]) == []
    assert missing(absent=["SpeechStarted"]) == ["turn 1 no SpeechStarted"]
    assert missing(present=["SpeechStarted", "TurnFinished"]) == []
    assert missing(present=["AlarmRang"]) == ["turn 1 has AlarmRang"]


WORDS = st.lists(st.sampled_from(["a", "b", "c's", "4.5"]), max_size=6).map(" ".join)


@given(WORDS, WORDS, WORDS)
def test_word_errors_are_a_distance(one: str, two: str, three: str) -> None:
    assert word_errors(one, one) == 0
    assert word_errors(one, two) == word_errors(two, one)
    assert word_errors(one, three) <= word_errors(one, two) + word_errors(two, three)
    assert word_errors(one, "") == len(one.split())


@pytest.mark.parametrize(
    ("one", "two", "errors"),
    [
        ("Turn on the light.", "turn on the light", 0),
        ("turn on the light", "turn off the light please", 2),
        ("it's 4.5 degrees", "its 4.5 degrees", 1),
        ("", "a b", 2),
    ],
)
def test_words_are_compared_without_case_and_stops(
    one: str, two: str, errors: int
) -> None:
    assert word_errors(one, two) == errors


@pytest.mark.parametrize(("allowed", "held"), [(0.2, False), (0.25, True)])
def test_errors_are_forgiven_by_the_word(allowed: float, held: bool) -> None:
    expect = Expect(transcript="turn it off now", max_wer=allowed)
    one = row(1, 1.0)
    one.transcript = "turn it on now"
    found = failed(Scenario(audio="x", turn=[ScenarioTurn(expect=expect)]), [one])
    assert (found == []) is held
