"""Bytes that are kept and seconds of sound that wait: a part for each, and an early
word for who has had theirs. Others never notice."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from live_session import Client, services
from regions import SECRET, Parrot, region, until
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.clock import now, run
from voiceagent.door.admission import ADDRESS_SHARE, SHARE
from voiceagent.door.holdings import Holdings
from voiceagent.door.tokens import Tokens
from voiceagent.region import session_shell, visitor_connection
from voiceagent.region.config import ServeConfig
from voiceagent.region.fair_desk import Whose
from voiceagent.region.server import RegionServer
from voiceagent.region.services import Services
from voiceagent.region.session_ears import TOO_MUCH

pytestmark = pytest.mark.fault
TOKENS = Tokens(SECRET, "local")
SECOND = base64.b64encode(bytes(48_000)).decode()
APPEND = {"type": "input_audio_buffer.append", "audio": SECOND}
NO_TURNS = {
    "type": "session.update",
    "session": {
        "type": "realtime",
        "output_modalities": ["text"],
        "audio": {"input": {"turn_detection": None}},
    },
}


def item(text: str) -> Mapping[str, Any]:
    part = {"type": "input_text", "text": text}
    of = {"type": "message", "role": "user", "content": [part]}
    return {"type": "conversation.item.create", "item": of}


def proof(subject: str) -> dict[str, Any]:
    token = TOKENS.issue(60, subject=subject)
    return {"additional_headers": {"Authorization": f"Bearer {token}"}}


@asynccontextmanager
async def small(*, tokens: bool = True) -> AsyncIterator[tuple[str, RegionServer]]:
    """A region with room for a few things only."""
    config = ServeConfig(port=0)
    more: dict[str, Any] = {"token_secret": SECRET} if tokens else {}
    async with region(config=config, **more) as (url, server):
        share = SHARE if tokens else ADDRESS_SHARE
        object.__setattr__(server.services, "kept", Holdings(1e6, share=share))
        yield url, server


async def told(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        event: dict[str, Any] = json.loads(await socket.recv())
        if event["type"] == kind:
            return event


async def fill(socket: ClientConnection) -> dict[str, Any]:
    """Items until one is refused; the refusal."""
    for _ in range(200):
        await socket.send(json.dumps(item("x" * 20_000)))
        while True:
            event: dict[str, Any] = json.loads(await socket.recv())
            if event["type"] == "error":
                return dict(event["error"])
            if event["type"] == "conversation.item.done":
                break
    raise AssertionError("nothing was refused")


async def answered(socket: ClientConnection) -> str:
    await socket.send(json.dumps(item("hello")))
    response = {"output_modalities": ["text"]}
    await socket.send(json.dumps({"type": "response.create", "response": response}))
    return str((await told(socket, "response.done"))["response"]["status"])


def test_who_keeps_too_much_is_refused_early_and_others_are_not() -> None:
    async def main() -> None:
        async with small() as (url, server):
            greedy = await connect(url, **proof("greedy"))
            first = await fill(greedy)
            assert first["code"] == "too_much_kept" and "one may" in first["message"]
            assert server.services.kept.of("greedy") < 0.6e6
            with pytest.raises(InvalidStatus) as refused:
                await connect(url, **proof("greedy"))
            assert refused.value.response.status_code == 429
            assert refused.value.response.headers["Retry-After"]
            assert b"too_much_kept" in (refused.value.response.body or b"")
            await greedy.send(json.dumps(APPEND))
            assert (await told(greedy, "error"))["error"]["code"] == "too_much_kept"
            async with connect(url, **proof("other")) as other:
                assert await answered(other) == "completed"
            await greedy.close()
            await until(lambda: server.services.kept.total == 0)
            async with connect(url, **proof("greedy")) as again:
                assert await answered(again) == "completed"

    run(main())


def test_a_refusal_is_no_mistake_that_ends_a_session() -> None:
    async def main() -> None:
        async with small() as (url, server):
            async with connect(url, **proof("greedy")) as greedy:
                await fill(greedy)
                for _ in range(250):
                    await greedy.send(json.dumps(APPEND))
                for _ in range(250):
                    await told(greedy, "error")
                await greedy.send('{"type": "input_audio_buffer.clear"}')
                await told(greedy, "input_audio_buffer.cleared")

    run(main())


def test_without_tokens_an_address_is_counted_and_leaves_a_part() -> None:
    async def main() -> None:
        async with small(tokens=False) as (url, server), AsyncExitStack() as held:
            one = await held.enter_async_context(connect(url))
            two = await held.enter_async_context(connect(url))
            await fill(one)
            await two.send(json.dumps(item("x")))
            assert (await told(two, "error"))["error"]["code"] == "too_much_kept"
            assert 0.7e6 < server.services.kept.of("127.0.0.1") < 0.9e6
            assert server.services.kept.room("10.0.0.1", 0.1e6)

    run(main())


def test_cut_sessions_go_before_anything_is_refused() -> None:
    async def main() -> None:
        async with small() as (url, server):
            mine = f"{url}?voiceagent=1"
            cut = await connect(mine, **proof("greedy"))
            for _ in range(5):
                await cut.send(json.dumps(item("x" * 20_000)))
                await told(cut, "conversation.item.done")
            cut.transport.abort()
            await until(lambda: bool(server.sessions._detached))
            held = server.services.kept.of("greedy")
            assert held > 0.2e6
            async with connect(url, **proof("greedy")) as greedy:
                for _ in range(12):
                    await greedy.send(json.dumps(item("x" * 20_000)))
                    await told(greedy, "conversation.item.done")
                assert not server.sessions._detached

    run(main())


def test_parts_of_messages_that_never_end_count() -> None:
    """A client that begins large events and ends none is let go where it is too much,
    and the reason is told."""

    async def main() -> None:
        async with small() as (url, server):
            greedy = await connect(url, **proof("greedy"))
            await greedy.recv()

            async def dripped() -> AsyncIterator[str]:
                yield '{"type": "input_audio_buffer.append", "audio": "'
                while True:
                    yield "A" * 100_000
                    await asyncio.sleep(0)

            with pytest.raises(ConnectionClosed) as closed:
                await greedy.send(dripped())
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013
            assert "one may" in closed.value.rcvd.reason
            async with connect(url, **proof("other")) as other:
                assert await answered(other) == "completed"
            await until(lambda: server.services.kept.of("greedy") == 0)

    run(main())


def test_what_was_taken_is_unread_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_connection, "COARSE", 1)

    async def main() -> None:
        async with region(token_secret=SECRET) as (url, server):
            async with connect(url, **proof("one")) as one:
                await one.send(json.dumps(NO_TURNS))
                for _ in range(20):
                    await one.send(json.dumps(APPEND))
                await one.send('{"type": "input_audio_buffer.clear"}')
                await told(one, "input_audio_buffer.cleared")
                assert server.services.kept.of("one") < 50_000

    run(main())


def test_a_client_that_does_not_read_is_not_answered_and_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What waits for it stays small, however much it asks for."""

    class Stuck(Client):
        async def send(self, message: str) -> None:
            await asyncio.Event().wait()

    async def main() -> None:
        client = Stuck(services())
        live = client.live
        for _ in range(1000):
            client.tell(item("x" * 20_000))
            live.weigh()
            asked = asyncio.create_task(live.caught_up())
            await asyncio.sleep(0)
            if not asked.done():
                break
        assert live._steps.size < session_shell.MOST_BEHIND + 100_000
        began = now()
        await asked
        assert now() - began == pytest.approx(session_shell.READING)
        await asyncio.sleep(0.1)
        assert client.closed == (1008, "it does not read")
        await live.end()

    run(main(), virtual=True)


