"""Nobody takes a region away from others, and no session outlives its token."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import timedelta

import pytest
from live_session import Client, services
from regions import SECRET, Parrot, region, until
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.clock import run, wall
from voiceagent.door.loop_share import LoopShare
from voiceagent.door.tokens import Tokens
from voiceagent.realtime.items import checked_item
from voiceagent.realtime.limits import Limits
from voiceagent.region.config import ServeConfig
from voiceagent.region.sessions import MOST_CUT
from voiceagent.region.slots import AnswerSlots

pytestmark = pytest.mark.fault
TOKENS = Tokens(SECRET, "local")


def proof(subject: str) -> Mapping[str, str]:
    """The header of a client."""
    return {"Authorization": f"Bearer {TOKENS.issue(60, subject=subject)}"}


def test_one_subject_has_half_of_the_sessions() -> None:
    async def main() -> None:
        config = ServeConfig(port=0, max_sessions=4)
        async with region(config=config, token_secret=SECRET) as (url, _):
            greedy = [
                await connect(url, additional_headers=proof("greedy")) for _ in range(2)
            ]
            with pytest.raises(InvalidStatus) as refused:
                await connect(url, additional_headers=proof("greedy"))
            assert refused.value.response.status_code == 429
            assert refused.value.response.headers["Retry-After"]
            async with connect(url, additional_headers=proof("other")):
                pass
            await greedy[0].close()
            await asyncio.sleep(0.05)
            async with connect(url, additional_headers=proof("greedy")):
                pass
            await greedy[1].close()

    run(main())


def test_one_subject_has_half_of_the_answers() -> None:
    slots = AnswerSlots(4)
    with slots.one("greedy"), slots.one("greedy"):
        assert not slots.free("greedy") and slots.free("other") and slots.free()
        with slots.one("other"), slots.one("other"):
            assert not slots.free() and slots.taken == 4
    assert slots.taken == 0 and slots.free("greedy")
    assert AnswerSlots(1).free("alone")


def test_answers_are_counted_by_who_was_let_in() -> None:
    async def main() -> None:
        parrot = Parrot()
        parrot.gate.clear()
        config = ServeConfig(port=0, max_responses=2)
        async with region(parrot, config=config, token_secret=SECRET) as (url, _):
            async with (
                connect(url, additional_headers=proof("greedy")) as one,
                connect(url, additional_headers=proof("greedy")) as two,
                connect(url, additional_headers=proof("other")) as three,
            ):
                await ask(one)
                await until(lambda: parrot.running == 1)
                await ask(two)
                refused = await done(two)
                error = refused["status_details"]["error"]  # type: ignore[index]
                assert error["code"] == "session_limit_reached"
                await ask(three)
                await until(lambda: parrot.running == 2)
                parrot.gate.set()
                assert (await done(three))["status"] == "completed"
                assert (await done(one))["status"] == "completed"

    run(main())


async def ask(socket: ClientConnection) -> None:
    part = {"type": "input_text", "text": "hello"}
    item = {"type": "message", "role": "user", "content": [part]}
    text = {"output_modalities": ["text"]}
    await socket.send(json.dumps({"type": "conversation.item.create", "item": item}))
    await socket.send(json.dumps({"type": "response.create", "response": text}))


async def done(socket: ClientConnection) -> Mapping[str, object]:
    while True:
        event = json.loads(await socket.recv())
        if event["type"] == "response.done":
            return dict(event["response"])


def test_a_session_ends_with_its_token_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A minute, of which nearly all is gone when the session begins: however slow the
    # machine, the token still holds when it is shown.
    late = wall() + timedelta(seconds=59.9)
    monkeypatch.setattr("voiceagent.region.server.wall", lambda: late)

    async def main() -> list[str]:
        told = []
        async with region(token_secret=SECRET) as (url, server):
            async with connect(url, additional_headers=proof("kiosk")) as socket:
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        told.append(json.loads(await socket.recv()))
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008
            await until(lambda: not server.sessions.connected)
        return [event["error"]["code"] for event in told if event["type"] == "error"]

    assert run(main()) == ["token_expired"]


def test_what_sessions_do_is_told_to_those_who_may_have_one() -> None:
    async def main() -> None:
        async with region(token_secret=SECRET) as (url, _):
            where = url.replace("ws://", "http://").rpartition("/v1")[0]
            for headers, status in (({}, 401), (proof("kiosk"), 200)):
                found = await asyncio.to_thread(got, f"{where}/metrics", headers)
                assert found == status
            assert await asyncio.to_thread(got, f"{where}/healthz", {}) == 200

    run(main())


def got(url: str, headers: Mapping[str, str]) -> int:
    import httpx

    return httpx.get(url, headers=dict(headers)).status_code


@pytest.mark.parametrize("field", ["call_id", "name", "arguments"])
def test_all_that_an_item_keeps_is_counted(field: str) -> None:
    item = {"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"}
    with pytest.raises(Exception, match="at most"):
        checked_item({**item, field: "x" * 40_000}, Limits(), None)


def test_cut_sessions_that_wait_are_counted() -> None:
    async def main() -> None:
        async with region() as (url, server):
            later = asyncio.get_running_loop().call_later
            for number in range(MOST_CUT):
                waiting = Client(services()).live, later(9, int)
                server.sessions._detached[f"s{number}"] = waiting
            async with connect(f"{url}?voiceagent=1") as socket:
                await socket.recv()
                socket.transport.abort()
            await until(lambda: not server.sessions.connected)
            assert len(server.sessions._detached) == MOST_CUT

    run(main())


def test_all_that_is_done_for_a_subject_is_counted() -> None:
    """Reading, looking at it, sending, and making answers; each by a name."""
    told: list[tuple[str, str]] = []

    class Counting(LoopShare):
        def used(self, whose: str, seconds: float, at: float) -> None:
            frame = sys._getframe()
            names = list[str]()
            while frame.f_back is not None:
                frame = frame.f_back
                names.append(frame.f_code.co_qualname)
            told.append((whose, " ".join(names)))

    async def main() -> None:
        async with region(token_secret=SECRET) as (url, server):
            object.__setattr__(server.services, "loop", Counting())
            async with connect(url, additional_headers=proof("one")) as one:
                await ask(one)
                await done(one)

    run(main())
    assert {whose for whose, _ in told} == {"one"}
    for part in ("data_received", "Metered.__await__"):
        assert any(part in names for _, names in told), part


def test_a_session_that_sends_much_lets_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("voiceagent.region.session_shell.STRETCH", 0.0)

    async def main() -> None:
        client = Client(services())
        await client.live.flush()
        client.events.clear()
        client.live.do(client.session.opened() * 50)
        for _ in range(10):
            await asyncio.sleep(0)
        assert 0 < len(client.events) < 20
        await client.live.flush()
        assert len(client.events) == 50
        await client.live.end()

    run(main(), virtual=True)
