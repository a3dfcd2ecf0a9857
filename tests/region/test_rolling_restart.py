"""The next server begins before the last one ends, and nobody is dropped."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from regions import SECRET, Parrot, envelope, question, quick, region, until, words
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from voiceagent.clock import run
from voiceagent.door.tokens import Tokens
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.region.config import ServeConfig
from voiceagent.region.sqlite_memory import SqliteMemory
from voiceagent.routing.remote import LinkState

TOKENS = Tokens(SECRET, "local")


def kept(folder: Path) -> SqliteMemory:
    return SqliteMemory(folder / "region.sqlite")


def beside(url: str) -> ServeConfig:
    port = int(url.rpartition(":")[2].partition("/")[0])
    return ServeConfig(port=port, reuse_port=True, drain_ms=50)


@pytest.mark.parametrize("asked_meanwhile", [False, True])
def test_sessions_go_on_with_the_next_server(
    asked_meanwhile: bool, tmp_path: Path
) -> None:
    async def main() -> list[str]:
        first, second = Parrot(), Parrot()
        config = ServeConfig(port=0, reuse_port=True, drain_ms=50)
        old = region(first, config=config, memory=kept(tmp_path), token_secret=SECRET)
        url, _ = await old.__aenter__()
        target = Target(name="region", url=url, token=TOKENS.issue(60, subject="me"))
        remote = RealtimeRemote(target, quick(url), lambda event: None)
        running = asyncio.create_task(remote.run())
        await until(lambda: remote.link is LinkState.UP)
        answers = [await words(remote, question("one"), envelope(1))]
        async with region(
            second, config=beside(url), memory=kept(tmp_path), token_secret=SECRET
        ) as (_, server):
            if asked_meanwhile:
                first.gate.clear()
                asking = asyncio.create_task(
                    words(remote, question("two"), envelope(2, wait=20.0))
                )
                await until(lambda: first.running == 1)
            await old.__aexit__(None, None, None)
            await until(lambda: bool(server.sessions.connected))
            if asked_meanwhile:
                answers.append(await asking)
            answers.append(await words(remote, question("three"), envelope(3)))
            assert remote.resumed == 1
            asked = [m.text for m in second.asked[-1].messages]
            assert "one" in asked, "what was said before is known"
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return answers

    wanted = ["one", "two", "three"] if asked_meanwhile else ["one", "three"]
    assert run(main()) == [f"You said {word}." for word in wanted]


def test_whoever_cannot_go_on_is_told_and_finds_the_next_one(tmp_path: Path) -> None:
    async def main() -> list[dict[str, Any]]:
        parrot, told = Parrot(), []
        config = ServeConfig(port=0, reuse_port=True, drain_ms=50)
        old = region(parrot, config=config)
        url, first = await old.__aenter__()
        async with connect(url) as socket, region(config=beside(url)) as (_, second):
            parrot.gate.clear()
            part = {"type": "input_text", "text": "hello"}
            item = {"type": "message", "role": "user", "content": [part]}
            for event in (
                {"type": "conversation.item.create", "item": item},
                {
                    "type": "response.create",
                    "response": {"output_modalities": ["text"]},
                },
            ):
                await socket.send(json.dumps(event))
            if first.sessions.connected:
                await until(lambda: parrot.running == 1)
            await old.__aexit__(None, None, None)
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    told.append(json.loads(await socket.recv()))
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1001
            for _ in range(5):  # nobody comes to the one that has gone
                async with connect(url) as again:
                    assert "session.created" in str(await again.recv())
            assert second.sessions is not first.sessions
        return told

    (done,) = [e for e in run(main()) if e["type"] == "response.done"]
    assert done["response"]["status"] == "failed"
    assert done["response"]["status_details"]["error"]["code"] == "draining"


def test_a_client_is_told_before_when_its_token_ends() -> None:
    async def main() -> int:
        headers = {"Authorization": f"Bearer {TOKENS.issue(60)}"}
        async with region(token_secret=SECRET) as (url, server):
            async with connect(url, additional_headers=headers) as socket:
                created = json.loads(await socket.recv())
                (live,) = server.sessions.connected.values()
                assert created["session"]["expires_at"] == int(live.who.until or 0)
                return int(created["session"]["expires_at"])

    assert run(main()) > 0
