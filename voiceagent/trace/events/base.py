"""The common shape of all events."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Base"]


class Base(Struct, frozen=True, tag_field="event", tag=True, kw_only=True):
    """Common shape of all events."""

    turn: int = 0
    """Number of the turn it belongs to; 0 for none."""
