"""`voiceagent plan` as it is typed, within this process."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from planned_products import recorded, world

from voiceagent.cli.main import command_line
from voiceagent.errors import UsageError

pytestmark = pytest.mark.unit


def said(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    command_line(("plan", "cost"))(["plan", *map(str, words)], standalone_mode=False)
    return capsys.readouterr().out


def test_one_task_with_its_flags(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("wake_word_detection", "--latency", "--private", "--volume", "5000")
    text = said(capsys, *words)
    assert text.startswith("wake_word_detection: on-device\n")
    assert "the simple scoring says edge, too" in text and "decided by: privacy" in text
    assert "measure this first" in text and "leaves the device: nothing" in text
    made = json.loads(said(capsys, *words, "--json"))
    assert (made["pattern"], made["simple"]) == ("on-device", "edge")
    assert len(made["candidates"]) == 5
    for one in made["candidates"]:
        for name in ("p50_ms", "p95_ms", "right"):
            found = one[name]
            assert found["low"] <= found["value"] <= found["high"]
            assert {"n", "age_days", "source"} <= set(found)


def test_a_file_of_tasks_and_what_was_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events, tasks = tmp_path / "events", tmp_path / "tasks.toml"
    events.mkdir()
    recorded(world(random.Random(5), 200), events / "a.jsonl")
    tasks.write_text(
        "[[task]]\nname = 'wake'\nlatency_sensitive = true\n"
        "handles_private_data = true\nrequest_volume_per_day = 5000\n"
        "[[task]]\nname = 'legal'\nrequires_large_model = true\n"
    )
    lines = said(capsys, tasks, "--facts", events, "--json").splitlines()
    wake, legal, whole = map(json.loads, lines)
    assert (wake["pattern"], legal["pattern"]) == ("on-device", "regional")
    assert wake["candidates"][0]["p95_ms"]["n"] > 100
    assert "one pattern for the whole product" in whole["product"]["warning"]
    text = said(capsys, tasks, "--facts", events)
    assert "product: one pattern" in text and "regional for all: wake" in text


def test_what_cannot_be_planned_is_told(tmp_path: Path) -> None:
    app = command_line(("plan", "cost"))
    for words in (
        ["x", "--volume", "-5"],
        ["x", "--budget-ms", "nan"],
        ["", "--latency"],
        [str(tmp_path / "nowhere.toml")],
        [str(tmp_path / "nowhere.toml"), "--private"],
        ["x", "--facts", str(tmp_path)],
    ):
        with pytest.raises(UsageError):
            app(["plan", *words], standalone_mode=False)
