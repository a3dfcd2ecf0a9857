"""Account numbers with a country in front, in any case and grouping."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voiceagent.privacy.redaction.tokens import Span

__all__ = ["ibans"]

START = re.compile(r"(?<![^\W_])[A-Za-z]{2}[ .-]?\d[ .-]?\d(?=[ .\-A-Za-z0-9])")
PIECE = re.compile(r"[ .\-]{0,2}([A-Za-z0-9]+)")
SHORTEST, LONGEST = 15, 34
"""Letters and figures of one (ISO 13616)."""
LEAST_DIGITS = 8
"""Of one that does not check: somebody may have misheard a figure."""
BANK = 4
"""Letters of a bank within one."""


def ibans(text: str) -> Iterator[Span]:
    """Every one; the longest that checks, else as far as it looks like one."""
    at = 0
    while (found := START.search(text, at)) is not None:
        end, key = _end(text, found.start())
        at = end or found.start() + 2
        if end:
            yield Span(found.start(), end, "CODE", key)


def _end(text: str, start: int) -> tuple[int, str]:
    """The place behind it, and its letters; 0 where it is none."""
    letters, at, looks = "", start, (0, "")
    right = (0, "")
    while (piece := PIECE.match(text, at)) is not None:
        letters += piece[1].lower()
        at = piece.end()
        if len(letters) > LONGEST:
            break
        if _checks(letters):
            right = (at, letters)
        figured = any(c.isdecimal() for c in piece[1])
        if not figured and len(piece[1]) > BANK:  # a word of the sentence
            break
        if figured and _looks(letters):
            looks = (at, letters)
    return right if right[0] else looks


def _looks(letters: str) -> bool:
    digits = sum(c.isdecimal() for c in letters)
    return len(letters) >= SHORTEST and digits >= LEAST_DIGITS


def _checks(letters: str) -> bool:
    if len(letters) < SHORTEST or not letters.isascii():
        return False
    moved = letters[4:] + letters[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1
