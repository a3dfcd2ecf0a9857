"""Every way in that clients of the protocol take, and the refusals that they show."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from regions import SECRET, region
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.clock import run
from voiceagent.door.tokens import Tokens

pytestmark = pytest.mark.fault
TOKEN = Tokens(SECRET, "local").issue(86_400, subject="me")
BEARER = [("Authorization", f"Bearer {TOKEN}")]
KEY = f"openai-insecure-api-key.{TOKEN}"


def opened(place: str, *, secret: bytes | None = None, **how: Any) -> dict[str, Any]:
    """The session that a client gets there."""

    async def main() -> dict[str, Any]:
        async with region(token_secret=secret) as (url, _):
            base = url.removesuffix("/v1/realtime")
            async with connect(f"{base}{place}", **how) as socket:
                created: dict[str, Any] = json.loads(await socket.recv())
                return created

    return run(main())


def refused(place: str, *, secret: bytes | None = None, **how: Any) -> tuple[int, str]:
    """Status and code of the refusal."""
    with pytest.raises(InvalidStatus) as error:
        opened(place, secret=secret, **how)
    response = error.value.response
    if response.status_code == 404:
        return 404, ""
    return response.status_code, json.loads(response.body)["error"]["code"]


@pytest.mark.parametrize(
    ("place", "model"),
    [
        ("/v1/realtime", "voiceagent"),
        ("/v1/realtime/?model=gpt-realtime", "gpt-realtime"),
        ("/realtime?intent=conversation", "voiceagent"),
        ("/openai/v1/realtime?model=x", "x"),
        ("/openai/v1/realtime/?api-version=v1&deployment=mine", "mine"),
        ("/openai/realtime?api-version=2025-08-28&deployment=mine", "mine"),
    ],
)
def test_sessions_are_where_clients_look_for_them(place: str, model: str) -> None:
    created = opened(place)
    assert created["type"] == "session.created"
    assert created["session"]["model"] == model


@pytest.mark.parametrize(
    ("place", "status", "code"),
    [
        ("/v1/realtime//", 404, ""),
        ("/v1/realtime/calls", 404, ""),
        ("/v2/realtime", 404, ""),
        ("/v1/realtime?intent=telepathy", 400, "unknown_intent"),
        ("/v1/realtime?call_id=rtc_1", 400, "no_calls"),
        ("/v1/realtime?api_key=x", 400, "token_in_address"),
    ],
)
def test_what_is_nowhere_is_refused(place: str, status: int, code: str) -> None:
    assert refused(place) == (status, code)


@pytest.mark.parametrize(
    "how",
    [
        {"additional_headers": BEARER},
        {"additional_headers": [("api-key", TOKEN)]},
        {"subprotocols": ["realtime", KEY]},
        {"subprotocols": [KEY, "realtime"]},
        {"additional_headers": [*BEARER, ("api-key", TOKEN)]},
    ],
)
def test_a_token_is_taken_wherever_clients_put_it(how: dict[str, Any]) -> None:
    created = opened("/v1/realtime", secret=SECRET, **how)
    assert created["type"] == "session.created"


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({}, (401, "token_missing")),
        ({"additional_headers": [("api-key", " ")]}, (401, "token_missing")),
        ({"additional_headers": [("api-key", "x")]}, (401, "token_refused")),
        ({"subprotocols": ["realtime"]}, (401, "token_missing")),
        ({"additional_headers": BEARER * 2}, (400, "header_twice")),
        ({"additional_headers": [("Origin", "http://x")] * 2}, (400, "header_twice")),
    ],
)
def test_without_a_good_one_there_is_a_reason(
    how: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert refused("/v1/realtime", secret=SECRET, **how) == refusal


@pytest.mark.parametrize(
    "how",
    [
        {"additional_headers": [("OpenAI-Beta", "realtime=v1")]},
        {"additional_headers": [("openai-beta", "assistants=v2, realtime=v1")]},
        {"subprotocols": ["realtime", "openai-beta.realtime-v1"]},
    ],
)
def test_the_beta_protocol_is_refused_where_its_clients_show_it(
    how: dict[str, Any],
) -> None:
    async def main() -> None:
        async with region() as (url, server):
            async with connect(url, **how) as socket:
                event = json.loads(await socket.recv())
                assert event["type"] == "error"
                assert "final protocol" in event["error"]["message"]
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4000
            assert "beta_api_shape_disabled" in closed.value.rcvd.reason
            async with connect(
                url, additional_headers=[("OpenAI-Beta", "assistants=v2")]
            ) as socket:
                assert "session.created" in str(await socket.recv())
            await asyncio.sleep(0.05)
            assert not server.sessions.connected

    run(main())
