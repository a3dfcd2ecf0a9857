"""Spans for a collector, where one is configured; nothing is loaded where none is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voiceagent.privacy.config import PrivacyConfig
from voiceagent.trace.config import TelemetryConfig

if TYPE_CHECKING:
    from voiceagent.trace.opentelemetry import Telemetry

__all__ = ["telemetry_of"]


def telemetry_of(
    config: TelemetryConfig, privacy: PrivacyConfig | None = None
) -> Telemetry | None:
    """None where no collector is configured; raises `EngineMissing` and
    `ConfigError`. `privacy`: what may leave of words, where `telemetry.content` is on;
    None: nothing. Whoever has it closes it."""
    if not config.otlp:
        return None
    from voiceagent.trace.opentelemetry import Telemetry

    words = _gated(privacy) if config.content and privacy is not None else None
    return Telemetry(config, words=words)


def _gated(privacy: PrivacyConfig) -> Callable[[str], str]:
    """The gate that questions to a region pass."""
    from voiceagent.app.escalation import make_gate
    from voiceagent.privacy.gate import OutgoingQuestion, Released

    gate = make_gate(privacy)

    def words(text: str) -> str:
        made = gate.prepare(OutgoingQuestion(turn=0, text=text))
        return made.payload.text if isinstance(made, Released) else ""

    return words