def test_a_client_that_reads_slowly_gets_all_of_a_long_answer() -> None:
    async def long(text: str) -> bytes:
        return bytes(24_000 * 2 * 5)  # 5 s of sound for each clause

    async def play(request: Any) -> AsyncIterator[Any]:
        from voiceagent.region.backend import AnswerText

        for number in range(24):
            yield AnswerText(f"This is sentence number {number}. ")

    class Slow(Client):
        most = 0

        async def send(self, message: str) -> None:
            await asyncio.sleep(len(message) / 64_000)  # as fast as it is spoken
            self.most = max(self.most, self.live._steps.size)
            await super().send(message)

    async def main() -> None:
        client = Slow(services(play, voice=long), typed=False)
        client.ask()
        await asyncio.sleep(300)
        assert [one["status"] for one in client.done()] == ["completed"]
        assert client.closed is None
        assert client.most < session_shell.MOST_BEHIND + 1_000_000
        await client.live.end()

    run(main(), virtual=True)


def held_up(
    sound: Holdings, *whose: tuple[str, str]
) -> tuple[asyncio.Event, Services, list[Client]]:
    """Clients whose turns are not heard before an event is set: `whose` each is, and
    under which ceiling."""
    gate = asyncio.Event()

    async def slowly(pcm: bytes, whose: Whose = ()) -> str:
        await gate.wait()
        return "hello"

    shared = services(recogniser=slowly, sound=sound)
    clients = [Client(shared, name=share[-1]) for share, _ in whose]
    for client, (share, ceiling) in zip(clients, whose, strict=True):
        client.live._ears._mine = (share, client.session.wire.id), ceiling
        client.tell(NO_TURNS)
    return gate, shared, clients


