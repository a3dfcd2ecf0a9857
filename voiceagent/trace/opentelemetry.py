"""Turns as OpenTelemetry spans: one trace over device and region, off by default.

A turn is one span with its stages and legs below it; the region's own span hangs under
the same trace by the W3C `traceparent` on the wire. Names of the generative-AI
conventions are still in development: they stand in one table here. No words are in a
span unless `telemetry.content` is on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from voiceagent.clock import wall
from voiceagent.errors import EngineMissing
from voiceagent.trace.config import TelemetryConfig
from voiceagent.trace.events import (
    Escalated,
    Event,
    LegEnded,
    RemoteAnswered,
    ReplyReady,
    SessionStarted,
    Transcript,
    TurnFinished,
)
from voiceagent.trace.trace import Record, stages
from voiceagent.trace.traceparent import TraceParent

__all__ = ["NAMES", "Telemetry"]

NAMES = {
    "operation": "gen_ai.operation.name",
    "model": "gen_ai.response.model",
    "input": "gen_ai.usage.input_tokens",
    "output": "gen_ai.usage.output_tokens",
}
"""Pinned names of https://opentelemetry.io/docs/specs/semconv/gen-ai/."""
NOTHING = "0" * 32


class Telemetry:
    """Makes spans of what happens; give `record` to a trace as a listener."""

    def __init__(self, config: TelemetryConfig, exporter: Any = None) -> None:
        """`exporter`: instead of OTLP to `telemetry.otlp`. Raises `EngineMissing`."""
        try:
            from opentelemetry import trace
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor

            if exporter is None:
                from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
                    OTLPSpanExporter,
                )

                exporter = OTLPSpanExporter(endpoint=config.otlp, timeout=2)
        except ImportError as error:
            raise EngineMissing(
                "opentelemetry-sdk",
                install="pip install 'voiceagent[otel]'",
                cause=str(error),
            ) from error
        self._api: Any = trace
        self._content = config.content
        resource = Resource.create({"service.name": config.service})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("voiceagent")
        self._events: dict[int, list[tuple[datetime, Event]]] = {}
        self._source = ""

    def record(self, record: Record) -> None:
        """Take the next record of a trace."""
        event = record.event
        if isinstance(event, SessionStarted):
            self._source = event.source
        if event.turn:
            self._events.setdefault(event.turn, []).append((wall(), event))

    def close(self) -> None:
        """Send what is left, for two seconds at most."""
        for turn in list(self._events):
            self._turn(turn)
        self._provider.force_flush(2000)
        self._provider.shutdown()

    def region_span(
        self, traceparent: str, began: datetime, attributes: Mapping[str, Any]
    ) -> None:
        """The region's part of a turn, under the device's."""
        parent = TraceParent.parse(traceparent)
        span = self._tracer.start_span(
            "voiceagent.region.response",
            context=self._under(parent) if parent else None,
            start_time=_ns(began),
            attributes=dict(attributes),
        )
        span.end(_ns(wall()))

    def _turn(self, turn: int) -> None:
        events = self._events.pop(turn)
        done = [(at, e) for at, e in events if isinstance(e, TurnFinished)]
        if not done:
            return
        at, ledger = done[0]
        took = timedelta(milliseconds=ledger.latency_ms["response"])
        began = at - took
        sent = [e for _, e in events if isinstance(e, Escalated) and e.trace]
        parent = None
        if sent:
            whole = TraceParent(sent[0].trace, sent[0].trace[:16])
            parent = self._under(whole)
        root = self._tracer.start_span(
            "voiceagent.turn",
            context=parent,
            start_time=_ns(began),
            attributes=self._about(turn, ledger, events),
        )
        below = self._api.set_span_in_context(root)
        self._stages(below, began, ledger)
        for ended, event in events:
            if isinstance(event, LegEnded):
                self._leg(below, ended, event, events)
        root.end(_ns(max(at, *(when for when, _ in events))))

    def _about(
        self, turn: int, ledger: TurnFinished, events: list[tuple[datetime, Event]]
    ) -> dict[str, Any]:
        about: dict[str, Any] = {
            "voiceagent.turn": turn,
            "voiceagent.source": self._source,
            "voiceagent.tier": ledger.tier,
            "voiceagent.reason": ledger.reason,
            "voiceagent.budget_ms": ledger.budget_ms,
            "voiceagent.response_ms": ledger.latency_ms["response"],
            "voiceagent.budget_met": ledger.budget_met,
            "voiceagent.rescued_by": ledger.rescued_by,
        }
        if self._content:
            for _, event in events:
                if isinstance(event, Transcript):
                    about["voiceagent.pii.heard"] = event.pii_text
                elif isinstance(event, ReplyReady):
                    about["voiceagent.pii.said"] = event.pii_text
        return about

    def _stages(self, below: Any, began: datetime, ledger: TurnFinished) -> None:
        for stage in stages:
            took = timedelta(milliseconds=ledger.latency_ms[stage])
            if took:
                span = self._tracer.start_span(
                    f"voiceagent.{stage}", context=below, start_time=_ns(began)
                )
                span.end(_ns(began + took))
            began += took

    def _leg(
        self,
        below: Any,
        ended: datetime,
        event: LegEnded,
        events: list[tuple[datetime, Event]],
    ) -> None:
        about: dict[str, Any] = {
            NAMES["operation"]: "chat",
            "voiceagent.leg": event.leg,
            "voiceagent.outcome": event.outcome,
        }
        for _, other in events:
            if isinstance(other, RemoteAnswered) and other.leg == event.leg:
                about[NAMES["model"]] = other.model
                if other.input_tokens is not None:
                    about[NAMES["input"]] = other.input_tokens
                if other.output_tokens is not None:
                    about[NAMES["output"]] = other.output_tokens
        began = ended - timedelta(milliseconds=event.took_ms)
        span = self._tracer.start_span(
            f"chat {event.leg}", context=below, start_time=_ns(began), attributes=about
        )
        span.end(_ns(ended))

    def _under(self, parent: TraceParent) -> Any:
        api = self._api
        context = api.SpanContext(
            int(parent.trace_id, 16),
            int(parent.span_id, 16),
            is_remote=True,
            trace_flags=api.TraceFlags(1),
        )
        return api.set_span_in_context(api.NonRecordingSpan(context))


def _ns(at: datetime) -> int:
    return round(at.timestamp() * 1e9)
