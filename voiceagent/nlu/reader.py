"""A sentence to the one command that it is: by templates, manners set aside, by frames.

as it stands, and without manners   templates: every word is theirs
the same                            frames: what people say their own way
"""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.manners import without_manners

__all__ = ["CommandReader"]


class CommandReader:
    """Reads words with what a pack says; no state, any thread."""

    def __init__(
        self, parser: IntentParser, frames: Callable[[], IntentParser | None]
    ) -> None:
        """`frames()`: read by, where no template says it; None: there are none."""
        self._parser, self._frames = parser, frames

    def parse(self, text: str) -> Intent | None:
        """The command that `text` is; None if it is none."""
        bare = without_manners(text)
        ways = [bare, text] if bare and bare != text else [text]
        for way in ways:
            if (found := self._parser.parse(way)) is not None:
                return found
        frames = self._frames()
        if frames is None:
            return None
        return next(filter(None, map(frames.parse, reversed(ways))), None)
