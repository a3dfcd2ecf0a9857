"""Work beside the main thing: owned, waited for, ended, and its failures told."""

import asyncio

import pytest

from voiceagent.chores import Chores
from voiceagent.clock import now, run
from voiceagent.errors import LinkDown

pytestmark = pytest.mark.unit


class Told:
    """What was told of failures."""

    def __init__(self) -> None:
        self.failed: list[tuple[str, str]] = []
        self.chores = Chores(self._failed)
        self.done: list[float] = []

    def _failed(self, what: str, error: Exception) -> None:
        self.failed.append((what, type(error).__name__))

    async def work(self, seconds: float, error: Exception | None = None) -> None:
        """Takes that long, and may break."""
        await asyncio.sleep(seconds)
        if error is not None:
            raise error
        self.done.append(now())


def test_whatever_breaks_is_told_and_takes_nothing_with_it() -> None:
    told = Told()

    async def main() -> None:
        told.chores.start("way", told.work(0.1, LinkDown("no way there")))
        told.chores.start("bug", told.work(0.2, ValueError("x")))
        told.chores.start("fine", told.work(0.3))
        await told.chores.settled()

    run(main(), virtual=True)
    assert told.failed == [("way", "LinkDown"), ("bug", "ValueError")]
    assert told.done == [pytest.approx(0.3)]


def test_waiting_takes_in_what_is_begun_meanwhile_and_has_an_end() -> None:
    told = Told()

    async def main() -> None:
        async def more() -> None:
            await told.work(0.1)
            told.chores.start("second", told.work(0.1))

        told.chores.start("first", more())
        await told.chores.settled()
        assert told.done == [pytest.approx(0.1), pytest.approx(0.2)]
        told.chores.start("long", told.work(60.0))
        await told.chores.settled(within=1.0)
        assert now() == pytest.approx(1.2)
        await told.chores.close(within=1.0)
        assert now() == pytest.approx(2.2)
        await told.chores.settled()  # nothing is left

    run(main(), virtual=True)
    assert len(told.done) == 2 and not told.failed


def test_what_is_ended_before_it_began_is_ended_all_the_same() -> None:
    told = Told()

    async def main() -> None:
        told.chores.start("never", told.work(0.1))
        await told.chores.close()

    run(main(), virtual=True)  # no warning of a coroutine that nobody awaited
    assert not told.done and not told.failed


def test_waiting_may_itself_be_given_up() -> None:
    told = Told()

    async def main() -> None:
        told.chores.start("long", told.work(1.0))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await told.chores.settled()
        await told.chores.settled()

    run(main(), virtual=True)
    assert told.done == [pytest.approx(1.0)], "who waits does not end what it waits for"
