"""Running a program that may hang, flood or fail, with a limit on each."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from voiceagent.errors import EngineMissing

__all__ = ["MAX_BYTES", "ProgramRun", "find_program", "give_up", "kill", "run_program"]

MAX_BYTES = 32 << 20
"""Of output from one call: eight minutes of sound; more means that it does not end."""
MAX_COMPLAINT = 4096
"""Bytes kept of what it wrote to stderr, the last ones."""


@dataclass(frozen=True, slots=True)
class ProgramRun:
    """What a program left behind."""

    sound: bytes
    """Its stdout; longer than `MAX_BYTES` where it was stopped for that."""
    complaint: str
    """The end of its stderr."""
    status: int
    hung: bool
    """It was killed at the time-out."""


def find_program(program: str, install: str = "") -> str:
    """Its path; raises `EngineMissing`."""
    path = shutil.which(program)
    if path is None:
        raise EngineMissing(
            program,
            install=install or f"apt-get install {Path(program).name}",
            cause=f"`{program}` is not on the search path",
        )
    return path


def run_program(argv: Sequence[str], words: str, *, timeout: float) -> ProgramRun:
    """Run it on `words` for at most `timeout` seconds, without a shell; `OSError`
    where it cannot be started. It has ended when this returns."""
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that what it started dies with it
    )
    assert process.stdin and process.stdout and process.stderr
    complaint, hung = bytearray(), threading.Event()
    listener = threading.Thread(target=_drain, args=(process.stderr, complaint))
    watchdog = threading.Timer(timeout, give_up, (process, hung))
    listener.start()
    watchdog.start()
    try:
        _write(process.stdin, words.encode())
        sound = process.stdout.read(MAX_BYTES + 1)
        if len(sound) > MAX_BYTES:
            kill(process)
        process.wait()
        listener.join()
    finally:
        watchdog.cancel()
        process.stdout.close()
        process.stderr.close()
    told = complaint.decode(errors="replace")
    return ProgramRun(sound, told, process.returncode, hung.is_set())


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started, if it was given a session of its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except AttributeError:  # Windows
        process.kill()
    except (ProcessLookupError, PermissionError):
        pass  # nobody of its group is left


def _write(stdin: IO[bytes], words: bytes) -> None:
    # A program that does not want its input says why by its exit status.
    with suppress(BrokenPipeError):
        stdin.write(words)
    with suppress(BrokenPipeError):
        stdin.close()


def _drain(stderr: IO[bytes], into: bytearray) -> None:
    while piece := os.read(stderr.fileno(), MAX_COMPLAINT):
        into += piece
        del into[:-MAX_COMPLAINT]


def give_up(process: subprocess.Popen[bytes], hung: threading.Event) -> None:
    """What a watchdog does: note that it hung, and end it."""
    hung.set()
    kill(process)
