"""`voiceagent privacy report`: what left, and whether it can be believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceagent.app.config import Config
from voiceagent.app.escalation import books_folder
from voiceagent.app.options import AgentOptions
from voiceagent.audio.player import VirtualPlayer
from voiceagent.cli.privacy import report
from voiceagent.clock import Pace
from voiceagent.errors import CheckFailed
from voiceagent.privacy.receipts import Receipt, Receipts
from voiceagent.routing.config import RegionConfig
from voiceagent.store import Store, StoreConfig

pytestmark = pytest.mark.cli


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEAGENT_STORE__FOLDER", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for turn in (1, 2, 3):
        at = "2026-01-05T09:30:00.000+00:00"
        why = "[/boom] \x1b[2J[conceal]"
        Receipts(tmp_path).add(Receipt(at=at, turn=turn, to="region", why=why))
    return tmp_path


def test_the_report_shows_what_is_there_as_it_is(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    report(verify=True, json=False, last=20)
    out = capsys.readouterr().out
    assert "2026-01-05 09:30" in out
    assert "3 receipts: 3 nothing" in out and "[/boom]" in out and "\x1b[2J" not in out
    assert "all 3 receipts are as they were written" in out


def test_every_finding_is_told(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = state / "receipts.jsonl"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[1:2]))
    with pytest.raises(CheckFailed) as told:
        report(verify=True, json=True, last=20)
    assert "receipt 1 is cut off" in told.value.what
    assert "receipt 3 is cut off the end" in told.value.cause
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {f["kind"] for f in last["findings"]} == {
        "beginning cut off",
        "end cut off",
    }


@pytest.mark.parametrize(
    ("url", "pace", "kept"),
    [
        ("ws://127.0.0.1:1/v1/realtime", Pace.MEASURED, True),
        ("ws://127.0.0.1:1/v1/realtime", Pace.REALTIME, True),
        ("ws://127.0.0.1:1/v1/realtime", Pace.VIRTUAL, False),
        ("sim://ok", Pace.MEASURED, False),
    ],
)
def test_what_a_replay_sends_to_a_real_region_is_booked(
    tmp_path: Path, url: str, pace: Pace, kept: bool
) -> None:
    config = Config(
        region=RegionConfig(url=url), store=StoreConfig(folder=str(tmp_path))
    )
    options = AgentOptions(VirtualPlayer(), pace=pace)
    assert books_folder(config, options, Store(None)) == (tmp_path if kept else None)
