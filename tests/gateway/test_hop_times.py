"""What hops take: as it was measured, and together as it would be."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.gateway import hop_times
from voiceagent.gateway.hop_times import (
    FEWEST,
    HORIZON,
    LAST,
    HopTimesBook,
    compound,
)

pytestmark = pytest.mark.property

TOOK = st.lists(st.floats(0, 2), min_size=1, max_size=60)


def test_three_hops_each_within_its_p95() -> None:
    found = compound([[0.1] * 20] * 3)
    assert f"{found.each_within_p95:.0%}" == "86%"
    assert f"{found.each_within_p99:.0%}" == "97%"
    assert found.sum_p95 == pytest.approx(0.3)
    assert found.p99 == pytest.approx(0.3, abs=1e-3)
    told = list(found.lines())
    assert "86% of turns" in told[-1] and "300 ms" in told[1]


@settings(max_examples=20)
@given(st.lists(TOOK, min_size=1, max_size=4))
def test_together_they_take_what_drawing_one_of_each_takes(
    hops: list[list[float]],
) -> None:
    found, luck = compound(hops), random.Random(7)
    drawn = sorted(sum(luck.choice(hop) for hop in hops) for _ in range(2000))
    width = sum(map(max, hops)) / 1000 + 1e-6
    for share, told in ((0.5, found.p50), (0.95, found.p95), (0.99, found.p99)):
        within = sum(one <= told + width for one in drawn) / len(drawn)
        below = sum(one < told - width for one in drawn) / len(drawn)
        assert within >= share - 0.05 and below <= share + 0.05
    assert found.p50 <= found.p95 <= found.p99 <= sum(map(max, hops)) + width


@pytest.mark.parametrize(
    "hops", [[], [[]], [[0.1], []], [[-1.0]], [[float("nan")]], [[float("inf")], [1.0]]]
)
def test_what_was_not_measured_is_not_made_up(hops: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"measured|number"):
        compound(hops)


def test_nothing_took_any_time() -> None:
    found = compound([[0.0], [0.0]])
    assert found.p99 == pytest.approx(0.0, abs=1e-6)


@given(st.lists(st.floats(0, 9), min_size=FEWEST, max_size=LAST))
def test_percentiles_are_of_what_was_measured(took: list[float]) -> None:
    book = HopTimesBook()
    for number, seconds in enumerate(took):
        book.note("a", seconds, at=float(number))
    found = book.of("a", at=float(len(took)))
    assert found is not None and found.count == len(took)
    assert {found.p50, found.p95, found.p99} <= set(took)
    assert sum(one <= found.p95 for one in took) >= 0.95 * len(took)
    assert found.p50 <= found.p95 <= found.p99


def test_few_calls_say_nothing_and_old_ones_are_forgotten() -> None:
    book = HopTimesBook()
    for number in range(FEWEST):
        assert book.of("a", at=10.0) is None
        book.note("a", 5.0, at=float(number))
    assert book.of("a", at=10.0) is not None
    # It was slow, and nobody calls it any more: it is tried again.
    assert book.of("a", at=FEWEST + HORIZON + 1) is None
    assert book.samples("b", at=0.0) == []


def test_what_is_no_time_is_not_remembered() -> None:
    book = HopTimesBook()
    for odd in (float("nan"), float("inf"), -1.0):
        book.note("a", odd, at=0.0)
    assert book.samples("a", at=0.0) == []


def test_it_remembers_no_more_than_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hop_times, "MOST_TOOLS", 3)
    book = HopTimesBook()
    for number in range(10):
        book.note(f"t{number}", 0.1, at=0.0)
    for number in range(LAST + 50):
        book.note("t9", float(number), at=0.0)
    assert book.samples("t0", at=0.0) == []
    assert len(book.samples("t9", at=0.0)) == LAST
