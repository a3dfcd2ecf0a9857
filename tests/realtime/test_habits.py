"""Whatever a server's habits are: its words once, or why there are none; never more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from misbehaving_region import MisbehavingRegion
from region_habits import HABITS
from regions import envelope, question, until

from voiceagent.clock import run
from voiceagent.errors import RemoteFailed
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.routing.config import RegionConfig
from voiceagent.routing.remote import AnswerWords, LinkState

pytestmark = pytest.mark.fault
LONGEST = 12.0
"""Seconds that a turn waits for a piece at most."""


@asynccontextmanager
async def asking(name: str) -> AsyncIterator[tuple[MisbehavingRegion, RealtimeRemote]]:
    region = MisbehavingRegion(HABITS[name])
    async with region.serving() as url:
        config = RegionConfig(url=url)
        remote = RealtimeRemote(Target(name="region", url=url), config, lambda e: None)
        running = asyncio.create_task(remote.run())
        try:
            yield region, remote
            assert not running.done(), "nothing raises into whoever keeps it open"
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def heard(remote: RealtimeRemote, turn: int = 1) -> tuple[str, str, str]:
    """The words, the code of the error that ended them, and all of its words."""
    words, code, told = "", "", ""
    pieces = remote.ask(question("who was marie curie"), envelope(turn))
    try:
        while True:
            async with asyncio.timeout(LONGEST):
                piece = await anext(pieces, None)
            if piece is None:
                break
            words += piece.text if isinstance(piece, AnswerWords) else ""
    except RemoteFailed as error:
        code, told = error.code, str(error)
    except TimeoutError:
        code = "given-up"
    finally:
        await pieces.aclose()
    if not (words or code):
        code = RemoteFailed.code  # as whoever reads the answer has it
    return words, code, told


@pytest.mark.parametrize("name", HABITS)
def test_words_where_there_are_any_and_a_reason_where_not(name: str) -> None:
    async def main() -> None:
        async with asking(name) as (region, remote):
            habit = region.habit
            assert (await heard(remote))[:2] == (habit.says, habit.code)
            assert region.connections <= habit.cuts
            asked = [e for e in region.received if e["type"] == "response.create"]
            assert len(asked) <= 2, "once more at most"
            words, code, _ = await heard(remote, 2)
            assert (words, code) == (habit.says, habit.code), "the next one is the same"

    run(main(), virtual=True)


def test_an_ordinary_end_is_told_as_one() -> None:
    async def main() -> None:
        async with asking("plain") as (region, remote):
            await heard(remote)
        await until(lambda: bool(region.closed))
        assert region.closed == [1000]

    run(main(), virtual=True)


@pytest.mark.parametrize(
    ("name", "most"), [("429 for 30 s", 1), ("401", 7), ("redirect to another host", 7)]
)
def test_who_refuses_is_left_alone_for_a_while(name: str, most: int) -> None:
    async def main() -> None:
        async with asking(name) as (region, remote):
            await asyncio.sleep(29.0)
            assert 1 <= region.handshakes <= most
            assert remote.link is LinkState.DOWN
            assert remote.trouble is not None
            assert remote.trouble.code == region.habit.code
            await asyncio.sleep(2.0)
            assert region.handshakes >= 2

    run(main(), virtual=True)


def test_who_let_nobody_in_and_does_now_is_found_when_somebody_would_ask() -> None:
    """A token that was mended is not found half a minute later."""

    async def main() -> None:
        async with asking("401") as (region, remote):
            await asyncio.sleep(120.0)
            assert remote.link is LinkState.DOWN
            region.habit = HABITS["plain"]
            remote.nudge()
            await asyncio.sleep(1.5)
            assert remote.link is LinkState.UP and remote.trouble is None
            assert (await heard(remote))[:2] == (region.habit.says, "")

    run(main(), virtual=True)


def test_a_given_up_question_is_not_answered_in_the_next_ones_place() -> None:
    """Its answer has no name that it could be told by."""

    async def main() -> None:
        async with asking("words after 2 s") as (region, remote):
            pieces = remote.ask(question("first"), envelope(1))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await anext(pieces)
            await pieces.aclose()
            words, code, _ = await heard(remote, 2)
            assert (words, code) == (region.habit.says, "")

    run(main(), virtual=True)
