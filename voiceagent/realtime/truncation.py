"""What is left out where a conversation is too long for a model (`truncation`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.message import Message
from voiceagent.realtime.events import ProtocolFault

__all__ = ["LETTERS_A_TOKEN", "fitted"]

LETTERS_A_TOKEN, TOKENS_A_MESSAGE = 3.5, 6
"""About what English comes to, until a server has shown how it counts."""


def fitted(
    messages: tuple[Message, ...], wanted: str | Mapping[str, Any], most: int
) -> tuple[Message, ...]:
    """As much of the conversation as is to be answered, where `most` tokens fit.

    `auto`: all of it, and whoever makes the answer takes of it what fits. Raises
    `ProtocolFault` where nothing may be left out and it is too long.
    """
    if wanted == "auto":
        return messages
    size = sum(map(_tokens, messages))
    if isinstance(wanted, str):
        if size > most:
            why = (
                f"about {size} tokens are more than {most}, and nothing may be left out"
            )
            raise ProtocolFault("context_length_exceeded", why)
        return messages
    limits = wanted.get("token_limits") or {}
    most = min(most, limits.get("post_instructions") or most)
    if size <= most:
        return messages
    return _newest(messages, most * wanted["retention_ratio"])


def _newest(messages: tuple[Message, ...], room: float) -> tuple[Message, ...]:
    """The last ones that come to no more; the last one in any case."""
    kept = 0
    for message in reversed(messages):
        room -= _tokens(message)
        if room < 0 and kept:
            break
        kept += 1
    return messages[len(messages) - kept :]


def _tokens(message: Message) -> int:
    return round(len(message.text) / LETTERS_A_TOKEN) + TOKENS_A_MESSAGE
