"""Secrets planted in arguments: they reach no server that is not entitled, and nothing
that is written down."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_bench import ERAS, GatewayBench, gateway_bench
from lib.foreign_secrets import planted_forms, what_left

pytestmark = pytest.mark.unit

REDACTED = {"dev.voiceagent/data-class": "redacted"}
MAIL, PHONE = "jane.roe@example.org", "+49 30 901820 4417"
IBAN = "DE89 3704 0044 0532 0130 00"
WRITTEN = f"mail {MAIL} or call {PHONE}, the account is {IBAN}"
ALONE = (MAIL, PHONE, IBAN, "jane.roe", "901820", "370400440532", "37040044")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayBench]:
    with gateway_bench(tmp_path_factory.mktemp("gateway")) as made:
        yield made


def written(folder: Path) -> bytes:
    """Everything that the gateway has on its disk."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def kept(bench: GatewayBench) -> bytes:
    """The same, with all records in it."""
    while bench.gateway.audit.waiting:
        bench.gateway.audit.write()
    return written(bench.folder / "state")


def on_record(bench: GatewayBench) -> str:
    """What a span could be made of."""
    return json.dumps(
        [
            {
                "steps": [(one.name, dict(one.went_by)) for one in record.steps],
                "names": [record.listed, record.fields, record.lines],
            }
            for record in bench.records
        ],
        default=str,
    )


@pytest.mark.parametrize("era", ERAS)
def test_what_is_planted_in_arguments_is_not_told(
    bench: GatewayBench, era: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for planted in planted_forms(20, 7, held_out=False):
        bench.house.heard.clear()
        found = bench.call("house__echo", {"text": planted.sentence}, meta=REDACTED,
                           era=era)  # fmt: skip
        [heard] = bench.house.heard
        assert what_left(planted, json.dumps(heard, ensure_ascii=False)) == set()
        # Whoever called knows it already, and gets it back in its place.
        assert json.loads(found["content"][0]["text"]) == {"text": planted.sentence}
    everything = kept(bench).decode("utf-8", "replace") + on_record(bench)
    everything += caplog.text
    for planted in planted_forms(20, 7, held_out=False):
        assert planted.sentence not in everything


@pytest.mark.parametrize(
    "arguments",
    [
        {"text": WRITTEN},
        {"text": json.dumps({"to": [MAIL, {"by": PHONE}]})},
        {"text": WRITTEN, "number": 4930901820},
        {"number": 4930901820},
        {"text": {"to": MAIL}},
        {WRITTEN: "x"},
        {MAIL: 1, PHONE: 2},
        {"text": [MAIL, PHONE]},
        {"text": f"{WRITTEN} " * 50},
        {"text": MAIL.upper()},
        {"text": "j a n e . r o e @ e x a m p l e . o r g"},
    ],
)
def test_wherever_it_stands(
    bench: GatewayBench, arguments: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bench.house.heard.clear()
    bench.records.clear()
    bench.call("house__echo", arguments, meta=REDACTED)
    sent = json.dumps(bench.house.heard, ensure_ascii=False)
    kept_of_it = kept(bench).decode("utf-8", "replace")
    for secret in (*ALONE, MAIL.upper(), "4930901820"):
        for where in (sent, kept_of_it, on_record(bench), caplog.text):
            assert secret not in where, (secret, where[:300])


@pytest.mark.parametrize("name", [f"house__{MAIL}", MAIL, f"{PHONE}"])
def test_a_name_of_a_tool_may_be_a_secret_too(bench: GatewayBench, name: str) -> None:
    result = bench.call(name, {}, meta=REDACTED, era=ERAS[1])
    assert result["isError"]
    everything = kept(bench).decode("utf-8", "replace")
    assert MAIL not in everything and PHONE not in everything


def test_without_redaction_it_is_what_was_asked_for(bench: GatewayBench) -> None:
    bench.house.heard.clear()
    bench.call("house__echo", {"text": WRITTEN}, meta={
        "dev.voiceagent/data-class": "text"})  # fmt: skip
    everything = kept(bench).decode("utf-8", "replace")
    assert bench.house.heard and not any(one in everything for one in ALONE)
