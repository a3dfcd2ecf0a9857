"""The edge's client against the real region, over a line with faults."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from regions import Parrot, envelope, question, quick, region, until, words
from websockets.asyncio.server import ServerConnection

from voiceagent.clock import now, run
from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.realtime import link
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.region import entrance, ports
from voiceagent.region.backend import AnswerSource, AnswerText, Output, Request
from voiceagent.region.config import ServeConfig
from voiceagent.region.sqlite_memory import SqliteMemory
from voiceagent.replay.fault_proxy import Fault, FaultProxy
from voiceagent.routing.remote import Answered, AnswerWords, LinkState
from voiceagent.trace.events import Event, LinkChanged

pytestmark = pytest.mark.fault


def host_of(url: str) -> tuple[str, int]:
    host, _, port = url.split("/")[2].partition(":")
    return host, int(port)


@asynccontextmanager
async def client(url: str, **more: object) -> AsyncIterator[RealtimeRemote]:
    events: list[Event] = []
    remote = RealtimeRemote(
        Target(name="region", url=url), quick(url, **more), events.append
    )
    running = asyncio.create_task(remote.run())
    try:
        yield remote
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_questions_are_answered_one_after_the_other() -> None:
    async def main() -> None:
        async with region() as (url, server), client(url) as remote:
            for turn in range(1, 4):
                said = await words(remote, question(f"number {turn}"), envelope(turn))
                assert said == f"You said number {turn}."
            assert remote.link is LinkState.UP and remote.region == ""
            assert len(server.sessions.connected) == 1

    run(main())


@pytest.mark.parametrize("names", [["nginx"], ["Caddy", "voiceagent"], [], ["a", "b"]])
def test_a_region_of_ours_is_known_behind_any_proxy(
    names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a proxy calls itself, in place of the server's name or beside it."""

    def marked(connection: ServerConnection, request: Any, response: Any) -> None:
        entrance.marked(connection, request, response)
        del response.headers["Server"]
        for name in names:
            response.headers["Server"] = name

    monkeypatch.setattr(ports, "marked", marked)

    async def main() -> None:
        async with region() as (url, _), FaultProxy(*host_of(url)) as proxy:
            async with client(proxy.url("/v1/realtime")) as remote:
                await words(remote, question("one"), envelope(1))
                assert remote.session.token, "it is ours"
                proxy.cut()
                said = await words(remote, question("two"), envelope(2))
                assert said == "You said two." and remote.resumed == 1

    run(main())


def test_a_cancelled_question_frees_its_slot_and_never_comes_back() -> None:
    async def main() -> None:
        parrot = Parrot()
        async with region(parrot) as (url, _), client(url) as remote:
            parrot.gate.clear()
            asking = asyncio.create_task(words(remote, question("a"), envelope(1)))
            await until(lambda: parrot.running > 0)
            began = now()
            asking.cancel()
            await until(lambda: not parrot.running)
            assert now() - began < 1.0
            parrot.gate.set()
            assert await words(remote, question("b"), envelope(2)) == "You said b."

    run(main())


def test_cut_at_every_event_the_answer_and_the_memory_are_the_same() -> None:
    async def main() -> None:
        memory = SqliteMemory(None)
        async with region(memory=memory) as (url, server):
            async with FaultProxy(*host_of(url)) as proxy:
                for cut in range(1, 24):
                    await dialogue(proxy, server.sessions.connected, cut, memory)

    async def dialogue(
        proxy: FaultProxy, sessions: dict[str, object], cut: int, memory: SqliteMemory
    ) -> None:
        proxy.heal()
        proxy.down = Fault(cut_after_messages=cut, reset=cut % 2 == 0)
        session = f"cut{cut}"
        async with client(proxy.url("/v1/realtime")) as remote:
            mended = asyncio.create_task(mend(proxy))
            for turn in range(1, 3):
                said = await words(
                    remote, question(f"what is {turn}"), envelope(turn, session)
                )
                assert said == f"You said what is {turn}.", cut
            mended.cancel()
        names = await memory.conversations()
        kept = await memory.load(names[0])
        assert kept is not None
        assert [i["role"] for i in kept.items] == ["user", "assistant"] * 2, cut
        texts = [i["content"][0]["text"].strip() for i in kept.items]
        assert texts[1::2] == ["You said what is 1.", "You said what is 2."]
        await memory.erase(names[0])

    async def mend(proxy: FaultProxy) -> None:
        before = proxy.cuts
        await until(lambda: proxy.cuts > before)
        proxy.heal()

    run(main())


EVIL = ("\x1b]0;mine\x07", "a\x1b[2J", "\x9b31m", "\u202eb", "[red]c[/red]", "\r\x08d")


class Hostile(Parrot):
    """Its words and sources are orders to a terminal."""

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        for order in EVIL:
            yield AnswerSource(order)
            yield AnswerText(f"{order} ")


def test_the_words_of_a_region_are_text() -> None:
    async def main() -> None:
        async with region(Hostile()) as (url, _), client(url) as remote:
            asked = remote.ask(question("anything"), envelope(1))
            pieces = [piece async for piece in asked]
        said = "".join(one.text for one in pieces if isinstance(one, AnswerWords))
        assert said.split() == ["a", "b", "[red]c[/red]", "d"]
        (done,) = [one for one in pieces if isinstance(one, Answered)]
        told = "".join((*done.sources, *done.metadata, *done.metadata.values()))
        assert told.isprintable() and "[red]c[/red]" in done.sources

    run(main())


