"""Does an installed wheel do what it says? Run by the Python that it is installed for.

    PYTHON scripts/lib/smoke.py VERSION [bare|edge]

Every line says what was tried and whether it worked; what failed shows the end of what
it printed. Needs nothing but the wheel; `bare` has no engine that hears or speaks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

__all__ = ["Attempt", "attempts", "main"]

LIMIT = 120.0
"""Seconds that a command may take, first compilation of the grammar included."""
PROGRAM = Path(sys.executable).with_name("voiceagent")
Look = Callable[[subprocess.CompletedProcess[str]], str]
"""What is wrong with how a command ended; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One command, and how it has to end."""

    words: tuple[str, ...]
    look: Look


def _fine(done: subprocess.CompletedProcess[str]) -> str:
    if "Traceback" in done.stdout + done.stderr:
        return "a traceback"
    return f"exit code {done.returncode}" if done.returncode else ""


def _says(*parts: str, codes: tuple[int, ...] = (0,)) -> Look:
    def look(done: subprocess.CompletedProcess[str]) -> str:
        if "Traceback" in done.stdout + done.stderr:
            return "a traceback"
        if done.returncode not in codes:
            return f"exit code {done.returncode}"
        missing = [part for part in parts if part not in done.stdout]
        return f"no `{missing[0]}` in its output" if missing else ""

    return look


def attempts(version: str, kind: str) -> Iterator[Attempt]:
    """What an installed voiceagent can do in an empty folder."""
    yield Attempt(("--version",), _says(version))
    yield Attempt(("ask", "what time is it"), _says("It is"))
    yield Attempt(
        ("ask", "--json", "turn on the kitchen light"), _says("Kitchen Light")
    )
    yield Attempt(("ask", "--pack", "museum", "where are the toilets"), _fine)
    yield Attempt(("models", "list"), _says("intents-en"))
    # Without a recogniser there is no dictionary to look words up in.
    yield Attempt(("pack", "check"), _fine if kind != "bare" else _says(codes=(0, 3)))
    yield Attempt(("config", "show"), _says("[budget]"))
    yield Attempt(("privacy", "check", "my pin is four one one one"), _fine)
    # Something is always missing; what counts is the line that mends it.
    mends = ("fix: run",) if kind == "bare" else ()
    yield Attempt(("doctor",), _says(*mends, codes=(0, 1)))
    for words in _commands():
        yield Attempt((*words, "--help"), _says("Usage:"))


def _commands() -> Iterator[tuple[str, ...]]:
    """Every command and group of commands."""
    import typer

    from voiceagent.cli.main import command_line

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield words
        if not hasattr(command, "list_commands"):
            return
        context = command.make_context("voiceagent", [], resilient_parsing=True)
        for name in command.list_commands(context):
            yield from walk(command.get_command(context, name), (*words, name))

    yield from walk(typer.main.get_command(command_line()), ())


def _contents() -> Iterator[str]:
    """What should have come with the wheel and has not."""
    ours = distribution("voiceagent")
    files = {str(file) for file in ours.files or ()}
    for wanted in ("licenses/LICENSE", "licenses/NOTICE", "shipped_models/intents-en/"):
        if not any(wanted in file for file in files):
            yield f"{wanted} is not in the wheel"
    for file in files:
        if file.startswith("tests/") or file.endswith(".flac"):
            yield f"{file} does not belong into the wheel"


def _run(words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"NO_COLOR": "1", "COLUMNS": "200"}
    environ.pop("PYTHONPATH", None)
    command = [str(PROGRAM), *words]
    try:
        return subprocess.run(
            command,
            capture_output=True,
            env=environ,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"not done in {LIMIT:g} s")


def main(version: str, kind: str = "edge") -> int:
    """How many things failed, at most 1."""
    wrong = list(_contents())
    for text in wrong:
        print(f"✗ {text}")
    for attempt in attempts(version, kind):
        done = _run(attempt.words)
        trouble = attempt.look(done)
        called = " ".join(("voiceagent", *attempt.words))
        mark, why = ("✗", f": {trouble}") if trouble else ("✓", "")
        print(f"{mark} {called}{why}", flush=True)
        if trouble:
            wrong.append(called)
            for line in (done.stdout + done.stderr).splitlines()[-12:]:
                print(f"    {line}")
    print(f"{len(wrong)} of the things tried with the {kind} wheel failed")
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
