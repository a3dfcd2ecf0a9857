"""A sentence to the one command that it is: by templates, manners set aside, by frames.

as it stands, and without manners   templates: every word is theirs
the same                            frames: what people say their own way
    its parts                           several commands, things and exceptions
"""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.manners import without_manners
from voiceagent.nlu.parts import PartsReader

__all__ = ["CommandReader"]


class CommandReader:
    """Reads words with what a pack says; no state, any thread."""

    def __init__(
        self, parser: IntentParser, frames: Callable[[], IntentParser | None]
    ) -> None:
        """`frames()`: read by, where no template says it; None: there are none."""
        self._parser, self._frames = parser, frames
        self._parts = PartsReader(self._one)

    def parse(self, text: str) -> Intent | None:
        """The command that `text` is, or several in one; None if it is none."""
        return self._one(text) or self._parts.read(without_manners(text))

    def _one(self, text: str) -> Intent | None:
        bare = without_manners(text)
        ways = [bare, text] if bare and bare != text else [text]
        for way in ways:
            if (found := self._parser.parse(way)) is not None:
                return found
        frames = self._frames()
        for way in reversed(ways):
            if frames is not None and (found := frames.parse(way)) is not None:
                return found
        return None
