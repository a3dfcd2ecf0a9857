"""Signals at any moment of `listen`: it ends in order, and nothing is a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.cli
LIGHT = {
    "VOICEAGENT_WAKE__ENGINE": "none",
    "VOICEAGENT_STT__SECOND": "none",
    "VOICEAGENT_SLM__MODEL": "none",
}


@contextmanager
def listening(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`listen` on a pipe of silence that does not end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "voiceagent", "listen", "--stdin", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **LIGHT, "HOME": str(home), "XDG_STATE_HOME": str(home)},
    )
    assert process.stdin is not None
    pipe, over = process.stdin, threading.Event()

    def feed() -> None:
        while not over.wait(0.02):
            try:
                pipe.write(bytes(640))
                pipe.flush()
            except (BrokenPipeError, ValueError):
                return

    feeding = threading.Thread(target=feed)
    feeding.start()
    try:
        yield process
    finally:
        over.set()
        process.kill()
        feeding.join()
        process.communicate()


def until(process: subprocess.Popen[bytes], state: str) -> None:
    """Read events until one tells of that state."""
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line).get("state") == state:
            return
    raise AssertionError(f"it never was {state}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_session_in_order(tmp_path: Path, number: int) -> None:
    with listening(tmp_path) as process:
        until(process, "idle")
        process.send_signal(number)
        assert process.stdout is not None and process.stderr is not None
        events = [json.loads(line)["event"] for line in process.stdout]
        assert process.wait(timeout=30) == 0
        complaint = process.stderr.read().decode()
    assert events[-1] == "SessionEnded"
    assert "Traceback" not in complaint


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_arms_ends_it_without_a_word_of_ours(
    tmp_path: Path, number: int
) -> None:
    with listening(tmp_path) as process:
        until(process, "arming")
        process.send_signal(number)
        assert process.stderr is not None
        complaint = process.stderr.read().decode()
        assert process.wait(timeout=30) in (130, -number)
    assert "Traceback" not in complaint
