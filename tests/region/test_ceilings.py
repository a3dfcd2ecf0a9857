"""One subject, or one address, against the rest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import pytest
from live_session import Client, services
from regions import SECRET, region, until
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.clock import run
from voiceagent.door.admission import Bucket
from voiceagent.door.tokens import Tokens
from voiceagent.region.backend import AnswerText, Output, Request
from voiceagent.region.config import ServeConfig
from voiceagent.region.sessions import TAKEN

TOKENS = Tokens(SECRET, "local")


def proof(subject: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {TOKENS.issue(60, subject=subject)}"}


async def refused(url: str, **how: Any) -> tuple[int, str, int]:
    with pytest.raises(InvalidStatus) as error:
        await connect(url, **how)
    response = error.value.response
    code = json.loads(response.body)["error"]["code"]
    return response.status_code, code, int(response.headers["Retry-After"])


def test_one_address_leaves_room_for_others_where_nobody_proves_who_they_are() -> None:
    async def main() -> None:
        async with region(config=ServeConfig(port=0, max_sessions=5)) as (url, _):
            greedy = [await connect(url) for _ in range(4)]
            assert (await refused(url))[:2] == (429, "too_many_sessions")
            async with connect(url, local_addr=("127.0.0.2", 0)):
                pass
            for one in greedy:
                await one.close()

    run(main())


def test_who_comes_through_our_proxy_is_told_apart_by_address() -> None:
    async def main() -> None:
        config = ServeConfig(port=0, max_sessions=5, proxies=["127.0.0.1"])
        async with region(config=config, token_secret=SECRET) as (url, server):
            headers = {**proof("one"), "X-Forwarded-For": "9.9.9.9"}
            async with connect(url, additional_headers=headers):
                (live,) = server.sessions.connected.values()
                assert live.who.address == "9.9.9.9"

    run(main())


def test_knocking_with_wrong_tokens_keeps_no_good_one_out() -> None:
    async def main() -> None:
        async with region(token_secret=SECRET) as (url, server):
            server.entrance._wrong = Bucket(burst=1, rate=0.01)
            assert (await wrong(url))[0] == 401
            status, code, wait = await refused(url)
            assert (status, code) == (429, "too_many_connections") and wait > 50
            async with connect(url, additional_headers=proof("good")):
                pass

    async def wrong(url: str) -> tuple[int, Any]:
        with pytest.raises(InvalidStatus) as error:
            await connect(url)
        told = error.value.response.headers
        return error.value.response.status_code, told["WWW-Authenticate"]

    run(main())


def test_one_subject_that_knocks_too_often_keeps_no_other_out() -> None:
    async def main() -> None:
        async with region(token_secret=SECRET) as (url, server):
            server.entrance.bucket = Bucket(burst=1, rate=0.01)
            async with connect(url, additional_headers=proof("greedy")):
                pass
            headers = proof("greedy")
            assert (await refused(url, additional_headers=headers))[0] == 429
            async with connect(url, additional_headers=proof("other")):
                pass

    run(main())


async def ready(socket: ClientConnection) -> Mapping[str, Any]:
    while True:
        event: dict[str, Any] = json.loads(await socket.recv())
        if event["type"] == "voiceagent.session.ready":
            return event


def resume(of: Mapping[str, Any]) -> str:
    return json.dumps(
        {
            "type": "voiceagent.session.resume",
            "session_id": of["session_id"],
            "token": of["resume_token"],
            "last_event_id": of["event_id"],
        }
    )


def test_cut_sessions_count_and_can_be_gone_on_with_at_the_limit() -> None:
    async def main() -> None:
        config = ServeConfig(port=0, max_sessions=4)
        async with region(config=config, token_secret=SECRET) as (url, server):
            how: dict[str, Any] = {"additional_headers": proof("greedy")}
            mine = f"{url}?voiceagent=1"
            told = []
            for _ in range(2):
                socket = await connect(mine, **how)
                told.append(await ready(socket))
                socket.transport.abort()
                await until(lambda: not server.sessions.connected)
            async with connect(mine, **how) as socket:
                await ready(socket)
                assert (await refused(mine, **how))[1] == "too_many_sessions"
                await socket.send(resume(told[0]))
                assert "session.resumed" in str(await socket.recv())

    run(main())


@pytest.mark.parametrize("of", ["another token", "this very session"])
def test_a_session_is_gone_on_with_by_its_own_proof_alone(of: str) -> None:
    async def main() -> None:
        async with region(token_secret=SECRET) as (url, server):
            mine = f"{url}?voiceagent=1"
            async with connect(mine, additional_headers=proof("me")) as socket:
                told = await ready(socket)
                if of == "this very session":
                    await socket.send(resume(told))
                    assert "resume_unknown" in str(await socket.recv())
                else:
                    async with connect(mine, additional_headers=proof("me")) as other:
                        await ready(other)
                        await other.send(resume(told))
                        assert "another token" in str(await other.recv())
                await socket.send('{"type": "input_audio_buffer.clear"}')
                assert "cleared" in str(await socket.recv())

    run(main())


def test_two_clients_on_one_resume_token_end_with_one_of_them() -> None:
    async def main() -> None:
        async with region(token_secret=SECRET) as (url, server):
            mine, how = f"{url}?voiceagent=1", {"additional_headers": proof("me")}
            first = await connect(mine, **how)  # type: ignore[arg-type]
            told = await ready(first)
            others = [await connect(mine, **how) for _ in range(2)]  # type: ignore[arg-type]
            for one in others:
                await ready(one)
                await one.send(resume(told))
                assert "session.resumed" in str(await one.recv())
            for one in (first, others[0]):
                with pytest.raises(ConnectionClosed) as closed:
                    await one.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.reason == "gone on with elsewhere"
            await others[1].send('{"type": "input_audio_buffer.clear"}')
            assert "cleared" in str(await others[1].recv())
            assert list(server.sessions.connected) == [told["session_id"]]
            await others[1].close()
            await until(lambda: server.sessions.held("me") == (0, 0))

    run(main())


def test_two_clients_that_fight_over_a_session_come_to_rest() -> None:
    """Each takes it from the other at once; then one of them has it, and the other a
    session of its own."""

    async def main() -> None:
        async with region(token_secret=SECRET) as (url, server):
            mine, how = f"{url}?voiceagent=1", {"additional_headers": proof("me")}
            holder = await connect(mine, **how)  # type: ignore[arg-type]
            told = await ready(holder)
            for _ in range(TAKEN):
                taker = await connect(mine, **how)  # type: ignore[arg-type]
                await ready(taker)
                await taker.send(resume(told))
                assert "session.resumed" in str(await taker.recv())
                holder = taker
            async with connect(mine, **how) as late:  # type: ignore[arg-type]
                await ready(late)
                await late.send(resume(told))
                assert "again and again" in str(await late.recv())
                await late.send('{"type": "input_audio_buffer.clear"}')
                assert "cleared" in str(await late.recv())
            await holder.send('{"type": "input_audio_buffer.clear"}')
            assert "cleared" in str(await holder.recv())
            # One that is really cut is gone on with, however often.
            for _ in range(TAKEN + 2):
                holder.transport.abort()
                await until(lambda: not server.sessions.connected)
                holder = await connect(mine, **how)  # type: ignore[arg-type]
                await ready(holder)
                await holder.send(resume(told))
                assert "session.resumed" in str(await holder.recv())
            await holder.close()

    run(main())


async def dripping(request: Request) -> AsyncGenerator[Output, None]:
    while True:
        await asyncio.sleep(1.0)
        yield AnswerText("drip ")


def test_an_answer_that_drips_for_ever_ends() -> None:
    async def main() -> list[str]:
        client = Client(services(dripping, longest_answer=30.0))
        client.ask()
        await client.over()
        await client.live.end()
        return client.codes()

    assert run(main(), virtual=True) == ["answer_too_long"]
