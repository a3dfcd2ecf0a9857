"""Programs that misbehave: each takes its own tools away, and nothing else."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

import pytest

from voiceagent.clock import now
from voiceagent.errors import LinkDown
from voiceagent.gateway import stdio, upstream
from voiceagent.gateway.config import GatewayServerConfig
from voiceagent.gateway.links import linked
from voiceagent.gateway.upstream import Upstream, UpstreamState, wait_before

pytestmark = pytest.mark.fault
HABITS = {
    "dies at once": "import sys; sys.exit('no licence')",
    "talks to itself": "print('hello\\n' * 1000, flush=True); input()",
    "never ends a line": "import sys; sys.stdout.write('x' * 4000000); input()",
    "says nothing": "input(); input(); input()",
}


@pytest.mark.parametrize("habit", HABITS)
def test_a_program_that_misbehaves_is_down_and_says_why(
    habit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stdio, "LONGEST_LINE", 100_000)
    monkeypatch.setattr("voiceagent.gateway.links.GREETING", 1.5)
    monkeypatch.setattr(stdio, "GRACE", 0.2)
    config = GatewayServerConfig(command=[sys.executable, "-c", HABITS[habit]])

    async def main() -> None:
        one = Upstream("odd", partial(linked, config))
        async with asyncio.TaskGroup() as group:
            running = group.create_task(one.run())
            while one.state is UpstreamState.STARTING:
                await one.fresh(0.05)
            assert one.state is UpstreamState.DOWN and one.trouble
            with pytest.raises(LinkDown):
                await one.call("x", {}, within=1.0, meta={}, schema={})
            running.cancel()
        if habit == "dies at once":
            assert "no licence" in one.trouble

    asyncio.run(main())


def test_a_program_that_is_not_there_is_named() -> None:
    config = GatewayServerConfig(command=["/nonexistent/program"])

    async def main() -> str:
        one = Upstream("odd", partial(linked, config))
        async with asyncio.TaskGroup() as group:
            running = group.create_task(one.run())
            while one.state is UpstreamState.STARTING:
                await one.fresh(0.05)
            running.cancel()
        return one.trouble

    assert "/nonexistent/program" in asyncio.run(main())


def test_one_that_ends_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upstream, "FIRST", 0.01)
    house = Path(__file__).resolve().parents[1] / "mcp_house.py"
    config = GatewayServerConfig(command=[sys.executable, str(house)])

    async def main() -> None:
        event = asyncio.Event()
        one = Upstream("house", partial(linked, config), changed=event.set)

        async def until(state: UpstreamState) -> None:
            while one.state is not state:
                event.clear()
                await event.wait()

        async with asyncio.TaskGroup() as group:
            running = group.create_task(one.run())
            await until(UpstreamState.UP)
            told = {"area": "a", "on": True}
            found = await one.call("set_lamp", told, within=5.0, meta={}, schema={})
            assert not found["isError"]
            assert one._link is not None
            one._link.ended.set()  # as when its output ends
            await until(UpstreamState.DOWN)
            assert one.told == ()
            await until(UpstreamState.UP)
            running.cancel()

    asyncio.run(main())


def test_waits_grow_to_a_limit_and_are_not_alike() -> None:
    waits = [wait_before(n, 1.0) for n in range(100)]
    assert waits == sorted(waits) and waits[-1] == 30.0
    assert wait_before(5, 0.0) == waits[5] / 2


def test_a_list_waits_for_nobody_longer_than_it_may() -> None:
    async def main() -> None:
        one = Upstream("hung", lambda heard: hung())
        async with asyncio.TaskGroup() as group:
            running = group.create_task(one.run())
            began = now()
            await one.fresh(0.05)
            assert now() - began < 5.0 and one.told == ()
            running.cancel()

    asyncio.run(main())


def hung() -> object:
    class Hung:
        async def __aenter__(self) -> None:
            await asyncio.Event().wait()

        async def __aexit__(self, *error: object) -> None: ...

    return Hung()
