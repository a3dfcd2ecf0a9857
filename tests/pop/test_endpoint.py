"""The HTTP face: who is let in, what is told, and what happens beside the usual."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from packs import parser

from voiceagent.clock import Compute, run
from voiceagent.door.tokens import Tokens
from voiceagent.errors import ModelError
from voiceagent.nlu.decision import Thresholds, route
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.protocol import NOT_MINE, Guess
from voiceagent.pop.classifier import Classifier

pytest.importorskip("cachetools", reason="the extra `gateway` is not installed")
pytest.importorskip("uvicorn", reason="the extra `gateway` is not installed")

from voiceagent.gateway.caller import CallerDoor  # noqa: E402
from voiceagent.pop.endpoint import MOST_WAITING, RouteEndpoint  # noqa: E402
from voiceagent.pop.server import serve_pop  # noqa: E402

pytestmark = pytest.mark.unit
JSON = (b"content-type", b"application/json")
HOST = (b"host", b"127.0.0.1:8771")
SECRET = b"s" * 32


class Model:
    """A small language model of two sentences."""

    name, version = "two", "1"

    def __init__(self) -> None:
        self.asked = 0
        self.busy = threading.Event()
        self.busy.set()

    def understand(self, text: str) -> Guess:
        self.asked += 1
        self.busy.wait(5.0)
        if text == "zebra":
            raise ModelError("it broke")
        if text == "zeppelin":
            raise KeyError(text)
        if text == "lights please":
            return Guess(Intent("device.on", {"name": "Lamp"}), 0.97)
        if text == "lights perhaps":
            return Guess(Intent("device.on", {"name": "Lamp"}), 0.3)
        return NOT_MINE

    def close(self) -> None:
        """Nothing is held."""


def made(
    model: Model | None = None, *, tokens: Tokens | None = None, trouble: str = ""
) -> RouteEndpoint:
    classify = Classifier(
        parser("home").parse, route, model, Thresholds(act=0.9, ask=0.5)
    )
    door = CallerDoor(region="local", tokens=tokens)
    return RouteEndpoint(classify, Compute(), door, trouble=lambda: trouble)


Sent = tuple[int, dict[bytes, bytes], Any]


async def asked(
    app: RouteEndpoint,
    body: bytes | Iterable[bytes] = b"",
    *headers: tuple[bytes, bytes],
    path: str = "/v1/route",
    method: str = "POST",
    peer: str = "127.0.0.1",
) -> Sent:
    parts = [body] if isinstance(body, bytes) else list(body)
    messages = [
        {"type": "http.request", "body": part, "more_body": n + 1 < len(parts)}
        for n, part in enumerate(parts)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "path": path,
        "method": method,
        "client": (peer, 5),
        "headers": list(headers) or [HOST, JSON],
    }
    await app(scope, receive, send)
    told = sent[1]["body"]
    read = msgspec.json.decode(told) if told[:1] == b"{" else told.decode()
    return sent[0]["status"], dict(sent[0]["headers"]), read


def say(text: object) -> bytes:
    return msgspec.json.encode({"text": text})


def once(work: Callable[[], Awaitable[Sent]]) -> Sent:
    async def main() -> Sent:
        return await work()

    return run(main())


def test_a_template_the_model_and_nobody() -> None:
    app = made(Model())

    async def main() -> list[Sent]:
        words = ("turn on the kitchen light", "lights please", "lights perhaps", "why")
        return [await asked(app, say(text)) for text in words]

    template, model, unsure, nobody = (told for _, _, told in run(main()))
    assert template["intent"] == "device.on" and template["tier"] == "device"
    assert template["slots"] == {"name": "Kitchen Light"} and not template["model"]
    assert (model["tier"], model["probability"]) == ("device", 0.97)
    assert model["model"] == "two 1"
    for told in (unsure, nobody):
        assert (told["tier"], told["intent"]) == ("region", None)


def test_what_is_several_or_spares_something_says_so() -> None:
    one, other = Intent("device.on", {"name": "Lamp"}), Intent("lock.lock")
    whole = Intent("several", parts=(replace(one, without=(other,)), other))
    told = Classifier(lambda _: whole, route, None, Thresholds())("x").as_json()
    assert [part["intent"] for part in told["parts"]] == ["device.on", "lock.lock"]
    assert told["parts"][0]["without"] == [{"intent": "lock.lock", "slots": {}}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[]", 400),
        (say(""), 400),
        (say("x" * 2001), 400),
        (say(7), 400),
        (b'{"text": "x", "user": "anna"}', 400),
        (b'{"text": "\\ud800"}', 400),
        (b" " * 17_000 + say("x"), 413),
        ([b"x" * 9000, b"x" * 9000], 413),
        ([say("turn on")[:5], say("turn on")[5:]], 200),
        (say("\x00\n\u202e"), 200),
        (say("x" * 2000), 200),
    ],
)
def test_bodies_that_are_none_are_refused(body: Any, status: int) -> None:
    assert once(lambda: asked(made(), body))[0] == status


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"0", 504),
        (b"-5", 504),
        (b"2000", 200),
        (b"soon", 400),
        (b"nan", 400),
        (b"inf", 400),
        (b"40000", 400),
        (b"\xff", 400),
    ],
)
def test_the_time_that_is_left_is_obeyed(header: bytes, status: int) -> None:
    left = (b"voiceagent-remaining-ms", header)
    app = made()
    assert once(lambda: asked(app, say("hi"), HOST, JSON, left))[0] == status
    twice = once(lambda: asked(app, say("hi"), HOST, JSON, left, left))
    assert twice[0] in (400, 504)


def test_what_cannot_be_told_in_time_is_not_told() -> None:
    model = Model()
    model.busy.clear()

    async def main() -> Sent:
        left = (b"voiceagent-remaining-ms", b"50")
        try:
            return await asked(made(model), say("why"), HOST, JSON, left)
        finally:
            model.busy.set()

    assert run(main())[0] == 504


@pytest.mark.parametrize(("text", "status"), [("zebra", 503), ("zeppelin", 500)])
def test_a_model_that_breaks_tells_no_words(
    text: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    app = made(Model())
    found = once(lambda: asked(app, say(text)))
    assert found[0] == status and text not in str(found[2]) + caplog.text
    assert once(lambda: asked(app, say("why")))[0] == 200, "it goes on"


def test_no_more_wait_than_can() -> None:
    model = Model()
    model.busy.clear()
    app = made(model)

    async def main() -> list[int]:
        first = [
            asyncio.create_task(asked(app, say(f"why {n}")))
            for n in range(MOST_WAITING + 5)
        ]
        await asyncio.wait(first[-5:])
        model.busy.set()
        return sorted(one[0] for one in await asyncio.gather(*first))

    assert run(main()) == [200] * MOST_WAITING + [503] * 5


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/v1/route", "GET", 405),
        ("/v1/answer", "POST", 404),
        ("/", "GET", 404),
        ("/v1/route/", "POST", 404),
        ("/healthz", "POST", 405),
        ("/healthz", "GET", 200),
        ("/metrics", "GET", 200),
    ],
)
def test_paths_and_methods(path: str, method: str, status: int) -> None:
    found = once(lambda: asked(made(), b"", HOST, path=path, method=method))
    assert found[0] == status and found[1][b"cache-control"] == b"no-store"


@pytest.mark.parametrize(
    ("headers", "peer", "status"),
    [
        ([JSON], "127.0.0.1", 421),
        ([HOST, (b"content-type", b"text/plain")], "127.0.0.1", 415),
        ([HOST], "127.0.0.1", 415),
        ([(b"host", b"evil.example"), JSON], "127.0.0.1", 421),
        ([HOST, JSON, (b"origin", b"https://evil.example")], "127.0.0.1", 403),
        ([HOST, JSON], "192.0.2.7", 401),
        ([HOST, JSON, (b"x-forwarded-for", b"192.0.2.7")], "127.0.0.1", 401),
        ([HOST, JSON, HOST], "127.0.0.1", 400),
    ],
)
def test_only_this_machine_is_let_in_without_a_token(
    headers: list[tuple[bytes, bytes]], peer: str, status: int
) -> None:
    found = once(lambda: asked(made(), say("hi"), *headers, peer=peer))
    assert found[0] == status


def test_a_token_opens_it_and_one_for_elsewhere_does_not() -> None:
    tokens = Tokens(SECRET, "local")
    good = tokens.issue(60, audience="voiceagent-gateway")
    others = [
        tokens.issue(60),
        Tokens(SECRET, "far").issue(60, audience="voiceagent-gateway"),
        Tokens(b"t" * 32, "local").issue(60, audience="voiceagent-gateway"),
        "x",
    ]
    app = made(tokens=tokens)

    async def main() -> list[int]:
        bearer = [(b"authorization", f"Bearer {t}".encode()) for t in (good, *others)]
        found = [await asked(app, say("hi"), HOST, JSON, one) for one in bearer]
        return [one[0] for one in (*found, await asked(app, say("hi")))]

    assert run(main()) == [200, 401, 401, 401, 401, 401]


def test_metrics_and_health_tell_no_words() -> None:
    app = made(trouble="a secret cannot be read")

    async def main() -> tuple[Sent, Sent]:
        await asked(app, say("turn on the kitchen light"))
        await asked(app, say("zanzibar"))
        return (
            await asked(app, b"", HOST, path="/metrics", method="GET"),
            await asked(app, b"", HOST, path="/healthz", method="GET"),
        )

    metrics, health = run(main())
    assert 'routed_total{tier="device"} 1' in metrics[2]
    assert "kitchen" not in metrics[2] and "zanzibar" not in metrics[2]
    assert health[0] == 503 and health[2]["trouble"]


def test_over_a_real_socket_until_it_is_stopped() -> None:
    async def main() -> bytes:
        stop, url = asyncio.Event(), asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            serve_pop(made(), "127.0.0.1", 0, url.set_result, stop)
        )
        port = int((await url).rpartition(":")[2])
        read, write = await asyncio.open_connection("127.0.0.1", port)
        body = say("turn on the kitchen light")
        head = (
            "POST /v1/route HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        write.write(head.encode() + body)
        told = await read.read()
        write.close()
        stop.set()
        await serving
        return told

    told = run(main())
    assert told.startswith(b"HTTP/1.1 200") and b'"tier":"device"' in told
