"""Budgets over hops: nothing is begun that cannot be done, an effect is done once."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.gateway.hops import (
    MOST_HOPS,
    MOST_TOGETHER,
    HopBudget,
    HopLedger,
    PlannedHop,
    manners,
    planned,
    stages,
)
from voiceagent.gateway.tool import ToolClass

pytestmark = pytest.mark.property

SECONDS = st.floats(0, 5)
ODD = st.sampled_from([float("nan"), float("inf"), -1.0, -float("inf")])
HOP = st.builds(
    PlannedHop, st.sampled_from("abc"), st.none() | SECONDS, st.floats(0, 0.3)
)


@given(SECONDS, st.floats(0, 1), SECONDS, st.floats(0, 0.3))
def test_a_hop_is_started_where_there_is_time_for_its_p95(
    remaining: float, reserve: float, p95: float, rtt: float
) -> None:
    budget, hop = HopBudget(remaining, reserve), PlannedHop("a", p95, rtt)
    left = remaining - reserve
    assert budget.enough(hop) == (left > 0 and p95 + rtt / 2 <= left)
    assert bool(budget.why_not(hop)) != budget.enough(hop)


@given(HOP, ODD)
def test_what_is_no_number_is_not_enough(hop: PlannedHop, odd: float) -> None:
    for one in (PlannedHop("a", odd), PlannedHop("a", 0.1, odd)):
        budget = HopBudget(1.0)
        assert not budget.enough(one) and budget.why_not(one)
        assert not planned([[one]], budget).allowed
    if odd != math.inf:
        assert not HopBudget(odd).enough(hop)
        assert not planned([[hop]], HopBudget(odd)).allowed
    assert not HopBudget(1.0, math.nan).enough(hop)


def test_one_that_nobody_knows_is_tried_while_there_is_time() -> None:
    assert HopBudget(0.01).enough(PlannedHop("a"))
    assert not HopBudget(0.0).enough(PlannedHop("a"))
    assert "0 ms are left" in HopBudget(0.1, 0.1).why_not(PlannedHop("a"))


@given(SECONDS, st.floats(-1, 5), st.floats(-1, 1))
def test_the_next_one_is_never_told_more(left: float, spent: float, rtt: float) -> None:
    passed = HopBudget(left, 0.1).passed_on(spent, rtt)
    assert passed.remaining <= left and passed.reserve == 0.1
    if spent >= 0 and rtt >= 0:
        assert passed.remaining == pytest.approx(left - spent - rtt / 2)


@given(st.lists(st.lists(HOP, min_size=1, max_size=3), max_size=7), SECONDS)
def test_a_plan_is_refused_before_its_first_hop_with_the_sum(
    hops: list[list[PlannedHop]], remaining: float
) -> None:
    budget = HopBudget(remaining, 0.05)
    ruling = planned(hops, budget)
    longest = [max((h.p95 or 0) + h.rtt / 2 for h in stage) for stage in hops]
    assert ruling.needed == pytest.approx(sum(longest))
    if ruling.allowed:
        assert len(hops) <= MOST_HOPS and remaining - 0.05 >= ruling.needed
        for stage, took in zip(hops, longest, strict=True):
            assert all(budget.enough(hop) for hop in stage)
            # As slow as its p95 says: the next one can still be started.
            budget = budget.passed_on(took)
    elif len(hops) <= MOST_HOPS:
        assert remaining - 0.05 < ruling.needed + 1e-9 or remaining <= 0.05
        assert f"= {ruling.needed * 1000:.0f} ms" in ruling.words


def test_the_sum_is_shown_by_hop() -> None:
    hops = [
        [PlannedHop("clock", 0.12)],
        [PlannedHop("lamp", 0.6, 0.04), PlannedHop("x")],
    ]
    ruling = planned(hops, HopBudget(0.5))
    assert ruling.words == (
        "clock 120 + lamp 620 | x ? = 740 ms at p95, and 500 ms are left"
    )
    assert not ruling.allowed and planned(hops, HopBudget(0.74)).allowed


def test_too_many_hops_are_refused_however_fast() -> None:
    budget = HopBudget(100.0)
    assert planned([[PlannedHop("a", 0.0)]] * MOST_HOPS, budget).allowed
    assert not planned([[PlannedHop("a", 0.0)]] * (MOST_HOPS + 1), budget).allowed
    assert planned([[PlannedHop("a", 0.0)] * MOST_TOGETHER], budget).allowed
    assert not planned([[PlannedHop("a", 0.0)] * (MOST_TOGETHER + 1)], budget).allowed


@given(
    st.dictionaries(
        st.integers(0, 7), st.sets(st.integers(0, 7), max_size=3), max_size=8
    )
)
def test_calls_are_made_behind_what_they_wait_for(wants: dict[int, set[int]]) -> None:
    named = {str(n): {str(one) for one in of} for n, of in wants.items()}
    try:
        made = stages(named)
    except ValueError:
        # Somebody waits for what never comes.
        there: set[str] = set()
        while more := {n for n in named if named[n] <= there} - there:
            there |= more
        assert there != set(named)
        return
    assert sorted(name for stage in made for name in stage) == sorted(named)
    done: set[str] = set()
    for stage in made:
        assert all(named[name] <= done for name in stage)
        done |= set(stage)


def test_what_is_free_is_called_together() -> None:
    wants = {"a": (), "b": (), "c": ("a", "b"), "d": ("c",), "e": ("a",)}
    assert stages(wants) == [["a", "b"], ["c", "e"], ["d"]]
    with pytest.raises(ValueError, match="waits for itself"):
        stages({"a": ["a"]})
    with pytest.raises(ValueError, match="`z`"):
        stages({"a": ["z"]})
    assert stages({}) == []


def test_an_effect_is_made_once_and_only_a_read_beside_another() -> None:
    read, same, effect = (manners(klass) for klass in ToolClass)
    assert effect.attempts == 1 and not effect.hedged and effect.keyed
    assert same.attempts > 1 and not same.hedged and same.keyed
    assert read.attempts > 1 and read.hedged


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.floats(1, 9))
def test_what_each_hop_took_adds_up(took: list[float], remaining: float) -> None:
    ledger, left = HopLedger(), remaining
    for number, seconds in enumerate(took):
        ledger.enter(str(number), left)
        left -= seconds
        assert ledger.leave(str(number), left).spent == pytest.approx(seconds)
    assert ledger.spent() == pytest.approx(remaining - left)
    assert ledger.spent(["0"]) == pytest.approx(took[0])


def test_what_is_open_ends_with_the_chain() -> None:
    ledger = HopLedger()
    ledger.enter("a", 1.0)
    ledger.enter("b", 0.9)
    with pytest.raises(ValueError, match="open"):
        ledger.enter("a", 0.8)
    ledger.close(0.5)
    assert [round(e.spent, 3) for e in ledger.entries] == [0.5, 0.4]
    with pytest.raises(KeyError):
        ledger.leave("a", 0.4)
    for number in range(MOST_TOGETHER):
        ledger.enter(str(number), 1.0)
    with pytest.raises(ValueError, match="too many"):
        ledger.enter("more", 1.0)
