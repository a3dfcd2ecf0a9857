"""{list, call} x who, what and how x both eras: what is not right is refused, on
record, and never reaches a server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from gateway_bench import ERAS, LEGACY, MODERN, GatewayBench, gateway_bench, request
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.door.tokens import AUDIENCE

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayBench]:
    with gateway_bench(tmp_path_factory.mktemp("gateway")) as made:
        yield made


def refused(bench: GatewayBench, *wanted: Any, **more: Any) -> str:
    """The words of an ordinary result that is a refusal; nothing was done."""
    before, on_record = bench.house.calls.total(), len(bench.records)
    result = bench.call(*wanted, **more)
    assert result["isError"] is True
    assert bench.house.calls.total() == before
    assert len(bench.records) == on_record + 1
    return str(result["content"][0]["text"])


@pytest.mark.parametrize("era", ERAS)
def test_what_is_allowed_is_listed_and_called(bench: GatewayBench, era: str) -> None:
    names = bench.names(era=era)
    assert names == sorted(names)
    assert {"house__get_state", "house__set_lamp"} <= set(names)
    found = bench.call("house__echo", {"text": "hello"}, era=era)
    assert found["content"][0]["text"] == '{"text": "hello"}' and not found["isError"]
    assert ("resultType" in found) is (era == MODERN)


@pytest.mark.parametrize("era", ERAS)
def test_what_is_denied_is_neither_listed_nor_called(
    bench: GatewayBench, era: str
) -> None:
    assert "house__open_door" not in bench.names(era=era)
    words = refused(bench, "house__open_door", {"door": "front"}, era=era)
    assert "policy" in words
    assert bench.records[-1].refused_at == "policy"


@pytest.mark.parametrize("era", ERAS)
def test_arguments_decide(bench: GatewayBench, era: str) -> None:
    butler = bench.token("butler")
    assert bench.names(era=era, token=butler) == ["house__open_door", "house__set_lamp"]
    refused(bench, "house__open_door", {"door": "back"}, era=era, token=butler)
    before = bench.house.calls["open_door"]
    bench.call("house__open_door", {"door": "front"}, era=era, token=butler)
    assert bench.house.calls["open_door"] == before + 1
    assert "forbid" in refused(bench, "house__echo", {"number": 101}, era=era)


@pytest.mark.parametrize("era", ERAS)
def test_what_is_not_known_is_refused_by_name(bench: GatewayBench, era: str) -> None:
    for name in (
        "house__nope",
        "echo",
        "house_echo",
        "HOUSE__echo",
        "",
        "house__echo ",
    ):
        if era == MODERN and (not name or name != name.strip()):
            continue  # no plain header says it
        assert "no tool" in refused(bench, name, {}, era=era)


@pytest.mark.parametrize("era", ERAS)
def test_wrong_arguments_are_named(bench: GatewayBench, era: str) -> None:
    for wrong in ({}, {"area": 3, "on": True}, {"area": "a", "on": True, "more": 1}):
        words = refused(bench, "house__set_lamp", wrong, era=era)
        assert "cannot be called so" in words
        assert bench.records[-1].refused_at == "arguments"


@pytest.mark.parametrize("method", ["tools/list", "tools/call"])
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "other",
    [
        {"token": ""},
        {"token": "none.of.ours"},
        {"ttl": 1e-3},
        {"audience": AUDIENCE},
        {"region": "elsewhere"},
    ],
    ids=["no token", "forged", "expired", "other audience", "other region"],
)
def test_who_does_not_prove_it_is_turned_away(
    bench: GatewayBench, era: str, other: dict[str, Any], method: str
) -> None:
    token = other["token"] if "token" in other else bench.token(**other)
    if "ttl" in other:  # five seconds of leeway: one from long ago
        from voiceagent.door.tokens import load_jwt

        claims = {"iss": "voiceagent", "aud": "voiceagent-gateway", "sub": "kiosk"}
        claims |= {"region": "local", "iat": 1000, "nbf": 1000, "exp": 2000}
        token = load_jwt().encode(claims, "s" * 40, algorithm="HS256")
    before = bench.house.calls.total()
    params = {"name": "house__echo", "arguments": {}} if "call" in method else {}
    body, headers = request(method, params, era)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    status, _, told = bench.send(body, headers)
    assert status == 401
    assert "/.well-known/oauth-protected-resource/mcp" in told["www-authenticate"]
    assert bench.house.calls.total() == before
    assert bench.records[-1].refused_at == "door"


@pytest.mark.parametrize(
    "wrong",
    [{"Mcp_Name": "house__get_state"}, {"Mcp_Method": "tools/list"}],
    ids=["name", "method"],
)
@pytest.mark.parametrize("era", ERAS)
def test_headers_that_contradict_the_body(
    bench: GatewayBench, era: str, wrong: dict[str, str]
) -> None:
    before = bench.house.calls.total()
    params = {"name": "house__echo", "arguments": {}}
    status, found = bench.ask("tools/call", params, era=era, **wrong)
    assert (status, found["error"]["code"]) == (400, -32020)
    assert bench.house.calls.total() == before
    assert bench.records[-1].refused_at == "wire"


def test_an_era_that_is_not_spoken(bench: GatewayBench) -> None:
    params = {"name": "house__echo", "arguments": {}}
    status, found = bench.ask("tools/call", params, MCP_Protocol_Version="2099-01-01")
    assert status == 400 and found["error"]["code"] in (-32020, -32022)


@pytest.mark.parametrize("era", ERAS)
def test_time_that_is_over_is_no_time(bench: GatewayBench, era: str) -> None:
    for left in (0, 5, 9.9):
        meta = {"dev.voiceagent/remaining-ms": left}
        assert "no time" in refused(bench, "house__echo", {}, era=era, meta=meta)
    for wrong in (-1, "soon", True, [1], 1e400):
        params = {"name": "house__echo", "arguments": {}}
        meta = {"dev.voiceagent/remaining-ms": wrong}
        status, found = bench.ask("tools/call", params, era=era, meta=meta)
        assert "error" in found, (status, found)


@pytest.mark.parametrize("era", ERAS)
def test_a_call_ends_with_its_time_and_is_cancelled(
    bench: GatewayBench, era: str
) -> None:
    bench.house.cancelled.clear()
    meta = {"dev.voiceagent/remaining-ms": 200}
    result = bench.call("house__sleep", {"seconds": 5}, era=era, meta=meta)
    assert "did not answer" in result["content"][0]["text"]
    assert bench.records[-1].end == "expired"

    async def cancelled() -> None:
        import asyncio

        for _ in range(500):
            if bench.house.cancelled:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it still runs")

    bench.run(cancelled())


def test_a_server_is_told_what_is_left_and_nothing_of_the_caller(
    bench: GatewayBench,
) -> None:
    meta = {"dev.voiceagent/remaining-ms": 900, "dev.voiceagent/session": "secret"}
    bench.call("house__set_lamp", {"area": "a", "on": True}, meta=meta)
    told = bench.house.metas[-1]
    assert 0 < told["dev.voiceagent/remaining-ms"] <= 890
    assert told["dev.voiceagent/idempotency-key"]
    assert "secret" not in str(told) and "kiosk" not in str(told)


@pytest.mark.parametrize("era", ERAS)
def test_results_that_are_none(bench: GatewayBench, era: str) -> None:
    found = bench.call("house__wrong", {}, era=era)
    assert found["isError"] and "structuredContent" not in found
    found = bench.call("house__big", {"bytes": 5 << 20}, era=era)
    assert found["isError"] and "5" in found["content"][0]["text"]


@pytest.mark.parametrize("era", ERAS)
def test_a_tool_that_changed_is_held_back(bench: GatewayBench, era: str) -> None:
    """Drifted, renamed, and two that claim one name; and back again."""
    whole = bench.house.tools
    lamp = next(tool for tool in whole if tool["name"] == "set_lamp")
    others = [tool for tool in whole if tool is not lamp]
    arguments = {"area": "a", "on": True}
    try:
        for tools in (
            [*others, {**lamp, "description": "B"}],
            [*others, {**lamp, "name": "Set_lamp"}],
            [*whole, {**lamp, "name": "set_1amp"}],
        ):
            bench.house.tools = tools
            bench.settled()
            for name in ("house__set_lamp", "house__Set_lamp", "house__set_1amp"):
                if name == "house__set_lamp" and tools[: len(whole)] == whole:
                    continue  # the one that was first goes on
                assert name not in bench.names(era=era), name
                refused(bench, name, arguments, era=era)
    finally:
        bench.house.tools = whole
        bench.settled()
    assert not bench.call("house__set_lamp", arguments, era=era)["isError"]


@pytest.mark.parametrize("era", ERAS)
def test_an_effect_is_made_once_for_its_key(bench: GatewayBench, era: str) -> None:
    butler, key = bench.token("butler"), f"key {era}"
    meta = {"dev.voiceagent/idempotency-key": key}
    before = bench.house.calls["open_door"]

    def opened(door: str = "front") -> dict[str, Any]:
        arguments = {"door": door}
        return dict(
            bench.call("house__open_door", arguments, era=era, token=butler, meta=meta)
        )

    with ThreadPoolExecutor(4) as pool:  # two racing regions, and two retries
        results = list(pool.map(lambda _: opened(), range(4)))
    assert bench.house.calls["open_door"] == before + 1
    assert all(one == results[0] and not one["isError"] for one in results)
    meta["dev.voiceagent/idempotency-key"] = f"{key} another"
    assert not opened()["isError"]
    assert bench.house.calls["open_door"] == before + 2


def test_who_goes_away_cancels(bench: GatewayBench) -> None:
    import http.client
    import json
    from urllib.parse import urlsplit

    bench.house.cancelled.clear()
    body, headers = request(
        "tools/call", {"name": "house__sleep", "arguments": {"seconds": 9}}
    )
    headers["Authorization"] = f"Bearer {bench.token()}"
    seen = bench.house.calls["sleep"]
    connection = http.client.HTTPConnection(urlsplit(bench.url).netloc)
    connection.request("POST", "/mcp", json.dumps(body), headers)

    async def until(done: Any) -> None:
        import asyncio

        for _ in range(500):
            if done():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it still runs")

    bench.run(until(lambda: bench.house.calls["sleep"] > seen))
    connection.close()
    bench.run(until(lambda: bool(bench.house.cancelled)))
    assert bench.records[-1].end == "cancelled"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["house__open_door", "house__echo", "open_door", "house__open_door\n", "house__"]
)


@given(
    name=NAMES | st.text(max_size=20),
    arguments=JSON,
    meta=st.dictionaries(
        st.sampled_from(
            [
                "dev.voiceagent/remaining-ms",
                "dev.voiceagent/reserve-ms",
                "dev.voiceagent/data-class",
                "dev.voiceagent/idempotency-key",
                "traceparent",
            ]
        ),
        JSON,
        max_size=2,
    ),
    era=st.sampled_from(ERAS),
)
@settings(max_examples=40, deadline=None)
def test_no_mutation_of_a_denied_call_is_made(
    bench: GatewayBench, name: str, arguments: Any, meta: Any, era: str
) -> None:
    before, on_record = bench.house.calls["open_door"], len(bench.records)
    body, headers = request("tools/call", {"name": name, "arguments": arguments}, era)
    body["params"].setdefault("_meta", {}).update(meta)
    if era == MODERN:
        from mcp.shared.inbound import encode_header_value

        headers["Mcp-Name"] = encode_header_value(name)
    headers["Authorization"] = f"Bearer {bench.token()}"
    status, found, _ = bench.send(body, headers)
    assert status in (200, 400) and isinstance(found, dict)
    assert bench.house.calls["open_door"] == before
    assert len(bench.records) == on_record + 1


def test_older_ones_keep_their_words(bench: GatewayBench) -> None:
    """The handshake, a session's name, and no stream to listen on."""
    body, headers = request(
        "initialize",
        {
            "protocolVersion": LEGACY,
            "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"},
        },
        LEGACY,
    )
    headers["Authorization"] = f"Bearer {bench.token()}"
    status, found, told = bench.send(body, headers)
    assert status == 200 and found["result"]["protocolVersion"] == LEGACY
    assert told["mcp-session-id"]
    assert bench.send(b"", headers, method="GET")[0] == 405


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Length": str(5 << 20)}, 413),
    ],
    ids=["host", "origin", "kind", "size"],
)
def test_requests_that_are_turned_away(
    bench: GatewayBench, change: dict[str, str], status: int
) -> None:
    params = {"name": "house__echo", "arguments": {}}
    body, headers = request("tools/call", params)
    headers["Authorization"] = f"Bearer {bench.token()}"
    assert bench.send(body, headers | change)[0] == status


def test_a_body_of_four_mebibytes_and_one_more(bench: GatewayBench) -> None:
    _, headers = request("tools/call", {"name": "house__echo"})
    headers["Authorization"] = f"Bearer {bench.token()}"
    for size, status in ((4 << 20, 400), ((4 << 20) + 1, 413)):
        assert bench.send(b" " * size, headers)[0] == status
