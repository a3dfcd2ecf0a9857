"""A whole gateway over HTTP in a thread of its own, a house behind it, and what one
says to it on the wire, right or wrong."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.mcp_house import House, house_over_http
from voiceagent.app.config import load_config
from voiceagent.app.gateway import make_gateway
from voiceagent.door.tokens import GATEWAY, Tokens
from voiceagent.gateway.call_record import CallRecord
from voiceagent.gateway.server import Gateway

SECRET = "s" * 40
MODERN, LEGACY = "2026-07-28", "2025-11-25"
ERAS = (MODERN, LEGACY)
META = "io.modelcontextprotocol/"
POLICY = """
permit (principal == Caller::"kiosk", action, resource in Class::"read");
permit (principal == Caller::"kiosk", action, resource in Class::"idempotent");
permit (principal == Caller::"local", action, resource);
permit (principal == Caller::"butler", action == Action::"house__open_door", resource)
when { context.arguments.door == "front" };
permit (principal == Caller::"butler", action == Action::"house__set_lamp", resource);
forbid (principal, action == Action::"house__echo", resource)
when { context.arguments has number && context.arguments.number > 100 };
"""
CLASSES = {"set_lamp": "idempotent", "open_door": "effect", "*": "read"}


@dataclass
class GatewayBench:
    """What a test has of it."""

    loop: asyncio.AbstractEventLoop
    url: str
    house: House
    gateway: Gateway
    folder: Path
    house_url: str = ""
    records: list[CallRecord] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Something on its loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def token(self, subject: str = "kiosk", **other: Any) -> str:
        """For somebody."""
        audience, ttl = other.pop("audience", GATEWAY), other.pop("ttl", 600)
        region = other.pop("region", "local")
        return Tokens(SECRET.encode(), region).issue(
            ttl, subject=subject, audience=audience
        )

    def send(
        self,
        body: object,
        headers: Mapping[str, str],
        *,
        method: str = "POST",
        path: str = "/mcp",
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, what came back, and its headers."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, raw, dict(headers))
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        told = {key.lower(): value for key, value in answer.getheaders()}
        with suppress(ValueError):
            return answer.status, json.loads(data), told
        return answer.status, data, told

    def ask(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        era: str = MODERN,
        token: str | None = None,
        meta: Mapping[str, Any] | None = None,
        **headers: str,
    ) -> tuple[int, Any]:
        """A request as a client of that era sends it."""
        body, told = request(method, params, era, meta)
        told["Authorization"] = f"Bearer {self.token() if token is None else token}"
        told |= {key.replace("_", "-"): value for key, value in headers.items()}
        status, found, _ = self.send(body, {k: v for k, v in told.items() if v})
        return status, found

    def call(self, name: str, arguments: object, **more: Any) -> Mapping[str, Any]:
        """The result of a call that the protocol has nothing against."""
        params = {"name": name, "arguments": arguments}
        status, found = self.ask("tools/call", params, **more)
        assert status == 200 and "result" in found, (status, found)
        result: Mapping[str, Any] = found["result"]
        return result

    def names(self, **more: Any) -> list[str]:
        """What is listed."""
        _, found = self.ask("tools/list", {}, **more)
        return [tool["name"] for tool in found["result"]["tools"]]

    def settled(self) -> None:
        """Until the gateway has seen what the house lists now."""
        upstream = self.gateway.catalogue.upstreams["house"]

        async def again() -> None:
            upstream._fresh_until = 0.0
            await self.gateway.catalogue.refresh(10.0)

        self.run(again())


def request(
    method: str,
    params: Mapping[str, Any] | None,
    era: str = MODERN,
    meta: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Body and headers."""
    told = dict(params or {})
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": era,
    }
    if era == MODERN:
        envelope = {META + "protocolVersion": era, META + "clientCapabilities": {}}
        told["_meta"] = {**envelope, **(meta or {})}
        headers["Mcp-Method"] = method
        if isinstance(told.get("name"), str):
            headers["Mcp-Name"] = told["name"]
    elif meta:
        told["_meta"] = dict(meta)
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": told}, headers


@contextmanager
def gateway_bench(
    folder: Path, policy: str = POLICY, *, secret: bool = True, **flags: Any
) -> Iterator[GatewayBench]:
    """One that serves until the end."""
    ready: Future[GatewayBench] = Future()
    stop: list[Any] = []

    def thread() -> None:
        try:
            asyncio.run(_serve(folder, policy, secret, flags, ready, stop))
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            else:
                raise

    running = threading.Thread(target=thread)
    running.start()
    try:
        bench = ready.result(30)
        yield bench
    finally:
        if stop:
            bench.loop.call_soon_threadsafe(stop[0].set)
        running.join(20)


async def _serve(
    folder: Path,
    policy: str,
    secret: bool,
    flags: Mapping[str, Any],
    ready: Future[GatewayBench],
    stop: list[Any],
) -> None:
    house, ended = House(), asyncio.Event()
    stop.append(ended)
    (folder / "policy.cedar").write_text(policy)
    (folder / "secret").write_text(SECRET + "\n")
    (folder / "secret").chmod(0o600)
    async with house_over_http(house) as url:
        given = {
            "store.folder": str(folder / "state"),
            "gateway.port": 0,
            "gateway.policy": str(folder / "policy.cedar"),
            "gateway.calls_per_s": 1000.0,
            "gateway.servers": {"house": {"url": url, "classes": CLASSES}},
            **({"serve.secret_file": str(folder / "secret")} if secret else {}),
            **flags,
        }
        config = load_config(environ={}, folder=folder, flags=given).config
        gateway = make_gateway(config)
        loop = asyncio.get_running_loop()

        def served(address: str) -> None:
            bench = GatewayBench(loop, address, house, gateway, folder, url)
            book = gateway.path.steps.walls.book

            def booked(record: CallRecord) -> None:
                bench.records.append(record)
                book(record)

            object.__setattr__(
                gateway.path.steps,
                "walls",
                _Seen(book_to=booked, at=gateway.path.steps.walls),
            )
            ready.set_result(bench)

        await gateway.serve("127.0.0.1", 0, served, ended)


class _Seen:
    """The walls, and what they put on record seen by the test."""

    def __init__(self, *, book_to: Any, at: Any) -> None:
        self.book, self._at = book_to, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._at, name)
