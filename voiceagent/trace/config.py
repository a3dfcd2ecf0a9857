"""What may be configured of traces for others to read."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["TelemetryConfig"]


class TelemetryConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Traces for others to read."""

    otlp: str = ""
    """Address of an OTLP/HTTP collector; empty: nothing is exported."""
    content: bool = False
    """Words in spans: only with this switch."""
    service: str = "voiceagent"