def test_who_sends_elsewhere_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "OPENING", 0.5)

    async def main() -> None:
        parrot = Parrot()
        async with region(parrot) as (url, server):

            async def sends(reader: StreamReader, writer: StreamWriter) -> None:
                await reader.readuntil(b"\r\n\r\n")
                there = f"Location: {url}\r\nContent-Length: 0\r\n\r\n"
                writer.write(f"HTTP/1.1 307 Elsewhere\r\n{there}".encode())
                await writer.drain()
                writer.close()

            other = await asyncio.start_server(sends, "127.0.0.1", 0)
            port = other.sockets[0].getsockname()[1]
            async with other, client(f"ws://127.0.0.1:{port}/v1/realtime") as remote:
                with pytest.raises(LinkDown, match="sends elsewhere"):
                    await words(remote, question("secret"), envelope(1))
            assert not parrot.asked and not server.sessions.connected

    run(main())


def test_a_peer_that_hangs_is_noticed_and_gone_on_with() -> None:
    async def main() -> None:
        parrot = Parrot()
        async with region(parrot) as (url, _), FaultProxy(*host_of(url)) as proxy:
            async with client(proxy.url("/v1/realtime")) as remote:
                await words(remote, question("hello"), envelope(1))
                parrot.gate.clear()
                asking = asyncio.create_task(words(remote, question("b"), envelope(2)))
                await until(lambda: parrot.running > 0)
                proxy.down.hang = proxy.up.hang = True
                began = now()
                await until(lambda: remote.link is not LinkState.UP)
                assert now() - began < 3.0
                proxy.heal()
                parrot.gate.set()
                assert await asking == "You said b."
                assert remote.resumed == 1

    run(main())


def test_a_server_that_starts_again_goes_on_with_the_conversation(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        file = tmp_path / "region.sqlite"
        async with region(memory=SqliteMemory(file)) as (url, _):
            port = host_of(url)[1]
            async with client(url) as remote:
                await words(remote, question("one"), envelope(1))
                await again(file, port, remote)

    async def again(file: Path, port: int, remote: RealtimeRemote) -> None:
        # The first server still holds its port: a second one with the same memory.
        parrot = Parrot()
        async with region(parrot, memory=SqliteMemory(file)) as (other, _):
            async with FaultProxy(*host_of(other)) as proxy:
                moved = RealtimeRemote(
                    Target(name="region", url=proxy.url("/v1/realtime")),
                    quick(""),
                    lambda event: None,
                    session=remote.session,
                )
                running = asyncio.create_task(moved.run())
                said = await words(moved, question("two"), envelope(2))
                assert said == "You said two."
                texts = [m.text.strip() for m in parrot.asked[0].messages]
                assert texts == ["one", "You said one.", "two"]
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    run(main())


def test_the_same_turn_asked_again_is_not_answered_twice() -> None:
    async def main() -> None:
        parrot = Parrot()
        async with region(parrot) as (url, _), client(url) as remote:
            first = await words(remote, question("one"), envelope(1))
            assert await words(remote, question("one"), envelope(1)) == first
            assert len(parrot.asked) == 1
            await words(remote, question("two"), envelope(2))
            assert len(parrot.asked[1].messages) == 3

    run(main())


def test_what_the_user_heard_replaces_the_answer() -> None:
    async def main() -> None:
        parrot = Parrot()
        async with region(parrot) as (url, _), client(url) as remote:
            await words(remote, question("one"), envelope(1))
            await remote.heard("test-1", "You")
            await words(remote, question("two"), envelope(2))
            texts = [m.text for m in parrot.asked[1].messages]
            assert texts == ["one", "You", "two"]

    run(main())


def test_nobody_there_is_told_at_once_and_in_words() -> None:
    async def main() -> None:
        async with FaultProxy("127.0.0.1", 1) as proxy:
            proxy.refuse = True
            async with client(proxy.url("/v1/realtime")) as remote:
                await until(lambda: remote.link is LinkState.DOWN)
                assert remote.reconnects < 50

    run(main())


def test_garbage_fails_the_turn_and_not_the_program() -> None:
    async def main() -> None:
        async with region() as (url, _), FaultProxy(*host_of(url)) as proxy:
            async with client(proxy.url("/v1/realtime")) as remote:
                await words(remote, question("hello"), envelope(1))
                proxy.down.garble = 0.2
                with pytest.raises((RemoteFailed, LinkDown)):
                    async with asyncio.timeout(8):
                        await words(remote, question("b"), envelope(2))
                proxy.heal()
                assert await words(remote, question("c"), envelope(3)) == "You said c."

    run(main())


def test_a_region_that_hangs_gives_up_and_the_edge_is_told() -> None:
    async def main() -> None:
        parrot = Parrot()
        parrot.gate.clear()
        async with region(parrot) as (url, server), client(url) as remote:
            with pytest.raises(RemoteFailed, match="deadline_passed"):
                asked = envelope(1, remaining=0.0, wait=0.0)
                await words(remote, question("a"), asked)
            assert not parrot.running and not server.services.slots.taken
            parrot.gate.set()
            assert await words(remote, question("b"), envelope(2)) == "You said b."

    run(main())


def test_the_link_is_told_of() -> None:
    events: list[Event] = []

    async def main() -> None:
        async with region(config=ServeConfig(port=0)) as (url, _):
            remote = RealtimeRemote(
                Target(name="region", url=url), quick(url), events.append
            )
            running = asyncio.create_task(remote.run())
            pieces = [p async for p in remote.ask(question("x"), envelope(1))]
            assert isinstance(pieces[0], AnswerWords) and isinstance(
                pieces[-1], Answered
            )
            assert pieces[-1].region == "local" and pieces[-1].model == "parrot"
        await until(lambda: remote.link is not LinkState.UP)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run(main())
    states = [e.state for e in events if isinstance(e, LinkChanged)]
    assert states == ["up", "down"]
