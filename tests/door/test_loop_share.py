"""Whoever uses the whole loop waits where others are there, and only then."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.clock import now, run
from voiceagent.door.loop_share import LEAST, LONGEST, PART, SAVED, LoopShare, Metered

SECONDS = 3.0
pytestmark = [pytest.mark.unit, pytest.mark.property]


def used(seconds: float, each: float, *, others: bool) -> float:
    """What a flood of events has used in so many seconds."""
    share, at, whole = LoopShare(), 0.0, 0.0
    while at < seconds:
        if others:
            share.used("quiet", 0.0005, at)
            assert share.wait("quiet", at) == 0.0
        at += share.wait("greedy", at)
        at, whole = at + each, whole + each
        share.used("greedy", each, at)
    return whole / seconds


def test_a_flood_has_its_part_and_no_more() -> None:
    assert used(60, 0.001, others=False) > 0.99
    assert 0.75 * PART < used(60, 0.001, others=True) < 1.25 * PART
    assert used(60, 0.1, others=True) < 1.5 * PART


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 40),
    st.floats(0.0005, 0.05),
    st.floats(0.0, 0.05),
)
def test_many_connections_of_a_subject_are_one_line(
    connections: int, reading: float, sending: float
) -> None:
    """What is sent later counts too, and no moment is full of one subject's events."""
    share, did = LoopShare(), list[tuple[float, float]]()

    def worked(whose: str, seconds: float) -> None:
        share.used(whose, seconds, now())
        did.append((now(), seconds))

    async def floods() -> None:
        while now() < SECONDS:
            if not await share.turn("greedy"):
                await asyncio.sleep(0)
            worked("greedy", reading)
            await asyncio.sleep(0)
            worked("greedy", sending)

    async def quiet() -> None:
        while now() < SECONDS:
            share.used("quiet", 0.0001, now())
            assert not await share.turn("quiet")
            await asyncio.sleep(0.1)

    async def main() -> None:
        tasks = [asyncio.create_task(floods()) for _ in range(connections)]
        await quiet()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not share._lines, "nobody waits any more"

    run(main(), virtual=True)
    # All come once before anybody has used anything; from then on there is a line.
    most = SAVED + (connections + 2) * (reading + sending)
    assert sum(seconds for _, seconds in did) <= most + SECONDS * PART
    later = [(at, seconds) for at, seconds in did if at > 1.0]
    for first, (at, _) in enumerate(later):
        moment = 0.0
        for when, seconds in later[first:]:
            if when >= at + LEAST:
                break
            moment += seconds
        assert moment <= 3 * (reading + sending) + 2 * LEAST


def test_nobody_waits_for_ever_whatever_was_used() -> None:
    share = LoopShare()
    share.used("quiet", 0.001, 0.0)
    share.used("greedy", 1e9, 0.0)
    assert share.wait("greedy", 0.0) == pytest.approx(LONGEST)
    assert share.wait("greedy", LONGEST + 0.01) == 0.0


def test_who_is_cancelled_in_the_line_holds_up_nobody() -> None:
    share = LoopShare()

    async def main() -> None:
        share.used("quiet", 0.001, now())
        share.used("greedy", 10.0, now())
        tasks = [asyncio.create_task(share.turn("greedy")) for _ in range(5)]
        await asyncio.sleep(0.01)
        for task in tasks[:4]:
            task.cancel()
        assert await tasks[4]
        assert now() < LONGEST + 0.1 and not share._lines

    run(main(), virtual=True)


@pytest.mark.parametrize("how", ["returns", "raises", "is cancelled", "goes on"])
def test_metered_work_does_what_it_does_unmetered(how: str) -> None:
    async def work() -> str:
        try:
            await asyncio.sleep(1.0)
            if how == "raises":
                raise KeyError("x")
            await asyncio.sleep(1.0)
        except asyncio.CancelledError:
            if how != "goes on":
                raise
            await asyncio.sleep(5.0)
        return "done"

    async def outcome(stretches: list[float] | None) -> tuple[str, float]:
        async def whole() -> str:
            made = work()
            return await (made if stretches is None else Metered(made, told))

        def told(seconds: float) -> None:
            assert stretches is not None and seconds >= 0.0
            stretches.append(seconds)

        task = asyncio.create_task(whole())
        if how in ("is cancelled", "goes on"):
            await asyncio.sleep(0.5)
            task.cancel()
        await asyncio.wait({task})
        end = "cancelled" if task.cancelled() else repr(task.exception())
        return end if end != "None" else task.result(), now()

    stretches: list[float] = []
    plain = run(outcome(None), virtual=True)
    assert run(outcome(stretches), virtual=True) == plain
    assert len(stretches) >= 2
