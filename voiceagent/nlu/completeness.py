"""How much of a command the words so far are, seen with what they would do.

The grammar knows that "turn off the TV" may go on: "in the office". But there is one
TV, and nothing that may follow would change what is done. Such a command is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache

from voiceagent.frontend.endpoint import Completeness
from voiceagent.nlu.intent import Intent
from voiceagent.stt.grammar import Grammar

__all__ = ["Progress"]

MOST_WAYS = 64
"""Ways to go on that are looked at: a few milliseconds. With more of them, some will
change something."""
REMEMBERED = 256
ASKS = "asks"
"""A slot of templates that are only the beginning of a command ("set a timer"): most
people go on, and only who does not is asked."""


class Progress:
    """What texts are in a grammar, and to the skills behind it."""

    def __init__(
        self,
        grammar: Grammar,
        parse: Callable[[str], Intent | None],
        meant: Callable[[Intent], Hashable],
    ) -> None:
        """`meant(intent)`: what it comes to; what is done for two with the same is the
        same."""
        self._grammar, self._parse, self._meant = grammar, parse, meant
        self._goes_nowhere = lru_cache(REMEMBERED)(self._nothing_new)
        self._is_beginning = lru_cache(REMEMBERED)(self._asks)

    def of(self, text: str) -> Completeness:
        """How much of a command `text` is."""
        found = self._grammar.progress(text.split())
        if found is not Completeness.EXTENSIBLE:
            return found
        if self._is_beginning(text):
            return Completeness.INCOMPLETE
        return Completeness.COMPLETE if self._goes_nowhere(text) else found

    def _asks(self, text: str) -> bool:
        """Whether the rest is asked for where nothing follows, and usually does."""
        intent = self._parse(text)
        return intent is not None and ASKS in intent.slots

    def _nothing_new(self, text: str) -> bool:
        """Whether all that may follow means the same as if it had not been said."""
        intent = self._parse(text)
        ways = self._grammar.endings(text.split(), most=MOST_WAYS)
        if intent is None or ways is None:
            return False
        meant = self._meant(intent)
        longer = (self._parse(f"{text} {way}") for way in ways)
        return all(one is not None and self._meant(one) == meant for one in longer)
