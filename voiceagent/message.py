"""One message of a conversation, as every language model takes it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Message"]


@dataclass(frozen=True, slots=True)
class Message:
    """Who said what."""

    role: str
    """`system`, `user`, `assistant`, `tool_call` (the model wants `name` run with the
    arguments in `text`, JSON) or `tool` (what that gave)."""
    text: str
    name: str = ""
    call_id: str = ""
