"""What the region counts, for Prometheus; no label holds anything that was said."""

from __future__ import annotations

from typing import Any

from voiceagent.errors import EngineMissing

__all__ = ["Metrics"]

SOON = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""Seconds: buckets of the time to the first words."""


class Metrics:
    """One registry for each server."""

    def __init__(self) -> None:
        try:
            import prometheus_client as client
        except ImportError as error:
            raise EngineMissing(
                "prometheus-client",
                install="pip install 'voiceagent[region]'",
                cause=str(error),
            ) from error
        self._client: Any = client
        registry = self.registry = client.CollectorRegistry()
        self.sessions = client.Gauge(
            "voiceagent_sessions", "Sessions that are connected", registry=registry
        )
        self.detached = client.Gauge(
            "voiceagent_sessions_detached",
            "Cut sessions that can be gone on with",
            registry=registry,
        )
        self.opened = client.Counter(
            "voiceagent_sessions_opened", "Sessions begun", registry=registry
        )
        self.refused = client.Counter(
            "voiceagent_refused", "Connections refused", ["reason"], registry=registry
        )
        self.events = client.Counter(
            "voiceagent_events", "Events by direction", ["way"], registry=registry
        )
        self.faults = client.Counter(
            "voiceagent_faults", "Wrong events by code", ["code"], registry=registry
        )
        self.responses = client.Counter(
            "voiceagent_responses",
            "Responses by outcome",
            ["outcome"],
            registry=registry,
        )
        self.running = client.Gauge(
            "voiceagent_responses_running", "Responses being made", registry=registry
        )
        self.first = client.Histogram(
            "voiceagent_first_output_seconds",
            "From the request to the first words",
            buckets=SOON,
            registry=registry,
        )
        self.resumed = client.Counter(
            "voiceagent_resumes", "Resumed sessions", ["outcome"], registry=registry
        )
        self.slow = client.Counter(
            "voiceagent_slow_readers", "Clients that did not read", registry=registry
        )
        self.conflicts = client.Counter(
            "voiceagent_memory_failures", "Conversations not kept", registry=registry
        )
        self.events_in = self.events.labels("in")
        self.events_out = self.events.labels("out")

    def text(self) -> bytes:
        """The page that is scraped."""
        return bytes(self._client.generate_latest(self.registry))
