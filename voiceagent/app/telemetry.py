"""Spans for a collector, where one is configured; nothing is loaded where none is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceagent.trace.config import TelemetryConfig

if TYPE_CHECKING:
    from voiceagent.trace.opentelemetry import Telemetry

__all__ = ["telemetry_of"]


def telemetry_of(config: TelemetryConfig) -> Telemetry | None:
    """None where no collector is configured; raises `EngineMissing` and
    `ConfigError`. Whoever has it closes it."""
    if not config.otlp:
        return None
    from voiceagent.trace.opentelemetry import Telemetry

    return Telemetry(config)
