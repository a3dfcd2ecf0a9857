"""Whom an edge may ask."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom to ask."""

    name: str
    url: str
    model: str = ""
    token: str = ""
    instructions: str = ""
    """What the larger model is told to be; empty: what the server thinks of itself."""
