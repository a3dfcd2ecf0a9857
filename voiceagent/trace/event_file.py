"""Events from a file, as `voiceagent replay --events` writes them, one a line.

A file of another version may hold events that are not known here, and a program that
was killed leaves half a line: these are left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from voiceagent.errors import UsageError
from voiceagent.trace.events import Event
from voiceagent.trace.trace import Record

__all__ = ["EventFile", "read_events"]

LARGEST = 256 * 2**20
"""Bytes of a file; a day of talking has less."""
LONGEST = 2**20
"""Bytes of a line."""


class When(Struct):
    """What stands beside the event in its line."""

    at: Annotated[float, Meta(ge=0.0)]


@dataclass(slots=True)
class EventFile:
    """What a file held."""

    records: list[Record] = field(default_factory=list)
    skipped: int = 0
    """Lines that were no event, or none that is known here."""


def read_events(file: Path) -> EventFile:
    """The events of a file in order; `UsageError` where it holds none."""
    hint = "events are written by `voiceagent replay RECORDING --events FILE`"
    try:
        if file.stat().st_size > LARGEST:
            raise UsageError(f"`{file}` is larger than {LARGEST} bytes", hint=hint)
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read `{file}`", cause=str(error)) from error
    made = EventFile()
    when, what = msgspec.json.Decoder(When), msgspec.json.Decoder(Event)
    for line in data.splitlines():
        if not line.strip():
            continue
        try:
            if len(line) > LONGEST:
                raise ValueError("too long")
            made.records.append(Record(when.decode(line).at, what.decode(line)))
        except ValueError:  # also what msgspec raises
            made.skipped += 1
    if not made.records and made.skipped:
        raise UsageError(f"`{file}` holds no events", hint=hint)
    return made
