"""What is held adds up, and nobody can take the rest away."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.door.holdings import LITTLE, LITTLE_OF_ONE, Holdings

pytestmark = [pytest.mark.unit, pytest.mark.property]
WHO = ["one", "two", ""]
ACTS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(WHO), st.integers(0, 900))
)


@settings(max_examples=30)
@given(ACTS)
def test_what_is_held_adds_up_whatever_is_held_again(
    acts: Sequence[tuple[str, str, int]],
) -> None:
    held, now = Holdings(1000.0), dict[str, tuple[str, int]]()
    for thing, whose, size in acts:
        held.hold(thing, whose, size)
        now[thing] = whose, size
        for one in WHO:
            assert held.of(one) == sum(size for who, size in now.values() if who == one)
        assert held.total == sum(size for _, size in now.values())
    for thing in now:
        held.let_go(thing)
        held.let_go(thing)
    assert held.total == 0 and not any(map(held.of, WHO))


@settings(max_examples=30)
@given(st.integers(2, 100), st.floats(0.1, 1.0))
def test_who_takes_all_leaves_room_and_all_together_have_an_end(
    others: int, share: float
) -> None:
    held, most = Holdings(1e6, share=share), 1e6
    for greedy in range(others):
        number = 0
        while held.room(str(greedy), 500.0) and number < 3000:
            held.hold(f"{greedy} {number}", str(greedy), 500.0)
            number += 1
        assert held.of(str(greedy)) <= share * most
    assert held.room("quiet", LITTLE * most)
    assert held.total <= most * (1 + others * LITTLE)


def test_without_a_limit_there_is_room() -> None:
    held = Holdings()
    held.hold("a", "one", 1e18)
    assert held.room("one", 1e18)


@settings(max_examples=30)
@given(st.integers(1, 9), st.floats(0.1, 0.9))
def test_who_fills_a_ceiling_leaves_a_little_to_others_under_it(
    greedy: int, share: float
) -> None:
    held, most = Holdings(1e6, share=share), 1e6
    for number in range(3000):
        one = f"{number % greedy}"
        if held.room(one, 500.0, under="house"):
            held.hold(f"{number}", one, 500.0, under="house")
    before = held.of("house")
    little = LITTLE_OF_ONE * (share * most)
    assert before <= share * most + greedy * little and before == held.total
    if before + little <= most:
        assert held.room("quiet", little, under="house")
    assert not held.room("quiet", little + 1.0, under="house")
    assert held.of("house") == sum(held.of(f"{one}") for one in range(greedy))
