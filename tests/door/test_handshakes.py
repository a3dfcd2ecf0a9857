"""Those who say nothing keep nobody out."""

from __future__ import annotations

import asyncio
import json
import socket

from hypothesis import given
from hypothesis import strategies as st
from regions import region, until
from websockets.asyncio.client import connect

from voiceagent.clock import run
from voiceagent.door.handshakes import Handshakes


def ends() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_there_are_never_more_than_there_may_be(came: list[tuple[str, bool]]) -> None:
    shakes, here = Handshakes(5, 3), []
    for number, (address, finishes) in enumerate(came):
        one, other = ends()
        here += [one, other]
        shakes.came(number, address, one)
        assert shakes.unfinished <= 5
        if finishes:
            shakes.done(number)
            shakes.done(number)
    for one in here:
        one.close()


def test_the_oldest_of_an_address_goes_and_a_proxy_has_many() -> None:
    shakes = Handshakes(10, 2, trusted=lambda address: address == "proxy")
    pairs = [ends() for _ in range(7)]
    for number, (one, _) in enumerate(pairs):
        shakes.came(number, "proxy" if number > 3 else "same", one)
    assert shakes.dropped == 2 and shakes.unfinished == 5
    assert [pair[1].recv(1) for pair in pairs[:2]] == [b"", b""]
    for one, other in pairs:
        one.close()
        other.close()


def test_who_drips_keeps_nobody_out_and_is_counted_down() -> None:
    async def main() -> None:
        async with region() as (url, server):
            port = int(url.rpartition(":")[2].partition("/")[0])
            shakes = server.entrance.handshakes
            silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(90)]
            await until(lambda: shakes.connections + shakes.dropped >= 90)
            assert shakes.unfinished <= 64
            async with connect(url) as client:
                created = json.loads(await client.recv())
                assert created["type"] == "session.created"
            for one in silent:
                one.close()
            await until(lambda: shakes.connections == 0)
            assert shakes.unfinished == 0

    run(main())


def test_where_files_are_few_connections_are_let_go_and_it_is_noted_once(
    caplog: object,
) -> None:
    async def main() -> None:
        async with region() as (url, server):
            step = server._ports.steps[0]
            async with connect(url) as client:
                await client.recv()
                step.limit = 1
                port = int(url.rpartition(":")[2].partition("/")[0])
                for _ in range(3):
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    assert await reader.read() == b""
                    writer.close()
                await client.send('{"type": "input_audio_buffer.clear"}')
                assert "cleared" in str(await client.recv())

    run(main())
    assert len(caplog.records) == 1  # type: ignore[attr-defined]
