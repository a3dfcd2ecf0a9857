"""Work that hangs in a thread of ours: given up, counted, and in nobody's way."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.clock import Compute, Pace, now, run
from voiceagent.clock.limits import LIMITS, UNKNOWN, limit_of
from voiceagent.clock.worker import MAX_STUCK
from voiceagent.errors import EngineDied, EngineFailed, EngineHung, EngineLost

pytestmark = pytest.mark.fault
LIMIT = 0.05
Story = Callable[[Compute, Callable[[], str]], Awaitable[Any]]


def told(story: Story) -> tuple[Any, Compute, list[EngineLost]]:
    """What a story with a call that hangs until it is over comes to."""
    freed, lost = threading.Event(), list[EngineLost]()

    def hangs() -> str:
        freed.wait()
        return "late"

    async def main() -> tuple[Any, Compute]:
        async with Compute(lost=lost.append) as compute:
            try:
                return await story(compute, hangs), compute
            finally:
                freed.set()

    return *run(main()), lost


def test_a_call_that_hangs_is_given_up_and_the_next_one_is_made() -> None:
    async def story(compute: Compute, hangs: Callable[[], str]) -> list[str]:
        with pytest.raises(EngineHung) as caught:
            await compute("stt.final", hangs, limit=LIMIT)
        assert f"{LIMIT:g} s" in caught.value.cause and not caught.value.replaced
        return [
            await compute("stt", lambda: threading.current_thread().name),
            await compute("tts", lambda: threading.current_thread().name),
        ]

    names, compute, lost = told(story)
    assert names == ["stt_1", "tts_0"]
    assert dict(compute.given_up) == {"stt": 1} and [e.code for e in lost] == [
        "engine-hung"
    ]


def test_what_waited_behind_it_is_not_slow_and_is_done_by_another() -> None:
    async def story(compute: Compute, hangs: Callable[[], str]) -> object:
        return await asyncio.gather(
            compute("stt", hangs, limit=LIMIT),
            compute("stt", lambda: "done", limit=LIMIT),
            return_exceptions=True,
        )

    (hung, done), _, lost = told(story)
    assert isinstance(hung, EngineHung) and done == "done" and len(lost) == 1


def test_it_is_told_even_where_nobody_waits_any_more() -> None:
    async def story(compute: Compute, hangs: Callable[[], str]) -> None:
        waiting = asyncio.ensure_future(compute("slm", hangs, limit=LIMIT))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        # The thread may not have looked at it yet; this one is surely behind it.
        await compute("slm", lambda: None)

    _, compute, lost = told(story)
    assert len(lost) == compute.given_up.get("slm", 0) <= 1


def test_a_stage_that_keeps_hanging_is_refused_not_fed_with_threads() -> None:
    async def story(compute: Compute, hangs: Callable[[], str]) -> str:
        for _ in range(MAX_STUCK):
            with pytest.raises(EngineHung, match="hung"):
                await compute("tts", hangs, limit=LIMIT)
        with pytest.raises(EngineHung, match="out of use"):
            await compute("tts", hangs, limit=LIMIT)
        return await compute("stt", lambda: "others go on")

    word, compute, lost = told(story)
    assert word == "others go on" and len(lost) == MAX_STUCK
    assert compute.given_up == {"tts": MAX_STUCK}


def test_a_worker_lives_on_whatever_is_raised() -> None:
    def raises(error: BaseException) -> None:
        raise error

    async def story(compute: Compute, hangs: Callable[[], str]) -> str:
        for kind in (ValueError, SystemExit, EngineFailed, EngineDied):
            with pytest.raises(kind):
                await compute("stt", raises, kind("x"))
        with pytest.raises(RuntimeError):
            await compute("stt", raises, StopIteration())
        return await compute("stt", lambda: threading.current_thread().name)

    name, _, lost = told(story)
    assert name == "stt_0" and [type(error) for error in lost] == [EngineDied]


def test_closing_cancels_what_has_not_begun_and_can_be_gone_on_after() -> None:
    async def story(compute: Compute, hangs: Callable[[], str]) -> str:
        first = asyncio.ensure_future(compute("stt", hangs))
        second = asyncio.ensure_future(compute("stt", hangs))
        await asyncio.sleep(0)
        compute.close()
        await asyncio.wait({second})
        assert second.cancelled()
        first.cancel()
        return await compute("stt", lambda: "again")

    assert told(story)[0] == "again"


@given(st.floats(0, 20), st.floats(0.001, 20))
def test_a_declared_hang_is_cut_at_the_limit_and_not_begun(
    cost: float, limit: float
) -> None:
    done: list[str] = []

    async def main() -> tuple[bool, float]:
        compute = Compute(Pace.VIRTUAL, {"stt": lambda: cost}, limits={"stt": limit})
        try:
            await compute("stt.final", done.append, "done")
        except EngineHung as error:
            assert error.replaced
            return True, now()
        return False, now()

    hung, passed = run(main(), virtual=True)
    assert hung == (cost > limit) == (not done)
    assert passed == pytest.approx(min(cost, limit))


def test_costs_may_differ_from_call_to_call() -> None:
    async def main() -> list[float]:
        script = iter([0.5, 100.0])
        compute = Compute(Pace.VIRTUAL, {"tts": lambda: next(script, 0.25)})
        await compute("tts", lambda: None)
        passed = [now()]
        with pytest.raises(EngineHung):
            await compute("tts", lambda: None)
        passed.append(now())
        await compute("tts", lambda: None)
        return [*passed, now()]

    limit = LIMITS["tts"]
    assert run(main(), virtual=True) == pytest.approx([0.5, 0.5 + limit, 0.75 + limit])


@pytest.mark.parametrize("pace", list(Pace))
def test_an_engine_that_is_lost_is_told_of_at_every_pace(pace: Pace) -> None:
    lost: list[EngineLost] = []

    def dies() -> None:
        raise EngineDied("it died")

    async def main() -> None:
        async with Compute(pace, lost=lost.append) as compute:
            with pytest.raises(EngineDied):
                await compute("stt", dies)

    run(main(), virtual=pace is not Pace.REALTIME)
    assert len(lost) == 1


def test_every_kind_has_a_limit_its_own_its_stages_or_the_usual_one() -> None:
    assert limit_of("stt.begin") == LIMITS["stt.begin"] > LIMITS["stt"]
    assert limit_of("stt.final") == LIMITS["stt"]
    assert limit_of("something.new") == UNKNOWN
    assert all(limit > 0 for limit in LIMITS.values())


def test_threads_that_hang_keep_no_process_from_ending() -> None:
    code = (
        "import threading\n"
        "from voiceagent.clock import Compute, run\n"
        "from voiceagent.errors import EngineHung\n"
        "async def main():\n"
        "    compute = Compute(lost=lambda error: None)\n"
        "    try:\n"
        "        await compute('stt', threading.Event().wait, limit=0.05)\n"
        "    except EngineHung:\n"
        "        print('given up', flush=True)\n"
        "run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "given up\n", "")
