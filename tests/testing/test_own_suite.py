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


def test_it_passes_from_elsewhere_and_fails_where_it_should(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx", reason="the extra `edge` is not installed")
    suite = printed(tmp_path)
    other = suite / "garden.turn.toml"
    text = (suite / "kitchen.turn.toml").read_text()
    other.write_text(text.replace("= { room", "= { romo"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, str(suite)], cwd="/", env=env, capture_output=True, text=True
    )
    assert "1 failed, 4 passed" in done.stdout, done.stdout
    # The line itself is cut to the width of the terminal.
    assert "garden.turn.toml::turn-1" in done.stdout
    assert "turn 1 slots: wanted \"{'romo': 'kitchen'}\"" in done.stdout
