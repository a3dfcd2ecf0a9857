"""The regional server over real sockets: who comes in, who is refused, who is cut."""

import asyncio
import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from regions import SECRET, Parrot, documents, envelope, question, quick, region, until
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.clock import now, run
from voiceagent.door.admission import Bucket
from voiceagent.door.tls import client_context, make_certificates, server_context
from voiceagent.door.tokens import Tokens
from voiceagent.errors import ConfigError, LinkDown, TokenError
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.region import session_shell
from voiceagent.region.config import ServeConfig
from voiceagent.routing.remote import AnswerWords, LinkState

pytestmark = pytest.mark.fault
ASK: list[Mapping[str, Any]] = [
    {
        "type": "session.update",
        "session": {
            "type": "realtime",
            "output_modalities": ["text"],
            "audio": {"input": {"turn_detection": None}},
        },
    },
    {
        "type": "conversation.item.create",
        "item": {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": "hello"}],
        },
    },
    {"type": "response.create"},
]


async def ask(socket: Any) -> str:
    for event in ASK:
        await socket.send(json.dumps(event))
    words = ""
    while True:
        event = json.loads(await socket.recv())
        words += event.get("delta", "")
        if event["type"] == "response.done":
            return words.strip()


def http(url: str, path: str) -> tuple[int, str]:
    base = url.replace("ws://", "http://").removesuffix("/v1/realtime")
    try:
        with urllib.request.urlopen(base + path, timeout=5) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_health_metrics_and_nothing_else() -> None:
    async def main() -> None:
        async with region() as (url, _):
            assert await asyncio.to_thread(http, url, "/healthz") == (200, "ok\n")
            assert (await asyncio.to_thread(http, url, "/etc/passwd"))[0] == 404
            async with connect(url) as socket:
                assert await ask(socket) == "You said hello."
            _, text = await asyncio.to_thread(http, url, "/metrics")
        found = {
            sample.name: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        assert found["voiceagent_responses_total"] == 1
        assert found["voiceagent_first_output_seconds_count"] == 1
        assert "hello" not in text

    run(main())


def status_of(error: InvalidStatus) -> tuple[int, str]:
    body = json.loads(error.response.body or b"{}")
    return error.response.status_code, body["error"]["code"]


def test_tokens_open_the_door_and_nothing_else_does() -> None:
    tokens = Tokens(SECRET, "local")
    forged = Tokens(b"another secret of thirty-two byte", "local").issue(60)
    elsewhere = Tokens(SECRET, "mars").issue(60)
    bad = {
        "": "token_missing",
        "nonsense": "token_refused",
        forged: "token_refused",
        elsewhere: "token_refused",
        tokens.issue(60, audience="somebody"): "token_refused",
    }

    async def main() -> None:
        async with region(token_secret=SECRET) as (url, _):
            for token, code in bad.items():
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url, additional_headers=headers)
                assert status_of(refused.value) == (401, code)
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{url}?token={tokens.issue(60)}")
            assert status_of(refused.value) == (400, "token_in_address")
            good = {"Authorization": f"Bearer {tokens.issue(60)}"}
            async with connect(url, additional_headers=good) as socket:
                assert await ask(socket) == "You said hello."
            key = f"openai-insecure-api-key.{tokens.issue(60)}"
            async with connect(url, subprotocols=["realtime", key]) as socket:  # type: ignore[list-item]
                assert socket.subprotocol == "realtime"

    run(main())


def test_why_a_token_is_refused() -> None:
    tokens = Tokens(SECRET, "local")
    assert tokens.check(tokens.issue(60, subject="kiosk"))["sub"] == "kiosk"
    with pytest.raises(TokenError) as error:
        Tokens(SECRET, "mars").check(tokens.issue(60))
    assert "another region" in error.value.cause
    with pytest.raises(TokenError) as error:
        tokens.check(tokens.issue(60) + "x")
    assert "signature" in error.value.cause or "padding" in error.value.cause
    with pytest.raises(ConfigError):
        tokens.issue(0)


