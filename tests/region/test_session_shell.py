"""A session that breaks says so and ends; the others never notice."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from live_session import SOUND, Client, Notes, Nothing, services
from regions import region
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from voiceagent.clock import run
from voiceagent.errors import EngineMissing
from voiceagent.realtime.steps import Send
from voiceagent.region.services import Detector, HeardEdge
from voiceagent.region.session_ears import MOST_BREAKS
from voiceagent.region.session_shell import MOST_STEPS

pytestmark = pytest.mark.fault
APPEND = {"type": "input_audio_buffer.append", "audio": SOUND}
SECRET = "what somebody said"


class Odd(BaseException):
    """What no handler of errors catches."""


class Breaks:
    """A turn detector that raises so many times, then finds what it is given."""

    def __init__(
        self, error: type[BaseException], times: int, found: Iterable[Any] = ()
    ) -> None:
        self.error, self.left, self.found = error, times, list(found)

    def cut(self) -> list[HeardEdge]:
        """Nobody speaks."""
        return []

    def push(self, pcm: bytes) -> list[HeardEdge]:
        """Raise, or what was found."""
        self.left -= 1
        if self.left >= 0:
            raise self.error(SECRET)
        found, self.found = self.found, []
        return found


async def settled() -> None:
    await asyncio.sleep(0.1)


@pytest.mark.parametrize("error", [RuntimeError, KeyError, OSError, MemoryError])
def test_a_detector_that_breaks_is_replaced_and_typed_turns_go_on(
    error: type[BaseException],
) -> None:
    async def main() -> None:
        broken = Breaks(
            error, MOST_BREAKS - 1, [HeardEdge(True, 0.1), HeardEdge(False, 0.4)]
        )
        shared = services(detector=lambda wanted: broken)
        client = Client(shared)
        for number in range(MOST_BREAKS - 1):
            client.tell(APPEND)
            client.ask("hello")
            await client.over(number + 1)
        assert client.errors() == ["detector_failed"] * (MOST_BREAKS - 1)
        client.tell(APPEND)
        await client.over(MOST_BREAKS)
        assert set(client.codes()) == {"completed"} and client.closed is None
        assert SECRET not in json.dumps(client.events)
        await client.live.end()

    run(main(), virtual=True)


@pytest.mark.parametrize("error", [RuntimeError, Odd, SystemExit, GeneratorExit])
def test_a_detector_that_goes_on_breaking_ends_its_session_and_no_other(
    error: type[BaseException],
) -> None:
    async def main() -> None:
        shared = services(detector=lambda wanted: Breaks(error, 99))
        client = Client(shared)
        other = Client(replace(shared, detector=Nothing), name="other")
        for _ in range(MOST_BREAKS):
            client.tell(APPEND)
        await settled()
        assert client.errors()[-1] == "bug" and client.live.failed
        assert client.closed == (1011, "something went wrong here")
        assert SECRET not in json.dumps(client.events)
        other.tell(APPEND)
        other.ask("hello")
        await other.over()
        assert other.codes() == ["completed"] and other.closed is None
        await asyncio.gather(client.live.end(), other.live.end())

    run(main(), virtual=True)


def test_a_response_that_is_being_made_ends_with_its_session() -> None:
    async def main() -> None:
        shared = services(lambda request: never())
        client = Client(shared)
        client.ask("hello")
        await settled()
        client.live.fail(RuntimeError(SECRET))
        await settled()
        assert client.codes() == ["bug"] and client.closed is not None
        await client.live.end()
        assert shared.slots.taken == 0

    async def never() -> Any:
        await asyncio.Event().wait()
        yield None

    run(main(), virtual=True)


def test_no_detector_is_told_once_and_a_missing_engine_in_its_words() -> None:
    def missing(wanted: object) -> Detector:
        raise EngineMissing("webrtcvad", install="pip install x")

    async def main() -> None:
        deaf = Client(services(detector=lambda wanted: None))
        deaf.tell(APPEND, APPEND, APPEND)
        await settled()
        assert deaf.errors() == ["no_detector"]
        other = Client(services(detector=missing))
        other.tell(APPEND)
        await settled()
        assert "webrtcvad" in other.events[-1]["error"]["message"]
        await asyncio.gather(deaf.live.end(), other.live.end())

    run(main(), virtual=True)


def breaking(what: str) -> Callable[..., Any]:
    def broken(*of: Any, **more: Any) -> Any:
        raise RuntimeError(SECRET)

    broken.__name__ = what
    return broken


@pytest.mark.parametrize("what", ["speech_started", "trouble", "broken"])
def test_a_bug_of_the_session_itself_ends_it(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        detector = Breaks(RuntimeError, 0, [HeardEdge(True, 0.1)])
        if what != "speech_started":
            detector = Breaks(RuntimeError, 99)
        client = Client(services(detector=lambda wanted: detector))
        monkeypatch.setattr(client.session, what, breaking(what))
        for _ in range(MOST_BREAKS):
            client.tell(APPEND)
        await settled()
        assert client.closed is not None and client.closed[0] == 1011
        assert client.live.failed and SECRET not in json.dumps(client.events)
        await client.live.end()

    run(main(), virtual=True)


def test_what_cannot_be_sent_ends_the_session() -> None:
    async def main() -> None:
        client = Client(services())
        client.live.do([Send({"type": "x", "event": object()})])
        await settled()
        assert client.errors() == ["bug"] and client.closed is not None
        await client.live.end()

    run(main(), virtual=True)


def test_a_connection_that_breaks_in_an_odd_way_is_let_go() -> None:
    async def main() -> None:
        client = Client(services())
        await settled()
        client.send = breaking("send")  # type: ignore[method-assign]
        client.ask("hello")
        await settled()
        assert client.live.failed and client.closed is not None
        await client.live.end()
        assert len(asyncio.all_tasks()) == 1

    run(main(), virtual=True)


def test_a_client_that_does_not_read_is_let_go() -> None:
    async def main() -> None:
        shared = services()
        client = Client(shared)
        client.live.do([Send({"type": "x"})] * (MOST_STEPS + 1))
        await settled()
        assert client.closed == (1008, "it does not read")
        assert shared.metrics.counts["slow", ""] == 1
        await client.live.end()

    run(main(), virtual=True)


def test_a_session_that_broke_is_not_gone_on_with() -> None:
    """Its conversation is."""

    async def main() -> None:
        url_of = "{}?voiceagent=1"
        async with region(detector=lambda wanted: Breaks(RuntimeError, 99)) as (
            url,
            server,
        ):
            async with connect(url_of.format(url)) as socket:
                ready = [json.loads(await socket.recv()) for _ in range(2)][1]
                for _ in range(MOST_BREAKS):
                    await socket.send(json.dumps(APPEND))
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        await socket.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1011
            resume = {
                "type": "voiceagent.session.resume",
                "session_id": ready["session_id"],
                "token": ready["resume_token"],
                "last_event_id": "event_1",
            }
            async with connect(url_of.format(url)) as socket:
                await socket.send(json.dumps(resume))
                while (event := json.loads(await socket.recv()))["type"] != "error":
                    pass
                assert event["error"]["code"] == "resume_unknown"
            assert server.services.metrics.counts["broken", "session"] == 1

    run(main())


def test_what_is_to_be_kept_while_it_is_being_kept_is_kept_once() -> None:
    kept = list[int]()

    async def slow() -> None:
        await asyncio.sleep(0.5)
        kept.append(len(client.live.session.wire.items.items))

    async def main() -> None:
        nonlocal client
        client = Client(services(memory=Notes(slow)))
        for number in range(60):
            text = [{"type": "input_text", "text": "hello"}]
            item = {"id": f"i{number}", "role": "user", "content": text}
            client.tell({"type": "conversation.item.create", "item": item})
        client.tell(
            *(
                {"type": "conversation.item.delete", "item_id": f"i{number}"}
                for number in range(50)
            )
        )
        client.ask("and now")
        await client.over()
        told = [event["type"] for event in client.events]
        assert told.count("conversation.item.deleted") == 50
        assert len(kept) <= 4 and kept[-1] == 12, "ten, the question and its answer"
        await client.live.end()

    client: Client
    run(main(), virtual=True)
