"""What may be configured of the time a turn has."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from voiceagent.config_types import Milliseconds
from voiceagent.deadline import Budget

__all__ = ["BudgetConfig"]


class BudgetConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Latency."""

    response_ms: Annotated[float, Meta(ge=100.0, le=30_000.0)] = 800.0
    """From the last speech sample to the first sample of the reply."""
    reserve_ms: Milliseconds = 80.0

    def budget(self) -> Budget:
        """What a turn may spend."""
        return Budget(total=self.response_ms / 1000, reserve=self.reserve_ms / 1000)