def test_pages_of_others_are_refused() -> None:
    async def main() -> None:
        config = ServeConfig(port=0, origins=["https://kiosk.example"])
        async with region(config=config) as (url, _):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url, origin="https://evil.example")  # type: ignore[arg-type]
            assert status_of(refused.value) == (403, "origin_not_allowed")
            async with connect(url, origin="https://kiosk.example"):  # type: ignore[arg-type]
                pass

    run(main())


def test_others_than_this_machine_need_a_secret_and_tls() -> None:
    async def main() -> None:
        with pytest.raises(ConfigError, match="can be reached by others"):
            async with region(config=ServeConfig(host="0.0.0.0", port=0)):
                pass

    run(main())


def test_the_region_is_proved_by_the_certificate(tmp_path: Path) -> None:
    made = make_certificates(tmp_path, "eu-west", "127.0.0.1")
    server_tls = server_context(str(made["server"]), str(made["authority"]))

    async def main() -> None:
        config = ServeConfig(port=0, region="eu-west")
        async with region(config=config, tls=server_tls) as (url, _):
            assert url.startswith("wss://")
            proved = await links(url, str(made["device"]))
            assert proved == (LinkState.UP, "eu-west", "You said hello.")
            assert (await links(url, ""))[0] is LinkState.DOWN, "mutual TLS"

    async def links(url: str, certificate: str) -> tuple[LinkState, str, str]:
        tls = client_context(str(made["authority"]), certificate)
        remote = RealtimeRemote(
            Target(name="region", url=url), quick(url), lambda event: None, tls
        )
        running = asyncio.create_task(remote.run())
        await until(lambda: remote.link is not LinkState.CONNECTING)
        words = ""
        if remote.link is LinkState.UP:
            pieces = remote.ask(question("hello"), envelope(region_policy="eu-west"))
            try:
                words = "".join(
                    [p.text async for p in pieces if isinstance(p, AnswerWords)]
                )
            except LinkDown:
                words = ""
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        link = remote.link if words else LinkState.DOWN
        return link, remote.region, words.strip()

    run(main())


def test_another_region_than_wanted_does_not_answer() -> None:
    async def main() -> None:
        async with region() as (url, _):
            remote = RealtimeRemote(
                Target(name="region", url=url), quick(url), lambda event: None
            )
            running = asyncio.create_task(remote.run())
            with pytest.raises(Exception, match="wrong_region"):
                asked = envelope(region_policy="mars")
                _ = [piece async for piece in remote.ask(question("x"), asked)]
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run(main())


def test_no_more_sessions_than_there_is_room_for() -> None:
    async def main() -> None:
        async with region(config=ServeConfig(port=0, max_sessions=2)) as (url, _):
            async with connect(url), connect(url):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url)
                assert status_of(refused.value) == (503, "session_limit_reached")
                assert refused.value.response.headers["Retry-After"]

    run(main())


def test_no_more_answers_at_once_than_there_is_room_for() -> None:
    async def main() -> None:
        parrot = Parrot()
        parrot.gate.clear()
        config = ServeConfig(port=0, max_responses=1)
        async with region(parrot, config=config) as (url, _):
            async with connect(url) as one, connect(url) as two:
                first = asyncio.create_task(ask(one))
                await until(lambda: parrot.running == 1)
                for event in ASK:
                    await two.send(json.dumps(event))
                while True:
                    event = json.loads(await two.recv())
                    if event["type"] == "response.done":
                        break
                error = event["response"]["status_details"]["error"]
                assert error["code"] == "session_limit_reached"
                parrot.gate.set()
                assert await first == "You said hello."

    run(main())