def test_sound_that_waits_has_an_end_for_each() -> None:
    async def main() -> None:
        limit, each = Holdings(20.0, share=0.5), (("greedy",) * 2, ("other",) * 2)
        gate, shared, (greedy, other) = held_up(limit, *each)
        for _ in range(12):
            greedy.tell(APPEND, {"type": "input_audio_buffer.commit"})
        other.tell(APPEND, {"type": "input_audio_buffer.commit"})
        await greedy.live.flush()
        await other.live.flush()
        kind = "conversation.item.input_audio_transcription.failed"
        failed = [e["error"] for e in greedy.events if e["type"] == kind]
        assert [one["code"] for one in failed] == [TOO_MUCH] * 2
        assert "10 s of your sound" in failed[0]["message"]
        assert shared.sound.of("greedy") == 10.0
        gate.set()
        await asyncio.sleep(1.0)
        kind = "conversation.item.input_audio_transcription.completed"
        counts = [
            sum(event["type"] == kind for event in client.events)
            for client in (greedy, other)
        ]
        assert counts == [10, 1]
        assert shared.sound.total == 0
        greedy.tell(APPEND, {"type": "input_audio_buffer.commit"})
        await greedy.live.end()
        await other.live.end()
        await asyncio.sleep(0)
        assert shared.sound.total == 0

    run(main(), virtual=True)


def test_whoever_fills_an_address_with_sound_leaves_its_others_a_turn() -> None:
    async def main() -> None:
        limit, here = Holdings(200.0, share=0.8), "127.0.0.1"
        each = ("connection 1", here), ("connection 2", here)
        gate, shared, (greedy, other) = held_up(limit, *each)
        commit = {"type": "input_audio_buffer.commit"}
        for client, turns in ((greedy, 170), (other, 20)):
            for _ in range(turns):
                client.tell(APPEND, commit)
            await client.live.flush()
        kind = "conversation.item.input_audio_transcription.failed"
        failed = [
            sum(event["type"] == kind for event in client.events)
            for client in (greedy, other)
        ]
        assert failed == [10, 4]
        assert shared.sound.of("127.0.0.1") == 176.0
        gate.set()
        await asyncio.sleep(1.0)
        assert shared.sound.total == 0
        await greedy.live.end()
        await other.live.end()

    run(main(), virtual=True)


def test_a_region_that_is_shared_counts_by_its_configuration() -> None:
    server = RegionServer(
        ServeConfig(kept_mb=100.0, waiting_ms=200_000.0),
        Parrot(),
        services().memory,
        resume_secret=SECRET,
        token_secret=SECRET,
    )
    assert server.services.kept.room("one", 49e6)
    assert not server.services.kept.room("one", 51e6)
    assert server.services.sound.room("one", 99.0)
    assert not server.services.sound.room("one", 101.0)
