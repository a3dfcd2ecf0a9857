"""The commands that Markdown files print: found, parsed, and run."""

from __future__ import annotations

import argparse
import os
import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

__all__ = ["ROOT", "Printed", "blocks", "complaint", "printed"]

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
STARTS = ("sudo .venv/bin/", ".venv/bin/", "scripts/", "voiceagent ")
"""What a code span begins with that is a command."""
PROGRAM = ".venv/bin/voiceagent"
TOOLS = {"cp", "echo", "export", "grep", "head", "git", "sudo", "openssl"}
"""Programs of the system that the documentation may use."""
ANYWHERE = re.compile(r"[A-Z]{2,}|\.\.\.|^out/|^\./|\.(wav|jsonl|gguf)$")
"""Stands for something of the reader's own."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One command as it is printed."""

    file: str
    line: str

    def __str__(self) -> str:
        return f"{self.file}: {self.line}"


def blocks(file: Path, *kinds: str) -> Iterator[str]:
    """The fenced blocks of these kinds."""
    for kind, body in FENCE.findall(file.read_text(encoding="utf-8")):
        if kind in kinds:
            yield body


def printed(file: Path) -> Iterator[Printed]:
    """Every command of a file: in blocks of shell, behind `$ `, and in code spans."""
    name = str(file.relative_to(ROOT))
    for body in blocks(file, "sh"):
        for line in body.replace("\\\n", " ").splitlines():
            if command := _plain(line):
                yield Printed(name, command)
    for body in blocks(file, "text"):
        for line in body.splitlines():
            if line.startswith("$ "):
                yield Printed(name, _plain(line[2:]))
    prose = re.sub(r"``.+?``", "", FENCE.sub("", file.read_text(encoding="utf-8")))
    for span in SPAN.findall(prose):
        # A file that is only named is none: a folder, a library, a script as such.
        only_named = " " not in span and not os.access(ROOT / span, os.X_OK)
        if span.startswith(STARTS) and not only_named and not span.endswith("/"):
            yield Printed(name, span)


def _plain(line: str) -> str:
    """Without its comment."""
    return re.sub(r"\s+#.*$|^#.*$", "", line).strip()


@cache
def complaint(line: str) -> str:
    """What is wrong with a command as printed; empty: nothing."""
    for part in re.split(r"\s(?:&&|\|\||\|)\s", line):
        words = shlex.split(part)
        words = words[1:] if words[0] == "sudo" else words
        if wrong := _wrong(words[0], words[1:]):
            return wrong
    return ""


def _wrong(program: str, given: list[str]) -> str:
    if program in TOOLS:
        return ""
    file = ROOT / program
    if program.startswith("-") or "/" not in program:
        return f"`{program}` is not what it is called here"
    if not os.access(file, os.X_OK):
        return f"`{program}` is not there, or not executable"
    if program == PROGRAM:
        return _unparsed(given) if given else ""
    if program == ".venv/bin/python" and given and given[0].endswith(".py"):
        return _unparsed_script(given[0], given[1:])
    missing = [word for word in given if "/" in word and not _there(word)]
    return f"no `{missing[0]}`" if missing else ""


def _there(word: str) -> bool:
    return bool(ANYWHERE.search(word)) or (ROOT / word.partition("::")[0]).exists()


def _unparsed(given: list[str]) -> str:
    """What our command line says to these words, without running them."""
    import typer

    from voiceagent.cli.main import command_line

    command: Any = typer.main.get_command(command_line())
    try:
        with redirect_stdout(StringIO()):
            _parsed(command, None, given)
    except Exception as error:
        # A wish for help or the version is one that was understood.
        if type(error).__name__ == "Exit":
            return ""
        return getattr(error, "message", "") or repr(error)
    return ""


def _parsed(command: Any, parent: Any, words: list[str]) -> None:
    """Go down to the command that is meant; raises what the parser raises."""
    context = command.make_context("voiceagent", list(words), parent=parent)
    rest = [*getattr(context, "_protected_args", ()), *context.args]
    if hasattr(command, "resolve_command") and rest:
        _, child, more = command.resolve_command(context, rest)
        _parsed(child, context, more)


class _Parsed(Exception):
    """The arguments of a script were taken."""


def _unparsed_script(script: str, given: list[str]) -> str:
    """What a script says to these words; it is stopped once it has understood them."""
    if not (ROOT / script).is_file():
        return "" if ANYWHERE.search(Path(script).stem) else f"no `{script}`"
    parse = argparse.ArgumentParser.parse_args

    def only_parse(self: argparse.ArgumentParser, *args: Any, **more: Any) -> Any:
        parse(self, *args, **more)
        raise _Parsed

    told = StringIO()
    with (
        patch.object(argparse.ArgumentParser, "parse_args", only_parse),
        patch.object(sys, "argv", [script, *given]),
        redirect_stderr(told),
        redirect_stdout(told),
    ):
        try:
            runpy.run_path(str(ROOT / script), run_name="__main__")
        except _Parsed:
            return ""
        except SystemExit as ended:
            return "" if not ended.code else told.getvalue().strip()[-300:]
    return f"`{script}` takes no arguments the usual way"
