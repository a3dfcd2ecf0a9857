"""The trace: every event of a session in order, with the loop time it happened at.

Ledger, live view, report, goldens and tests all read this one list. Invariants are
checked as events come in, so that a number that cannot be true never leaves the agent.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from voiceagent.clock import now
from voiceagent.trace.events import Event, TurnFinished

__all__ = [
    "TraceListener",
    "Record",
    "Trace",
    "TraceError",
    "encode",
    "redact",
    "stages",
]

TraceListener = Callable[["Record"], None]
"""Called with every record as it is made."""

stages = ("endpoint", "stt", "intent", "route", "remote", "act", "tts")
"""Stages of a turn, in order; their milliseconds add up to `response`."""


class TraceError(AssertionError):
    """An event that cannot be true: a bug of ours, never the user's."""


class Record(NamedTuple):
    """One event and when it happened."""

    at: float
    """Seconds on the loop's clock since the session began."""
    event: Event


class Trace:
    """Append-only list of records with a cap and listeners."""

    def __init__(self, *, cap: int = 100_000) -> None:
        """`cap`: records kept; the oldest go first and are counted in `dropped`."""
        self.records: deque[Record] = deque(maxlen=cap)
        self.dropped = 0
        self.began: float | None = None
        """Loop time of the first event."""
        self._listeners: list[TraceListener] = []

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def emit(self, event: Event) -> None:
        """Add an event now; raises `TraceError` where it cannot be true."""
        if self.began is None:
            self.began = now()
        if isinstance(event, TurnFinished):
            check_ledger(event)
        if len(self.records) == self.records.maxlen:
            self.dropped += 1
        record = Record(now() - self.began, event)
        self.records.append(record)
        for listener in self._listeners:
            listener(record)

    def subscribe(self, listener: TraceListener) -> None:
        """Call `listener` with every record from now on."""
        self._listeners.append(listener)

    def of_turn(self, turn: int) -> list[Record]:
        """The records of one turn."""
        return [record for record in self.records if record.event.turn == turn]


def check_ledger(ledger: TurnFinished) -> None:
    """Stages are known, none is negative, and they add up to the whole."""
    parts = {k: v for k, v in ledger.latency_ms.items() if k != "response"}
    if unknown := parts.keys() - set(stages):
        raise TraceError(f"ledger names unknown stages {sorted(unknown)}")
    if negative := {k: v for k, v in parts.items() if v < 0}:
        raise TraceError(f"ledger has negative stages {negative}")
    if abs(sum(parts.values()) - ledger.latency_ms["response"]) > 0.01:
        raise TraceError(f"stages do not add up: {ledger.latency_ms}")


def encode(records: Iterable[Record]) -> bytes:
    """JSON lines of the records, byte-identical for equal traces."""
    lines = (
        msgspec.json.encode(
            {"at": round(at, 6), **msgspec.to_builtins(event)}, order="deterministic"
        )
        for at, event in records
    )
    return b"".join(line + b"\n" for line in lines)


def redact(line: dict[str, object]) -> dict[str, object]:
    """A trace line without what was said: content becomes a length and a hash."""
    return {
        key: _digest(value) if key.startswith("pii_") else value
        for key, value in line.items()
    }


def _digest(value: object) -> str:
    data = msgspec.json.encode(value, order="deterministic")
    return f"{len(data)} bytes sha256:{hashlib.sha256(data).hexdigest()[:12]}"
