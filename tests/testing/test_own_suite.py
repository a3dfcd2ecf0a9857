"""The suite that the documentation prints is a suite."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands_in_text import ROOT, blocks

pytestmark = pytest.mark.cli
PAGE = ROOT / "docs" / "replay.md"
SOUND = ROOT / "samples" / "01-light-in-one-breath.flac"


def printed(folder: Path) -> Path:
    """What the page prints, written down beside a recording of ours."""
    pack, suite = folder / "lamps", folder / "suite"
    pack.mkdir()
    suite.mkdir()
    (yaml,) = blocks(PAGE, "yaml")
    handler, test = blocks(PAGE, "python")
    scenario = list(blocks(PAGE, "toml"))[-1]
    (pack / "intents.yaml").write_text(yaml)
    (pack / "handler.py").write_text(handler)
    (suite / "test_lamps.py").write_text(test)
    (suite / "kitchen.turn.toml").write_text(scenario)
    shutil.copy(SOUND, suite / "kitchen.flac")
    return suite


def run_pytest(*options: str) -> str:
    """What it prints, called from elsewhere."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, *options], cwd="/", env=env, capture_output=True, text=True
    )
    return done.stdout


def broken(suite: Path) -> tuple[Path, str]:
    """Another scenario with a slip in it, and what it should say."""
    other, text = suite / "garden.turn.toml", (suite / "kitchen.turn.toml").read_text()
    other.write_text(text.replace("= { room", "= { romo"))
    return other, text


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    pytest.importorskip("pocketsphinx", reason="the extra `edge` is not installed")
    return printed(tmp_path)


def test_it_passes_from_elsewhere_and_fails_where_it_should(suite: Path) -> None:
    broken(suite)
    told = run_pytest(str(suite))
    assert "1 failed, 4 passed" in told, told
    # The line of the summary is cut to the width of the terminal.
    assert "garden.turn.toml::turn-1" in told
    assert "turn 1 slots: wanted \"{'romo': 'kitchen'}\"" in told


def test_update_writes_what_came(suite: Path) -> None:
    other, text = broken(suite)
    assert "2 passed" in run_pytest(str(other), "--va-update")
    assert other.read_text() == text
