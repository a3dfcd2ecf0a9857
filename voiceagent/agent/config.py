"""What may be configured of the time a turn has."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from voiceagent.config_types import Milliseconds

__all__ = ["BudgetConfig"]


class BudgetConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Latency."""

    response_ms: Annotated[float, Meta(ge=100.0, le=30_000.0)] = 800.0
    """From the last speech sample to the first sample of the reply."""
    reserve_ms: Milliseconds = 80.0
