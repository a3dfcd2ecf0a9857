"""What values in a configuration may be; each section stands beside its stage."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

__all__ = ["Milliseconds", "Probability"]

Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
Milliseconds = Annotated[float, Meta(ge=0.0, le=60_000.0)]
