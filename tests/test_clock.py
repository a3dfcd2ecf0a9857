"""The loop is the clock; work costs what the pace says."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.clock import VIRTUAL_EPOCH, Compute, Pace, local, now, run, wall

pytestmark = pytest.mark.unit


def test_hours_pass_at_once() -> None:
    async def main() -> float:
        await asyncio.sleep(8 * 3600)
        return now()

    assert run(main(), virtual=True) == pytest.approx(8 * 3600)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_timers_fire_by_time_then_in_the_order_they_were_made(
    delays: list[int],
) -> None:
    fired: list[tuple[int, int]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number, delay in enumerate(delays):
            loop.call_at(1.0 + delay, fired.append, (delay, number))
        await asyncio.sleep(10)

    run(main(), virtual=True)
    assert fired == sorted(fired)
    assert len(fired) == len(delays)


def test_nothing_left_to_wait_for_is_an_error_not_a_hang() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="no timer is left"):
        run(main(), virtual=True)


def test_declared_cost_is_charged_whatever_the_work_took() -> None:
    async def main() -> float:
        compute = Compute(Pace.VIRTUAL, {"stt": 0.25})
        assert await compute("stt", sum, range(1000)) == 499_500
        return now()

    assert run(main(), virtual=True) == pytest.approx(0.25)


def test_measured_cost_is_charged() -> None:
    async def main() -> tuple[float, float]:
        compute = Compute(Pace.MEASURED)
        await compute("stt", sum, range(200_000))
        return now(), compute.spent["stt"]

    passed, spent = run(main(), virtual=True)
    assert passed == pytest.approx(spent) and spent > 0


def test_live_work_leaves_the_loop_and_each_stage_has_its_thread() -> None:
    import threading

    async def main() -> set[str]:
        compute = Compute()
        names = await asyncio.gather(
            *(
                compute(stage, lambda: threading.current_thread().name)
                for stage in "abab"
            )
        )
        compute.close()
        return set(names)

    assert run(main()) == {"a_0", "b_0"}


def test_dates_in_a_replay_start_at_a_fixed_one() -> None:
    async def main() -> float:
        await asyncio.sleep(90)
        assert local() == wall()
        return (wall() - VIRTUAL_EPOCH).total_seconds()

    assert run(main(), virtual=True) == pytest.approx(90)
