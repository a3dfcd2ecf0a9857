"""Clauses of a reply as they become known: some words at once, the rest from a stream.

A larger tier sends its answer in pieces of any length. They are cut where a voice can
take a breath, so that the first clause is spoken while the rest is still made.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable

from voiceagent.errors import RemoteFailed
from voiceagent.tts.text import split_clauses

__all__ = ["STALL", "ClauseCutter", "Clauses"]

STALL = 4.0
"""Seconds without a further clause after which an answer is taken to be broken off."""
EAGER = 12
"""Letters from which on a full stop at the very end of what has come ends a clause."""


class Clauses:
    """Hands out one clause after the other."""

    def __init__(
        self, known: Iterable[str], more: AsyncIterator[str] | None = None
    ) -> None:
        self._known, self._more = deque(known), more

    @property
    def next_known(self) -> str | None:
        """The next clause, if it can be had without waiting."""
        return self._known[0] if self._known else None

    async def next(self) -> str | None:
        """The next clause; None after the last one.

        Raises `RemoteFailed` where the stream breaks off or stalls.
        """
        if self._known:
            return self._known.popleft()
        if self._more is None:
            return None
        try:
            async with asyncio.timeout(STALL):
                return await anext(self._more, None)
        except TimeoutError:
            raise RemoteFailed(
                "the answer stalled",
                cause=f"no further words for {STALL:.0f} s",
                hint="look at the load of the region",
            ) from None

    async def close(self) -> None:
        """Nobody listens any more: the stream is cancelled."""
        close = getattr(self._more, "aclose", None)
        if close is not None:
            await close()


class ClauseCutter:
    """Pieces of text in, whole clauses out; joined they are what went in, but for the
    space after a sentence that was given out early."""

    def __init__(self) -> None:
        self._text, self._early = "", False

    def push(self, piece: str) -> list[str]:
        """Take the next piece; gives the clauses that are complete now."""
        self._text += piece.lstrip() if self._early and not self._text else piece
        self._early = self._early and not self._text
        # A word that may follow shows which clauses are closed already.
        whole = _closed(self._text, letters=len(piece))
        *done, rest = split_clauses(self._text + ("x" if not whole else " x"))
        self._text = "" if whole else rest[: -len("x")]
        self._early = whole or self._early
        return done

    def end(self) -> list[str]:
        """Nothing follows: everything that is left."""
        rest, self._text = self._text, ""
        return split_clauses(rest) if rest.strip() else []


def _closed(text: str, *, letters: int) -> bool:
    """Whether what has come so far surely ends in the end of a sentence; `letters`: of
    the last piece, since "3." in a piece of its own may go on with "5"."""
    end = text.rstrip("\"')]\u201d\u2019")
    if len(text) < EAGER or not end.endswith((".", "!", "?")):
        return False
    before = end[-2:-1]
    sure = before.isalpha() or (before.isdecimal() and letters >= EAGER)
    return sure and len(split_clauses(f"{text} x")) > len(split_clauses(text))