def test_floods_of_one_address_are_slowed() -> None:
    bucket = Bucket(burst=3, rate=1)
    assert [bucket.take("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert bucket.take("b", 0.0) and bucket.take("a", 1.0)


def test_a_client_that_does_not_read_is_dropped_and_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # How long it is waited for by default is held in `test_quotas.py`.
    monkeypatch.setattr(session_shell, "READING", 1.0)

    async def main() -> None:
        parrot = Parrot()
        limits = Limits(message_bytes=1 << 20)
        async with region(parrot, limits=limits) as (url, server):
            slow = await connect(url, max_queue=1)
            slow.transport.pause_reading()
            big = "x" * 30_000
            content = [{"type": "input_text", "text": big}]
            item = {"type": "message", "role": "user", "content": content}
            create = json.dumps({"type": "conversation.item.create", "item": item})

            async def flood() -> None:
                for _ in range(9000):
                    await slow.send(create)

            flooding = asyncio.create_task(flood())
            async with connect(url) as other:
                began = now()
                assert await ask(other) == "You said hello."
                assert now() - began < 5
            counts = server.services.metrics.counts
            await until(lambda: counts["slow", ""] > 0 or flooding.done())
            flooding.cancel()
            await asyncio.gather(flooding, return_exceptions=True)
            slow.transport.abort()

    run(main())


@pytest.mark.parametrize(
    "frame",
    [
        b"\x83\x80\x00\x00\x00\x00",  # an opcode that is reserved
        b"\xf1\x80\x00\x00\x00\x00",  # reserved bits
        b"\x81\x01x",  # not masked
        b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff",  # a length beyond everything
        b"\x89\xfe\x00\x80" + bytes(132),  # a ping that is too long
        b"\x01\x81\x00\x00\x00\x00a\x81\x81\x00\x00\x00\x00b",  # broken fragments
        b"\x88\x81\x00\x00\x00\x00\x01",  # a close code of one byte
        b"\x81\x82\x00\x00\x00\x00\xc3\x28",  # text that is no UTF-8
        b"\x80\x80\x00\x00\x00\x00",  # a continuation of nothing
    ],
)
def test_broken_frames_end_their_connection_alone(frame: bytes) -> None:
    async def main() -> None:
        async with region() as (url, _), connect(url) as good:
            host, port = url.split("/")[2].split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(
                b"GET /v1/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            await reader.readuntil(b"\r\n\r\n")
            writer.write(frame)
            async with asyncio.timeout(5):
                while await reader.read(4096):
                    pass
            writer.close()
            assert await ask(good) == "You said hello."

    run(main())


def test_messages_that_are_too_large_end_the_connection() -> None:
    async def main() -> None:
        limits = Limits(message_bytes=1000, sound_bytes=1000)
        async with region(limits=limits) as (url, _), connect(url) as socket:
            await socket.send("x" * 2000)
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await socket.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009

    run(main())


def test_when_told_to_stop_answers_are_finished_first() -> None:
    async def main() -> None:
        parrot = Parrot()
        parrot.gate.clear()
        async with region(parrot) as (url, server):
            socket = await connect(url)
            asking = asyncio.create_task(ask(socket))
            await until(lambda: parrot.running == 1)
            draining = asyncio.create_task(server.drain())
            await until(lambda: server.entrance.draining)
            assert (await asyncio.to_thread(http, url, "/healthz"))[0] == 503
            with pytest.raises(InvalidStatus) as refused:
                await connect(url)
            assert status_of(refused.value) == (503, "draining")
            parrot.gate.set()
            assert await asking == "You said hello."
            await draining
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1001

    run(main())


@pytest.mark.cli
def test_the_command_serves_documents_and_stops_in_order(tmp_path: Path) -> None:
    folder = documents(tmp_path / "zoo")
    program = str(Path(sys.executable).with_name("voiceagent"))
    command = [program, "serve", "--port", "0", "--json"]
    config = tmp_path / "config.toml"
    config.write_text(f'[memory]\nfolder = "{tmp_path}"\n')
    more = ["--documents", str(folder), "--config", str(config)]
    with subprocess.Popen(command + more, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        assert ready["ready"] is True

        async def main() -> str:
            async with connect(ready["url"]) as socket:
                asked = json.loads(json.dumps(ASK).replace("hello", "who is the lion"))
                for event in asked:
                    await socket.send(json.dumps(event))
                while True:
                    event = json.loads(await socket.recv())
                    if event["type"] == "response.done":
                        return str(event["response"]["output"][0]["content"])

        assert "Bruno" in run(main())
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=10) == 0

    def memory(*arguments: str) -> str:
        command = [program, "memory", *arguments, "--config", str(config)]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()

    name = memory("list")
    assert "Bruno" in memory("export", name)
    assert memory("erase", name) == f"erased {name}" and memory("list") == ""
