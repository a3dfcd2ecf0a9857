"""Tasks with an owner: none is lost, none is left."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.clock import run
from voiceagent.region.tasks import FREEING, Tasks

pytestmark = [pytest.mark.unit, pytest.mark.property]
ENDINGS = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.sampled_from(["returns", "raises", "cancels itself", "exits", "hangs"]),
    max_size=8,
)


async def work(ending: str) -> None:
    await asyncio.sleep(0.1)
    match ending:
        case "raises":
            raise KeyError("x")
        case "cancels itself":
            raise asyncio.CancelledError
        case "exits":
            raise SystemExit(3)
        case "hangs":
            await asyncio.Event().wait()


@given(ENDINGS)
def test_every_end_that_nobody_asked_for_is_told_once(endings: dict[str, str]) -> None:
    lost: dict[str, BaseException] = {}

    async def main() -> None:
        tasks = Tasks(lambda name, error: lost.update({name: error}))
        for name, ending in endings.items():
            tasks.spawn(name, work(ending))
        assert set(tasks.running) == set(endings)
        await asyncio.sleep(1.0)
        hang = {name for name, ending in endings.items() if ending == "hangs"}
        assert set(tasks.running) == hang
        await tasks.end()
        assert not tasks.running and len(asyncio.all_tasks()) == 1

    run(main(), virtual=True)
    odd = ("raises", "cancels itself", "exits")
    assert set(lost) == {name for name, ending in endings.items() if ending in odd}


def test_a_name_is_had_once_at_a_time() -> None:
    async def main() -> None:
        tasks = Tasks(lambda name, error: None)
        tasks.spawn("a", work("hangs"))
        with pytest.raises(ValueError, match="`a` is running"):
            tasks.spawn("a", work("returns"))
        await tasks.gone("a")
        tasks.spawn("a", work("returns"))
        await tasks.gone("nobody")
        await tasks.end()

    run(main(), virtual=True)


def test_a_task_that_cannot_be_stopped_is_waited_for_no_longer_than_said() -> None:
    gate = asyncio.Event()

    async def stubborn() -> None:
        while not gate.is_set():
            try:
                await gate.wait()
            except asyncio.CancelledError:
                continue

    async def main() -> None:
        tasks = Tasks(lambda name, error: None)
        tasks.spawn("a", stubborn())
        await asyncio.sleep(0)
        began = asyncio.get_running_loop().time()
        await tasks.gone("a")
        await tasks.end()
        took = asyncio.get_running_loop().time() - began
        assert took == pytest.approx(2 * FREEING) and set(tasks.running) == {"a"}
        gate.set()

    run(main(), virtual=True)
