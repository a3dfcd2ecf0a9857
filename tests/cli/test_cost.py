"""`voiceagent cost report` counts what the device answered, region or not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.cli


def test_turns_of_a_device_that_is_alone_are_counted(tmp_path: Path) -> None:
    environ = {**os.environ, "VOICEAGENT_STORE__FOLDER": str(tmp_path)}
    program = Path(sys.executable).with_name("voiceagent")

    def out(*words: str) -> str:
        done = subprocess.run(
            [program, *words],
            capture_output=True,
            text=True,
            env=environ,
            cwd=tmp_path,
            check=True,
        )
        return done.stdout

    assert json.loads(out("cost", "report", "--json"))["turns"] == 0
    assert not list(tmp_path.iterdir()), "looking makes nothing"
    assert out("ask", "what time is it")
    made = json.loads(out("cost", "report", "--json"))
    assert (made["turns"], made["here"], made["spent"]) == (1, 1, 0)
    (tmp_path / "cost.sqlite").unlink()
    (tmp_path / "cost.sqlite").mkdir()
    assert out("ask", "what time is it"), "a book is in nobody's way"
