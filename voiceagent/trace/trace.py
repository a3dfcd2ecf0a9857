"""The trace: every event of a session in order, with the loop time it happened at.

Ledger, live view, report, goldens and tests all read this one list. Invariants are
checked as events come in, so that a number that cannot be true never leaves the agent.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from voiceagent.clock import now
from voiceagent.errors.foreign import cleaned, escaped
from voiceagent.trace.events import Degraded, Event, TurnFinished

__all__ = [
    "TraceListener",
    "Record",
    "Trace",
    "TraceError",
    "encode",
    "stages",
]

log = logging.getLogger(__name__)

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
        self._broken: set[int] = set()
        self._waiting: deque[Record] = deque()
        self._telling = False

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def emit(self, event: Event) -> None:
        """Add an event now; raises `TraceError` where it cannot be true."""
        if self.began is None:
            self.began = now()
        event = _without_signs(event)
        if isinstance(event, TurnFinished):
            check_ledger(event)
        if len(self.records) == self.records.maxlen:
            self.dropped += 1
        record = Record(now() - self.began, event)
        self.records.append(record)
        self._waiting.append(record)
        self._tell()

    def _tell(self) -> None:
        """Every listener hears the events in order, also those that others emit while
        they listen; one that raises is announced once and harms nobody else."""
        if self._telling:
            return
        self._telling = True
        try:
            while self._waiting:
                record = self._waiting.popleft()
                for listener in tuple(self._listeners):
                    self._tell_one(listener, record)
        finally:
            self._telling = False

    def _tell_one(self, listener: TraceListener, record: Record) -> None:
        try:
            listener(record)
        except Exception as error:  # an observer never reaches what it observes
            if id(listener) in self._broken:
                return
            self._broken.add(id(listener))
            log.exception("a listener of the trace failed")
            name = getattr(listener, "__qualname__", type(listener).__name__)
            what, why = f"observer `{name}`", f"it raised {type(error).__name__}"
            self.emit(Degraded(what=what, why=why, hint="it misses some events"))

    def subscribe(self, listener: TraceListener) -> Callable[[], None]:
        """Call `listener` with every record from now on; gives what ends that."""
        self._listeners.append(listener)
        return lambda: self._unsubscribe(listener)

    def _unsubscribe(self, listener: TraceListener) -> None:
        self._listeners = [one for one in self._listeners if one is not listener]

    @property
    def count(self) -> int:
        """How many events there were: the sequence number of the newest."""
        return self.dropped + len(self.records)


def _without_signs(event: Event) -> Event:
    """What others said in it is text, whoever emits it."""
    given = {name: getattr(event, name) for name in event.__struct_fields__}
    made = {name: cleaned(value) for name, value in given.items()}
    changed = {name: one for name, one in made.items() if one is not given[name]}
    return msgspec.structs.replace(event, **changed) if changed else event


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
    return b"".join(escaped(line.decode()).encode() + b"\n" for line in lines)
