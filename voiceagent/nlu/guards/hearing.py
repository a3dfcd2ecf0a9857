"""The sentence that was chosen, held against what was heard in any words.

A recogniser of few sentences pulls what is said onto the nearest of them. One of any
words hears beside it what else was said: a name, an exception, a question. Where its
words are clearly likelier, and hold content that the chosen sentence does not explain,
the chosen one is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from voiceagent.lang.language import Language
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask
from voiceagent.nlu.manners import without_manners
from voiceagent.nlu.slm.forms import Takes

__all__ = ["HearingRule"]

SHORT = 2
"""Letters of words that are too short to tell anything."""


class HearingRule:
    """Whether what was heard besides is explained by the chosen sentence."""

    def __init__(self, tables: Language) -> None:
        manners = tables.manners
        self._manners = manners
        self._plain = manners.within | manners.joining | tables.commands.small

    def judge(self, chosen: str, free: str, known: Takes) -> GuardVerdict:
        """What is said about acting on `chosen` where `free` was heard."""
        if not free or known.asks:
            return PASS
        bare = spoken(without_manners(free, self._manners))
        for word in _besides(bare.split(), chosen.split()):
            if word not in self._plain and len(word) > SHORT:
                return ask("something else was heard in any words")
        return PASS


def _besides(free: Sequence[str], chosen: Sequence[str]) -> Iterator[str]:
    """Words that were heard and do not stand in the chosen sentence at their place."""
    match = SequenceMatcher(None, free, chosen, autojunk=False)
    for tag, start, end, _, _ in match.get_opcodes():
        if tag in ("replace", "delete"):
            yield from free[start:end]
