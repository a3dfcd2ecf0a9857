"""Streams of an answer that are read to their end, or closed."""

from __future__ import annotations

from collections.abc import AsyncIterator

from voiceagent.nlu.reading import Reading

__all__ = ["clauses_of", "close_stream"]


async def clauses_of(rest: AsyncIterator[Reading | str]) -> AsyncIterator[str]:
    """All that comes is clauses; closed at the end."""
    try:
        async for clause in rest:
            assert isinstance(clause, str)
            yield clause
    finally:
        await close_stream(rest)


async def close_stream(stream: AsyncIterator[Reading | str]) -> None:
    """It is read no further."""
    close = getattr(stream, "aclose", None)
    if close is not None:
        await close()
