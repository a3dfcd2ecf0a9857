"""Spans on their way to a collector: sent beside everything else, and never waited for.

A collector that is away, hangs or drips costs memory up to a limit and nothing else.
What it does not take is tried again for a while, then dropped and counted.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

__all__ = ["SpanExporter", "SpanQueue"]

log = logging.getLogger(__name__)

MOST = 4096
"""Spans that wait at most; the oldest go first."""
BATCH = 256
"""Spans that go in one request."""
SOON = 1.0
"""Seconds that a span waits for others to go with."""
TRIES = 5
"""Times that the same spans are offered; a collector may refuse them for good."""
LONGEST = 30.0
"""Seconds between two tries at most."""


class SpanExporter(Protocol):
    """As much of OpenTelemetry's exporter as is used."""

    def export(self, spans: Sequence[Any]) -> Any:
        """Send them; a result whose `name` is `SUCCESS` where they were taken."""
        ...

    def shutdown(self) -> None:
        """Give up whatever is under way."""
        ...


class SpanQueue:
    """Takes spans from any thread and sends them from one of its own."""

    def __init__(
        self, exporter: SpanExporter, *, most: int = MOST, soon: float = SOON
    ) -> None:
        self.dropped = 0
        """Spans that no collector has taken and none will."""
        self.sent = 0
        self._exporter, self._most, self._soon = exporter, most, soon
        self._waiting: deque[Any] = deque()
        self._ready = threading.Condition()
        self._ending, self._failures = threading.Event(), 0
        self._under_way = 0
        self._thread = threading.Thread(
            target=self._work, name="spans", daemon=True
        )  # a daemon: one that hangs holds no exit
        self._thread.start()

    def put(self, spans: Sequence[Any]) -> None:
        """Send these when there is time; returns at once."""
        with self._ready:
            if not self._ending.is_set():
                self._waiting.extend(spans)
                self._trim()
            else:
                self._drop(len(spans))
            self._ready.notify()

    def close(self, within: float) -> int:
        """Send what is left, for so many seconds at most; how many were dropped, or
        are still under way and will be."""
        with self._ready:
            self._ending.set()
            self._ready.notify()
        self._thread.join(within)
        with self._ready:
            self._drop(len(self._waiting))
            self._waiting.clear()
            return self.dropped + self._under_way

    def _trim(self) -> None:
        while len(self._waiting) > self._most:
            self._waiting.popleft()
            self._drop(1)

    def _drop(self, count: int) -> None:
        self.dropped += count

    def _work(self) -> None:
        while batch := self._next():
            if self._taken(batch):
                self._failures = 0
                self.sent += len(batch)
                self._under_way = 0
            else:
                self._again(batch)
        self._exporter.shutdown()

    def _next(self) -> list[Any]:
        """The next spans to send; none at the end."""
        with self._ready:
            self._ready.wait_for(lambda: self._waiting or self._ending.is_set())
        pause = self._soon if not self._failures else min(LONGEST, 2.0**self._failures)
        if len(self._waiting) < BATCH or self._failures:
            self._ending.wait(pause)
        with self._ready:
            count = min(BATCH, len(self._waiting))
            self._under_way = count
            return [self._waiting.popleft() for _ in range(count)]

    def _taken(self, batch: list[Any]) -> bool:
        try:
            return bool(self._exporter.export(batch).name == "SUCCESS")
        except Exception as error:  # whatever a library raises costs spans alone
            log.debug("spans were not sent: %s", type(error).__name__)
            return False

    def _again(self, batch: list[Any]) -> None:
        """Offer them once more, unless that was often enough."""
        if not self._failures:
            log.warning("no spans are taken by the collector: they wait, up to a limit")
        self._failures += 1
        with self._ready:
            self._under_way = 0
            if self._ending.is_set() or self._failures % TRIES == 0:
                self._drop(len(batch))
                return
            self._waiting.extendleft(reversed(batch))
            self._trim()
