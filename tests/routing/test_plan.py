"""Plans: vetoes first, then time, then price; a pure function of what it is told."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.routing.breaker import Breaker, BreakerState
from voiceagent.routing.latency import ENOUGH, LatencyBook, Prior
from voiceagent.routing.plan import NEVER, LegFacts, Situation, make_plan
from voiceagent.routing.veto import OFFLINE, Veto, VetoKind

pytestmark = pytest.mark.property
seconds = st.floats(0.0, 5.0)
NO_WAY = Veto(VetoKind.OFFLINE, OFFLINE)
legs = st.builds(
    LegFacts,
    name=st.sampled_from(["region", "cloud", "backup"]),
    vetoes=st.lists(
        st.builds(Veto, st.sampled_from(VetoKind), st.text(min_size=1)), max_size=2
    ).map(tuple),
    usual=seconds,
    slow=seconds,
    price=st.none() | st.floats(0.0, 1.0),
    seen=st.integers(0, 200),
)
situations = st.builds(
    Situation,
    left=st.floats(-1.0, 3.0),
    legs=st.lists(legs, max_size=3, unique_by=lambda leg: leg.name).map(tuple),
    hedge=st.booleans(),
)


@given(situations)
def test_a_plan_names_every_leg_once_and_never_one_that_is_vetoed(
    situation: Situation,
) -> None:
    plan = make_plan(situation)
    able = {leg.name for leg in situation.legs if not leg.vetoes}
    assert set(plan.order) == able and len(plan.order) == len(able)
    assert dict(plan.vetoed).keys() == {leg.name for leg in situation.legs} - able
    assert plan.reason and plan == make_plan(situation)
    assert plan.after >= 0 and (situation.hedge or plan.after == NEVER)


@given(situations)
def test_who_is_in_time_goes_before_who_is_not(situation: Situation) -> None:
    plan = make_plan(situation)
    facts = {leg.name: leg for leg in situation.legs}
    in_time = [facts[name].slow <= situation.left for name in plan.order]
    assert in_time == sorted(in_time, reverse=True)


def leg(name: str, usual: float, slow: float, price: float | None = 0.0) -> LegFacts:
    return LegFacts(name=name, usual=usual, slow=slow, price=price)


def test_among_those_in_time_the_cheaper_one_is_asked_first() -> None:
    near, far = leg("region", 0.2, 0.4, 0.002), leg("cloud", 0.1, 0.2, 0.01)
    plan = make_plan(Situation(left=0.7, legs=(far, near)))
    assert plan.order == ("region", "cloud")
    assert plan.after == 0.4
    assert plan.reason == (
        "region in time: 200 ms usual, 400 ms slow, 700 ms left; cloud after 400 ms"
    )


def test_an_unknown_price_ranks_behind_a_known_one() -> None:
    legs = leg("cloud", 0.1, 0.2, None), leg("region", 0.2, 0.4, 0.002)
    assert make_plan(Situation(left=0.7, legs=legs)).first == "region"


def test_the_second_starts_early_enough_to_be_in_time_itself() -> None:
    slow, other = leg("region", 0.3, 0.9), leg("backup", 0.25, 0.9)
    plan = make_plan(Situation(left=0.6, legs=(slow, other)))
    assert plan.first == "backup" and math.isclose(plan.after, 0.3)


def test_where_nobody_can_be_in_time_the_quickest_is_asked() -> None:
    legs = leg("region", 0.9, 2.0), leg("cloud", 0.5, 1.0, 0.5)
    plan = make_plan(Situation(left=0.2, legs=legs))
    assert plan.first == "cloud" and "late in any case" in plan.reason


def test_nobody_can_be_asked() -> None:
    out = LegFacts(name="region", vetoes=(NO_WAY,), usual=0.1, slow=0.2)
    plan = make_plan(Situation(left=0.5, legs=(out,)))
    assert not plan.order and plan.reason == "region: no way there"
    assert make_plan(Situation(left=0.5, legs=())).reason == "there is no other tier"


@given(st.lists(seconds, min_size=ENOUGH, max_size=300))
def test_predictions_are_percentiles_of_what_was_seen(seen: list[float]) -> None:
    book = LatencyBook()
    for one in seen:
        book.note("region", 10, one)
    found = book.predict("region", 10)
    usual, slow, count = found.usual, found.slow, found.seen
    last = sorted(seen[-200:])
    assert count == len(last) and usual <= slow
    assert usual in last and slow in last
    assert sum(one <= slow for one in last) >= 0.95 * len(last)


def test_what_was_not_seen_is_expected_as_told() -> None:
    book = LatencyBook({"region": Prior(0.2, 0.5)})
    found = book.predict("region", 10)
    assert (found.usual, found.slow, found.seen) == (0.2, 0.5, 0)
    assert book.predict("cloud", 10).slow == 0.7
    book.note("region", 10, 0.1)
    assert book.predict("region", 900).seen == 1, "other sizes are better than nothing"


def test_a_breaker_rests_longer_after_every_failed_probe() -> None:
    breaker = Breaker(failures=2, rest=1.0, longest=3.0)
    breaker.failed(0.0)
    assert breaker.state(0.0) is BreakerState.CLOSED
    breaker.failed(0.0)
    assert breaker.state(0.9) is BreakerState.OPEN and not breaker.allows(0.9)
    for at, rest in ((1.0, 2.0), (3.0, 3.0), (6.0, 3.0)):
        assert breaker.state(at) is BreakerState.HALF_OPEN and breaker.allows(at)
        breaker.started(at)
        assert not breaker.allows(at), "one probe at a time"
        breaker.failed(at)
        assert not breaker.allows(at + rest - 0.01) and breaker.allows(at + rest)
    breaker.started(9.5)
    breaker.unknown()
    assert breaker.allows(9.5), "a probe that was given up tells nothing"
    breaker.started(9.5)
    breaker.succeeded()
    assert breaker.state(9.5) is BreakerState.CLOSED
