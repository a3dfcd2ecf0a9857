"""What a model only thinks: told apart from its answer, and never said.

Models that reason write that between tags (`<think>`), in front of the answer or in the
middle of it; some templates open the tag themselves, so that only its end is seen.
"""

from __future__ import annotations

import re

__all__ = ["ThoughtFilter"]

NAMES = r"(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad)"
TAG = re.compile(rf"<(/?){NAMES}\b[^<>]{{0,80}}>", re.IGNORECASE)
BEGUN = re.compile(r"<(?:/?[a-z]{0,12}(?:\s[^<>]{0,80})?)?$", re.IGNORECASE)
"""What may be the beginning of a tag, at the end of what has come."""


class ThoughtFilter:
    """Pieces of any size in, the answer out."""

    def __init__(self, *, inside: bool = False) -> None:
        """`inside`: it begins with a thought whose opening tag is not told."""
        self.stray = False
        """Whether an end was seen without its beginning: what stood before it was a
        thought, too."""
        self._inside = inside
        self._depth, self._rest = int(inside), ""
        self._held = ""

    def push(self, piece: str) -> str:
        """The words of the answer that are certain now."""
        text, self._rest = self._rest + piece, ""
        if begun := BEGUN.search(text):
            text, self._rest = text[: begun.start()], text[begun.start() :]
        said, place = "", 0
        for tag in TAG.finditer(text):
            said += self._outside(text[place : tag.start()])
            said = self._turn(bool(tag[1]), said)
            place = tag.end()
        return said + self._outside(text[place:])

    def end(self) -> str:
        """What is left once there is no more: something that looked like a tag, or an
        answer that was no thought after all."""
        rest, self._rest = self._outside(self._rest), ""
        held, self._held = self._held if self._inside else "", ""
        return held + rest

    def _outside(self, text: str) -> str:
        if not self._depth:
            return text
        if self._inside:
            self._held += text
        return ""

    def _turn(self, closes: bool, said: str) -> str:
        """The depth behind a tag, and what is said of what stood before it."""
        if not closes:
            self._depth += 1
            return said
        if self._depth:
            self._depth -= 1
            if not self._depth:
                self._inside, self._held = False, ""
            return said
        self.stray = True
        return ""
