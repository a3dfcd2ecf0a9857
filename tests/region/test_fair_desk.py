"""Whoever has had the least is served next, and nothing is lent twice or lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.clock import now, run
from voiceagent.region import fair_desk
from voiceagent.region.fair_desk import FairDesk, Whose

pytestmark = pytest.mark.property


async def served(
    desk: FairDesk[int], whose: Whose, cost: float, log: list[tuple[float, Whose]]
) -> None:
    """Holds one for as long as it costs."""
    thing = await desk.take(whose, cost)
    log.append((now(), whose))
    try:
        await asyncio.sleep(cost)
    finally:
        desk.give(thing)


def test_who_has_much_does_not_hold_up_who_has_little() -> None:
    async def main() -> float:
        desk, log = FairDesk([1]), list[tuple[float, Whose]]()
        greedy = [served(desk, ("greedy", "s"), 8.0, log) for _ in range(20)]
        tasks = [asyncio.ensure_future(one) for one in greedy]
        await asyncio.sleep(17.0)
        began = now()
        for _ in range(3):
            await served(desk, ("modest", "s"), 2.0, log)
        took = now() - began
        await asyncio.gather(*tasks)
        return took

    # What is being done, its own three, and at most one of the other between two.
    assert run(main(), virtual=True) <= 8.0 + 3 * 2.0 + 2 * 8.0


def test_many_sessions_of_one_subject_have_the_part_of_one() -> None:
    async def main() -> Counter[str]:
        desk, log = FairDesk([1]), list[tuple[float, Whose]]()
        many = [("many", f"s{n}") for n in range(10)]
        for _ in range(5):
            for whose in (*many, ("one", "s")):
                asyncio.ensure_future(served(desk, whose, 1.0, log))
        await asyncio.sleep(9.5)
        return Counter(whose[0] for _, whose in log)

    assert run(main(), virtual=True) == {"many": 5, "one": 5}


def test_who_was_away_has_nothing_saved_up() -> None:
    async def main() -> list[str]:
        desk, log = FairDesk([1]), list[tuple[float, Whose]]()
        for _ in range(40):
            asyncio.ensure_future(served(desk, ("a", "s"), 1.0, log))
        await asyncio.sleep(20.5)
        for _ in range(10):
            asyncio.ensure_future(served(desk, ("b", "s"), 1.0, log))
        await asyncio.sleep(10.0)
        return [whose[0] for _, whose in log[21:]]

    # One more than the half: what was being done then is over.
    assert Counter(run(main(), virtual=True)) == {"a": 4, "b": 6}


asks = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from("xy"),
        st.integers(0, 9),
        st.integers(0, 20),
        st.booleans(),
    ),
    max_size=30,
)


@given(asks=asks, things=st.integers(1, 3))
def test_nothing_is_lent_twice_or_lost_and_everybody_is_served(
    asks: list[tuple[str, str, int, int, bool]], things: int
) -> None:
    async def main() -> None:
        desk, out, done = FairDesk(range(things)), set[int](), []

        async def one(whose: Whose, cost: float, at: int, *, patient: bool) -> None:
            await asyncio.sleep(at)
            async with asyncio.timeout(None if patient else 3.0):
                thing = await desk.take(whose, cost)
                assert thing not in out
                out.add(thing)
                try:
                    await asyncio.sleep(cost)
                finally:
                    out.remove(thing)
                    desk.give(thing)
            done.append(whose)

        work = [
            one((who, session), cost, at, patient=patient)
            for who, session, cost, at, patient in asks
        ]
        ends = await asyncio.gather(*work, return_exceptions=True)
        assert all(end is None or isinstance(end, TimeoutError) for end in ends)
        assert len(done) >= sum(ask[4] for ask in asks)
        assert sorted(desk.free) == list(range(things))
        assert desk.waiting == 0

    run(main(), virtual=True)


@given(st.lists(st.integers(1, 8), min_size=2, max_size=6))
def test_all_who_always_wait_have_as_much(costs: list[int]) -> None:
    """However large their pieces are, to a piece."""

    async def main() -> list[float]:
        desk, had = FairDesk([1]), [0.0] * len(costs)

        async def always(number: int) -> None:
            while True:
                thing = await desk.take((str(number), "s"), float(costs[number]))
                await asyncio.sleep(costs[number])
                had[number] += costs[number]
                desk.give(thing)

        # Two each, so that one waits while the other is served.
        tasks = [asyncio.ensure_future(always(n // 2)) for n in range(2 * len(costs))]
        await asyncio.sleep(400.0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return sorted(had)

    had = run(main(), virtual=True)
    assert all(more - less <= 2 * max(costs) for less, more in pairwise(had))


def test_sessions_that_came_and_went_are_forgotten_where_it_is_never_idle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fair_desk, "MOST", 50)

    async def main() -> int:
        desk = FairDesk([1, 2])
        held, most = await desk.take(("always", "s"), 1.0), 0
        for number in range(1000):
            thing = await desk.take((f"connection {number}", "s"), 1.0)
            most = max(most, len(desk._had), len(desk._reached))
            desk.give(held)
            held = thing
        return most

    assert run(main(), virtual=True) <= 3 * 50


def test_who_waits_or_had_something_lately_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fair_desk, "MOST", 8)

    async def main() -> list[str]:
        desk, log = FairDesk([1]), list[tuple[float, Whose]]()
        tasks = [
            asyncio.ensure_future(served(desk, (who, "s"), cost, log))
            for who, cost in [("greedy", 9.0), ("greedy", 9.0), ("greedy", 9.0)]
        ]
        await asyncio.sleep(1.0)
        tasks += [
            asyncio.ensure_future(served(desk, (f"one {number}", "s"), 1.0, log))
            for number in range(20)
        ]
        await asyncio.gather(*tasks)
        return [whose[0] for _, whose in log]

    assert run(main(), virtual=True)[-2:] == ["greedy"] * 2
