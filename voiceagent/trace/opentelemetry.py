"""Turns as OpenTelemetry spans: one tree over device and region, off by default.

A turn is one root with its stages and legs below it. The region's own span hangs under
the leg that asked it, by the W3C `traceparent` on the wire. A turn is sent when it is
over. No words are in a span unless `telemetry.content` is on, and then as the privacy
gate lets them leave.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from voiceagent.clock import outside
from voiceagent.errors import ConfigError, EngineMissing
from voiceagent.trace.config import TelemetryConfig
from voiceagent.trace.events import (
    Escalated,
    SessionEnded,
    SessionStarted,
    StateChanged,
    TurnCancelled,
    TurnFinished,
)
from voiceagent.trace.span_queue import SpanQueue
from voiceagent.trace.span_tree import PII, SeenEvent, SpanFacts, turn_spans
from voiceagent.trace.trace import Record
from voiceagent.trace.traceparent import TraceParent

__all__ = ["Telemetry"]

PATH = "/v1/traces"
PATIENCE = 2.0
"""Seconds that a collector has to take spans."""
AT_THE_END = 2.5
"""Seconds that the end of a program is held up at most."""
OPEN = 64
"""Turns that are looked at at once; there is one, and those that wind up."""
EVENTS = 2000
"""Of one turn that are kept."""
BUSY = {"thinking", "speaking"}


class Telemetry:
    """Makes spans of what happens; give `record` to a trace as a listener."""

    def __init__(
        self,
        config: TelemetryConfig,
        exporter: Any = None,
        *,
        words: Callable[[str], str] | None = None,
    ) -> None:
        """`exporter`: instead of OTLP to `telemetry.otlp`; `words`: what of words may
        leave, None: nothing. Raises `EngineMissing`, and `ConfigError` where that is no
        address."""
        self._spans = _SpanMaker(config.service)
        self._queue = SpanQueue(exporter or _exporter(config.otlp))
        self._words = words if config.content else None
        self._turns: dict[int, list[SeenEvent]] = {}
        self._source, self._run = "", secrets.token_hex(8)

    @property
    def dropped(self) -> int:
        """Spans that no collector will have."""
        return self._queue.dropped

    def record(self, record: Record) -> None:
        """Take the next record of a trace, as it happens."""
        self._take(outside(), record, virtual=False)

    def replayed(self, records: Iterable[Record]) -> None:
        """Take all of a session whose clock was its own and ends now; it is a run of
        its own, however often the same was replayed."""
        all_of_it = list(records)
        if all_of_it:
            began = outside() - timedelta(seconds=all_of_it[-1].at)
            for one in all_of_it:
                self._take(began + timedelta(seconds=one.at), one, virtual=True)
            self._over(virtual=True, all_of_them=True)

    def close(self) -> str:
        """Send what is left, for a moment at most; what was lost, if anything."""
        self._over(virtual=False, all_of_them=True)
        lost = self._queue.close(AT_THE_END)
        return f"{lost} spans were not taken by the collector" if lost else ""

    def region_span(
        self,
        traceparent: str,
        began: datetime,
        ended: datetime,
        facts: Mapping[str, str],
    ) -> None:
        """The region's part of a turn, under the device's leg that asked for it."""
        above = TraceParent.parse(traceparent)
        if above is not None and not above.sampled:
            return
        own = secrets.token_hex(8)
        span = SpanFacts(
            name="voiceagent.region.response",
            itself=TraceParent(above.trace_id if above else own + own, own),
            parent=above.span_id if above else "",
            began=began,
            ended=max(began, ended),
            attributes=dict(facts),
            failed="failed" if facts.get("voiceagent.status") == "failed" else "",
        )
        self._queue.put(self._spans.made([span], remote=above is not None))

    def _take(self, at: datetime, record: Record, *, virtual: bool) -> None:
        event = record.event
        if isinstance(event, SessionStarted):
            self._over(virtual=virtual, all_of_them=True)
            self._source, self._run = event.source, secrets.token_hex(8)
        if event.turn:
            kept = self._turns.setdefault(event.turn, [])
            if len(kept) < EVENTS:
                kept.append((at, event))
        rests = isinstance(event, StateChanged) and event.state not in BUSY
        if rests or isinstance(event, SessionEnded):
            self._over(virtual=virtual)
        while len(self._turns) > OPEN:
            self._send(next(iter(self._turns)), virtual=virtual)

    def _over(self, *, virtual: bool, all_of_them: bool = False) -> None:
        """Send the turns that are over; nothing more is said or thought of them."""
        for turn, events in list(self._turns.items()):
            if all_of_them or any(map(_ends, events)):
                self._send(turn, virtual=virtual)

    def _send(self, turn: int, *, virtual: bool) -> None:
        events = self._turns.pop(turn)
        told = {e.trace for _, e in events if isinstance(e, Escalated) and e.trace}
        root = TraceParent.of(self._run, turn)
        if told and not virtual:
            root = TraceParent.root(min(told))
        words = self._words
        spans = turn_spans(events, root, source=self._source, content=bool(words))
        if words is not None:
            for key in PII & spans[0].attributes.keys():
                spans[0].attributes[key] = words(str(spans[0].attributes[key]))
        self._queue.put(self._spans.made(spans))


def _ends(seen: SeenEvent) -> bool:
    return isinstance(seen[1], TurnFinished | TurnCancelled)


class _SpanMaker:
    """Facts to spans as the library sends them."""

    def __init__(self, service: str) -> None:
        try:
            from opentelemetry import trace
            from opentelemetry.sdk import trace as sdk
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.util.instrumentation import InstrumentationScope
        except ImportError as error:
            raise _missing(error) from error
        self._api: Any = trace
        self._sdk: Any = sdk
        self._resource = Resource.create({"service.name": service})
        self._scope = InstrumentationScope("voiceagent")

    def made(self, spans: Iterable[SpanFacts], *, remote: bool = False) -> list[Any]:
        """`remote`: the parent is another process's."""
        return [self._one(span, remote=remote) for span in spans]

    def _one(self, span: SpanFacts, *, remote: bool) -> Any:
        api, trace_id = self._api, span.itself.trace_id
        above = self._context(trace_id, span.parent, remote) if span.parent else None
        wrong = api.Status(api.StatusCode.ERROR, span.failed)
        return self._sdk.ReadableSpan(
            name=span.name,
            context=self._context(trace_id, span.itself.span_id, remote=False),
            parent=above,
            resource=self._resource,
            attributes=span.attributes,
            kind=api.SpanKind.SERVER if remote else api.SpanKind.INTERNAL,
            status=wrong if span.failed else api.Status(),
            start_time=_ns(span.began),
            end_time=_ns(span.ended),
            instrumentation_scope=self._scope,
        )

    def _context(self, trace_id: str, span_id: str, remote: bool) -> Any:
        flags = self._api.TraceFlags(self._api.TraceFlags.SAMPLED)
        return self._api.SpanContext(int(trace_id, 16), int(span_id, 16), remote, flags)


def _exporter(address: str) -> Any:
    """OTLP over HTTP; its path is added where only a host is named."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"`{address}` is no address of a collector",
            cause="`telemetry.otlp` is sent to over HTTP",
            hint=f"`http://HOST:4318{PATH}`, or leave it empty",
        )
    try:
        from opentelemetry.exporter.otlp.proto.http import trace_exporter
    except ImportError as error:
        raise _missing(error) from error
    # Each failed try would be a line; the queue tells of it once.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)
    whole = parts._replace(path=PATH) if parts.path in ("", "/") else parts
    return trace_exporter.OTLPSpanExporter(endpoint=whole.geturl(), timeout=PATIENCE)


def _missing(error: ImportError) -> EngineMissing:
    return EngineMissing(
        "opentelemetry-sdk",
        install="pip install 'voiceagent[otel]'",
        cause=str(error),
    )


def _ns(at: datetime) -> int:
    return round(at.timestamp() * 1e6) * 1000
