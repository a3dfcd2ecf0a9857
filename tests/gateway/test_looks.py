"""What a person looks at: pins, a policy tried out, the record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from gateway_bench import GatewayBench, gateway_bench

from voiceagent.cli import gateway_looks as looks
from voiceagent.cli.gateway_budget import budget
from voiceagent.errors import CheckFailed, UsageError
from voiceagent.gateway.tool_times import serial

pytestmark = pytest.mark.unit
SECRETS = ("+44 7700 900123", "hunter2-password", "maria@example.org")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> GatewayBench:
    """One that has served, and what it left."""
    with gateway_bench(tmp_path_factory.mktemp("gateway")) as bench:
        for secret in SECRETS:
            bench.call("house__echo", {"text": secret})
            bench.call("house__open_door", {"door": secret})
            bench.call(f"house__{secret}", {secret: secret}, era="2025-11-25")
        whole = bench.house.tools
        bench.house.tools = [
            {**one, "description": "B"} if one["name"] == "set_lamp" else one
            for one in whole
        ]
        bench.settled()
        bench.call("house__set_lamp", {"area": "a", "on": True})
        config = bench.folder / "gateway.toml"
        config.write_text(
            f'[store]\nfolder = "{bench.folder}/state"\n'
            f'[gateway.servers.house]\nurl = "{bench.house_url}"\n'
            'classes = { set_lamp = "idempotent", open_door = "effect", '
            '"*" = "read" }\n'
        )
    return bench


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_record_holds_decisions_and_no_values(
    used: GatewayBench, capsys: pytest.CaptureFixture[str]
) -> None:
    config = used.folder / "gateway.toml"
    looks.audit(last=1000, config=config)
    raw = capsys.readouterr().out
    entries = [one for one in map(json.loads, raw.splitlines()) if "decision" in one]
    assert len(entries) == 3 * len(SECRETS) + 1 == len(used.records)
    assert {one["decision"] for one in entries} == {"allowed", "denied"}
    assert not [secret for secret in SECRETS if secret in raw]
    for file in (used.folder / "state").iterdir():
        if file.is_file():
            assert SECRETS[1].encode() not in file.read_bytes()
    looks.audit(verify=True, last=1, config=config)
    assert "as they were written" in capsys.readouterr().out
    looks.audit(export="ocsf", last=1, config=config)
    assert {one["class_uid"] for one in printed(capsys)} == {6003}
    with pytest.raises(UsageError):
        looks.audit(export="csv", last=1, config=config)


def test_a_policy_is_tried_out(
    used: GatewayBench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, policy = used.folder / "gateway.toml", used.folder / "policy.cedar"

    def asked(door: str, principal: str) -> str:
        looks.check(
            policy,
            tool="house__open_door",
            principal=principal,
            arguments=json.dumps({"door": door}),
            remaining_ms=500.0,
            caller="client",
            data_class="",
            offline=False,
            config=config,
        )
        return capsys.readouterr().out

    assert asked("front", "butler").startswith("allowed: permitted by policy.cedar:")
    for door, principal in (("back", "butler"), ("front", "kiosk")):
        with pytest.raises(CheckFailed):
            asked(door, principal)


def test_a_tool_is_pinned_after_a_look(
    used: GatewayBench, capsys: pytest.CaptureFixture[str]
) -> None:
    config = used.folder / "gateway.toml"
    looks.pin("house__set_lamp", json=True, config=config)
    (shown,) = printed(capsys)
    assert shown["differences"]
    for wrong in ("", "x" * 16, shown["pin"][:4]):
        with pytest.raises(UsageError):
            looks.pin("house__set_lamp" if wrong else "other", wrong, config=config)
    looks.pin("house__set_lamp", shown["pin"][:16], json=True, config=config)
    assert printed(capsys)[0]["pinned"] is True


def test_what_calls_one_after_the_other_make(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with gateway_bench(tmp_path) as bench:
        for _ in range(25):
            bench.call("house__get_state", {})
        # What usually takes longer than what is left is not begun.
        times = bench.gateway.path.steps.walls.times
        for _ in range(200):
            times.took("house__get_state", 0.5)
        meta = {"dev.voiceagent/remaining-ms": 300}
        refused = bench.call("house__get_state", {}, meta=meta)
        assert "too little time" in refused["content"][0]["text"]
        for _ in range(30):  # it is tried again: who knows whether it still is so slow
            refused = bench.call("house__get_state", {}, meta=meta)
        assert not refused["isError"]
    config = tmp_path / "gateway.toml"
    config.write_text(f'[store]\nfolder = "{tmp_path}/state"\n')
    budget("house__get_state,house__get_state", json=True, config=config)
    (found,) = printed(capsys)
    assert found["p99_ms"] >= found["p95_ms"] > 0
    assert 0.8 < found["each_within_its_p95"] < 1.0
    with pytest.raises(UsageError, match="with 0 calls"):
        budget("house__echo", config=config)
    with pytest.raises(UsageError):
        budget(",".join(["house__get_state"] * 6), config=config)


def test_three_hops_each_within_its_p95() -> None:
    times = {name: [n / 1000 for n in range(1, 201)] for name in "abc"}
    p95, p99, fine = serial(times, "abc")
    assert 0.84 < fine < 0.88 and p95 < p99 < 0.6
