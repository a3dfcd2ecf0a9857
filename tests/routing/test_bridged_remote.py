"""A remote on a loop of its own: what fails there has taken its time here too."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from regions import envelope, question

from voiceagent.clock import now, run
from voiceagent.errors import RemoteFailed
from voiceagent.privacy.payload import Payload
from voiceagent.routing.bridged_remote import BridgedRemote
from voiceagent.routing.remote import AnswerWords, Envelope, LinkState, Piece

pytestmark = pytest.mark.unit
TOOK = 0.05


class Failing:
    """Says a word, if any, and fails after a while."""

    name, link, region = "far", LinkState.UP, ""
    trouble: RemoteFailed | None = None

    async def ask(
        self, payload: Payload, envelope: Envelope
    ) -> AsyncGenerator[Piece, None]:
        yield AnswerWords("Good ")
        await asyncio.sleep(TOOK)
        raise RemoteFailed("it broke off")

    async def heard(self, turn_id: str, text: str) -> None:
        """Nothing is told."""

    def nudge(self) -> None:
        """There always is a way."""

    async def answer_tool(self, turn_id: str, call_id: str, output: str) -> None:
        """Nothing is called."""

    async def run(self) -> None:
        """There is no way to keep open."""
        await asyncio.get_running_loop().create_future()


def test_a_failure_is_charged_to_the_clock_like_words() -> None:
    async def main() -> None:
        bridge = BridgedRemote(lambda emit: Failing(), "far")
        running = asyncio.create_task(bridge.run())
        await asyncio.sleep(0)
        began = now()
        with pytest.raises(RemoteFailed, match="broke off"):
            async for piece in bridge.ask(question("hello"), envelope()):
                assert piece == AnswerWords("Good ")
        assert now() - began >= TOOK
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run(main(), virtual=True)


@pytest.mark.parametrize("grouped", [False, True])
def test_a_way_that_broke_is_the_reason(
    grouped: bool, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaking(Failing):
        async def run(self) -> None:
            error = KeyError("what was said")
            raise ExceptionGroup("tasks", [error]) if grouped else error

    async def main() -> None:
        bridge = BridgedRemote(lambda emit: Breaking(), "far")
        running = asyncio.create_task(bridge.run())
        await asyncio.sleep(0)
        with pytest.raises(RemoteFailed, match="the way to far broke") as failed:
            async for _ in bridge.ask(question("hello"), envelope()):
                pass
        assert failed.value.cause == "it raised KeyError"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run(main(), virtual=True)
    assert "KeyError" in caplog.text
