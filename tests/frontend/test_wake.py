"""The wake gate: windows, refractory time, several words, and no clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.frontend.wake import WakeGate, WakeHit, WakeRule

pytestmark = [pytest.mark.unit, pytest.mark.property]

FRAME = 320
scores = st.lists(st.none() | st.floats(0, 1), max_size=120)


def run(gate: WakeGate, values: list[float | None], word: str = "a") -> list[WakeHit]:
    pushed = [
        gate.push({} if value is None else {word: value}, (at + 1) * FRAME)
        for at, value in enumerate(values)
    ]
    return [hit for hit in pushed if hit is not None]


@given(scores, st.floats(0, 1), st.integers(1, 8))
def test_a_hit_means_that_the_mean_of_the_window_is_over(
    values: list[float | None], threshold: float, window: int
) -> None:
    gate = WakeGate({"a": WakeRule(threshold, window)}, refractory=0.0)
    for hit in run(gate, values):
        heard = values[: round(hit.t * 16_000 / FRAME)]
        newest = [value for value in heard if value is not None][-window:]
        assert hit.score == pytest.approx(sum(newest) / window)
        assert hit.score > threshold


@given(scores)
def test_hits_are_apart_by_the_refractory_time(values: list[float | None]) -> None:
    hits = run(WakeGate({"a": WakeRule(0.4)}, refractory=0.3), values)
    gaps = [after.t - before.t for before, after in zip(hits, hits[1:], strict=False)]
    assert all(gap >= 0.3 - 1e-9 for gap in gaps)


@given(scores)
def test_reset_is_a_fresh_gate(values: list[float | None]) -> None:
    gate = WakeGate({"a": WakeRule(0.5, 3)})
    first = run(gate, values)
    gate.reset()
    assert run(gate, values) == first


def test_one_word_held_for_long_is_one_hit() -> None:
    gate = WakeGate({"a": WakeRule(0.5, 3)}, refractory=0.1)
    assert len(run(gate, [1.0] * 200)) == 1


def test_it_hits_again_once_the_score_has_fallen() -> None:
    gate = WakeGate({"a": WakeRule(0.5)}, refractory=0.1)
    assert len(run(gate, [1.0] * 20 + [0.0] + [1.0] * 20)) == 2


def test_a_word_over_at_the_end_of_the_refractory_time_is_not_lost() -> None:
    gate = WakeGate({"a": WakeRule(0.5)}, refractory=0.2)
    hits = run(gate, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert [round(hit.t, 2) for hit in hits] == [0.02, 0.22]


def test_needed_counts_scores_not_their_mean() -> None:
    rule = WakeRule(0.5, window=4, needed=2)
    assert not run(WakeGate({"a": rule}), [1.0, 0.0, 0.0, 0.0, 1.0])
    assert run(WakeGate({"a": rule}), [0.6, 0.0, 0.0, 0.6])


def test_of_two_words_the_surer_one_is_taken_and_silences_the_other() -> None:
    gate = WakeGate({"a": WakeRule(0.5), "b": WakeRule(0.5)})
    assert gate.push({"a": 0.7, "b": 0.9}, FRAME) == WakeHit("b", 0.9, 0.02)
    assert gate.push({"a": 1.0}, 2 * FRAME) is None


def test_words_without_a_rule_are_ignored() -> None:
    assert WakeGate({}).push({"a": 1.0}, FRAME) is None


@pytest.mark.parametrize(
    "bad",
    [{"threshold": 1.5}, {"window": 0}, {"needed": 3, "window": 2}, {"needed": 0}],
)
def test_impossible_rules_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        WakeRule(**bad)  # type: ignore[arg-type]
