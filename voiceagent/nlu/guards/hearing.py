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
        self._empty = manners.within | tables.commands.small
        self._plain = self._empty | manners.joining

    def judge(self, chosen: str, free: str, known: Takes) -> GuardVerdict:
        """What is said about acting on `chosen` where `free` was heard."""
        if not free or known.asks:
            return PASS
        bare = spoken(without_manners(free, self._manners))
        for word, instead in _besides(bare.split(), chosen.split()):
            # "by" for "to" is another command; "by" where nothing stands may be noise.
            content = word not in self._plain and len(word) > SHORT
            if content or (instead and word not in self._empty):
                return ask("something else was heard in any words")
        return PASS


def _besides(free: Sequence[str], chosen: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Words that were heard and do not stand in the chosen sentence at their place;
    whether one other word stands there."""
    match = SequenceMatcher(None, free, chosen, autojunk=False)
    for tag, start, end, first, last in match.get_opcodes():
        if tag in ("replace", "delete"):
            instead = end - start == last - first == 1
            yield from ((word, instead) for word in free[start:end])
