"""Programs of this folder in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["command", "end", "environment", "start"]

SCRIPTS = Path(__file__).resolve().parents[1]


def command(module: str, *arguments: str) -> list[str]:
    """What runs `lib/MODULE.py`, with `environment()`."""
    return [sys.executable, "-m", f"lib.{module}", *arguments]


def environment() -> dict[str, str]:
    """Ours, in which `lib` is found."""
    paths = [str(SCRIPTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def start(module: str, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """A running program, and the first line that it prints."""
    process = subprocess.Popen(
        command(module, *arguments),
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(*processes: subprocess.Popen[str]) -> None:
    """Kill them and wait until they are gone."""
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
