"""Scenarios brought up to date with what came: to be read before it is believed.

Only values that stand on a line of their own are exchanged; everything else in the
file, comments too, stays as it was written. What no value can say (a turn too many, one
that did not happen, an event) is an error. A recording without a scenario gets one: a
problem from the field becomes a test.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from voiceagent.errors import ScenarioError
from voiceagent.replay.expectations import Check
from voiceagent.replay.replay import Replay
from voiceagent.replay.scenario import SUFFIX
from voiceagent.store.files import put_named
from voiceagent.trace.turn_rows import TurnRow

__all__ = ["new_scenario", "updated"]

VALUES = ("transcript", "intent", "slots", "tier", "reply")
"""Expectations that are written anew; a time limit is a bar, and stays."""


def updated(file: Path, one: Replay) -> Iterator[str]:
    """Write what came into the scenario `file`, or one beside a recording; a line for
    each change. Raises `ScenarioError` where that cannot be said in values."""
    if not one.scenario:
        yield from _begun(file, one)
        return
    failed = [check for check in one.checks if not check.ok]
    text = file.read_text(encoding="utf-8")
    for check in failed:
        row = next((row for row in one.rows if row.turn == check.row), None)
        if row is None or not check.turn or check.key not in VALUES:
            raise _unwritten(file, str(check))
        text = _exchanged(file, text, check, _value(row, check.key))
    tomllib.loads(text)
    if failed:
        put_named(file, text.encode())
    yield from (f"{file}: {check.what} = {check.got}" for check in failed)


def new_scenario(audio: str, one: Replay) -> str:
    """What came of a recording, as a scenario."""
    lines = [f"audio = {_toml(audio)}", *([] if one.woken else ['wake = "off"'])]
    for row in one.rows:
        if not row.latency_ms:
            continue
        at = f"at = {row.started or 0.0:.2f}"
        lines += ["", "[[turn]]", *([at] if one.woken else [])]
        keys = [key for key in VALUES if key in ("intent", "tier") or _value(row, key)]
        lines += [f"expect.{key} = {_toml(_value(row, key))}" for key in keys]
    return "\n".join(lines) + "\n"


def _begun(file: Path, one: Replay) -> Iterator[str]:
    path = file.with_name(f"{file.stem}{SUFFIX}")
    if path.exists():
        raise _unwritten(path, "it is there already: replay it instead of the sound")
    put_named(path, new_scenario(file.name, one).encode())
    yield f"{path}: written, with {len(one.rows)} turns; read it before you believe it"


def _value(row: TurnRow, key: str) -> object:
    if key == "intent":
        return row.intent.name if row.intent else "none"
    if key == "slots":
        return row.intent.slots if row.intent else {}
    return getattr(row, key)


def _exchanged(file: Path, text: str, check: Check, value: object) -> str:
    """The text with another value in that turn, where it stands on one line."""
    lines, turn, found = text.splitlines(keepends=True), 0, []
    for number, line in enumerate(lines):
        turn += bool(re.match(r"\s*\[\[\s*turn\s*\]\]", line))
        if turn == check.turn and re.match(rf"\s*expect\.{check.key}\s*=", line):
            found.append(number)
    if len(found) != 1 or not _whole(lines[found[0]]):
        raise _unwritten(
            file, f"{check}: `expect.{check.key}` is not on a line of its own"
        )
    begin = lines[found[0]].partition("=")[0]
    lines[found[0]] = f"{begin}= {_toml(value)}\n"
    return "".join(lines)


def _whole(line: str) -> bool:
    """Whether a line is TOML by itself."""
    try:
        tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        bare = re.compile(r"[A-Za-z0-9_-]+").fullmatch
        keys = [(k if bare(k) else _toml(k), v) for k, v in value.items()]
        pairs = (f"{key} = {_toml(v)}" for key, v in keys)
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if not isinstance(value, str):
        return str(value)
    # What JSON escapes, TOML escapes alike, and one more.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _unwritten(file: Path, cause: str) -> ScenarioError:
    return ScenarioError(
        f"`{file}` is not updated", cause=cause, hint="change it by hand"
    )
