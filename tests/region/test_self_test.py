"""A region that is up and deaf says so."""

from __future__ import annotations

import asyncio

import pytest
from live_session import services, spoken, written
from regions import region

from voiceagent.clock import run
from voiceagent.errors import EngineFailed
from voiceagent.region.fair_desk import Whose
from voiceagent.region.self_test import AGAIN, EVERY, LONGEST, SelfTest
from voiceagent.region.services import Recogniser

pytestmark = pytest.mark.fault


async def nothing(pcm: bytes, whose: Whose) -> str:
    return " "


async def broken(pcm: bytes, whose: Whose) -> str:
    raise EngineFailed("it broke")


async def hanging(pcm: bytes, whose: Whose) -> str:
    await asyncio.Event().wait()
    return ""


@pytest.mark.parametrize("hears", [nothing, broken, hanging])
def test_ears_that_fail_are_noticed_and_so_are_those_that_are_back(
    hears: Recogniser,
) -> None:
    async def main() -> None:
        good = [True]

        async def ears(pcm: bytes, whose: Whose) -> str:
            return await (written if good[0] else hears)(pcm, whose)

        test = SelfTest(services(recogniser=ears, voice=spoken))
        running = asyncio.create_task(test.run())
        await asyncio.sleep(AGAIN + 1)
        assert test.trouble == ""
        good[0] = False
        await asyncio.sleep(EVERY + LONGEST)
        assert test.trouble
        good[0] = True
        await asyncio.sleep(AGAIN + LONGEST)
        assert test.trouble == ""
        running.cancel()

    run(main(), virtual=True)


@pytest.mark.parametrize("part", ["voice", "recogniser"])
def test_who_is_not_meant_to_hear_is_well(part: str) -> None:
    async def main() -> None:
        test = SelfTest(services(**{part: None}))
        running = asyncio.create_task(test.run())
        await asyncio.sleep(AGAIN + 1)
        assert test.trouble == ""
        running.cancel()

    run(main(), virtual=True)


def test_health_is_red_while_it_is_deaf() -> None:
    import httpx

    async def main() -> list[int]:
        found = []
        async with region(recogniser=nothing, voice=spoken) as (url, server):
            page = url.replace("ws://", "http://").rpartition("/v1")[0] + "/healthz"
            for trouble in ("it cannot hear itself speak", ""):
                server.self_test.trouble = trouble
                answer = await asyncio.to_thread(httpx.get, page)
                found.append(answer.status_code)
        return found

    assert run(main()) == [503, 200]
