"""The sentence that was chosen, held against what was heard in any words.

A recogniser of few sentences pulls what is said onto the nearest of them. One of any
words hears beside it what else was said: a name, an exception, a second command. Where
it hears more than the chosen sentence has words for, or other words that are clearly
likelier, the chosen one is asked about. How likely its words are is no evidence for the
first: who writes down more has more to be wrong in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import chain

from voiceagent.lang.cues import somewhere
from voiceagent.lang.language import Language
from voiceagent.lang.languages import language
from voiceagent.lang.spoken import distance, spoken
from voiceagent.nlu.guards.free_values import by_word
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask
from voiceagent.nlu.manners import without_manners
from voiceagent.nlu.slm.forms import Takes
from voiceagent.stt.protocol import Recognition

__all__ = ["HearingRule", "otherwise"]

LIKELIER, A_WORD_LIKELIER = -6.0, -0.95
"""Log likelihood of a sentence, against that of any words, below which something else
was said, of all and of each of its words: commands in clear speech lie above -5, orders
in loud noise above -0.8 a word, near misses below both."""
A_DIFFERENCE = -5.0
"""The same for each word in which both differ: noise makes many small differences, a
near miss a large one."""
BELIEVED, A_SURE_DIFFERENCE, A_SURE_WORD = 0.85, -6.0, 0.75
"""Confidence from which it has to be so much, and a word that says something has to be
that likely: both recognisers hear the sentence."""
MORE = 6
"""Letters more than the chosen sentence has in their place from which there was more to
hear: noise makes other words of a word, not more of them."""
TURNED, MILDLY = 0.4, 0.8
"""How likely a word has to be that turns a command round, or puts it off; and how
likely a "no", which noise is often taken for."""
SHORT = 2
"""Letters of words that are too short to tell anything."""
LETTERS_A_MISTAKE, BEGINNING = 4, 4
"""One wrong letter is forgiven for this many of a word, and an end behind so many."""


@dataclass(frozen=True, slots=True)
class _Unlike:
    """Where both differ: the words of each there."""

    free: Sequence[str]
    chosen: Sequence[str]

    @property
    def more(self) -> int:
        """Letters that were heard in any words beyond those of the chosen one."""
        return sum(map(len, self.free)) - sum(map(len, self.chosen))

    @property
    def differing(self) -> Sequence[str]:
        """Words heard in any words that are like none of the chosen ones."""
        return [w for w in self.free if not any(_alike(w, o) for o in self.chosen)]

    @property
    def words(self) -> int:
        """In how many words they differ; what is nearly the same is the same."""
        alike = len(self.free) - len(self.differing)
        return max(len(self.free), len(self.chosen)) - alike


class HearingRule:
    """Whether what was heard besides is explained by the chosen sentence."""

    def __init__(self, tables: Language) -> None:
        manners, guards = tables.manners, tables.guards
        self._manners = manners
        self._empty = manners.within | tables.commands.small
        self._plain = self._empty | manners.joining
        denials, signs = guards.denials, tables.numbers.signs
        self._turning = somewhere(
            (
                *(*denials.negations, *denials.forbidding, *denials.exceptions),
                *(*denials.ceasing, *guards.stories.conditions, *sorted(signs)),
            )
        )
        self._mild = denials.mild
        self._harmless = somewhere((*denials.harmless, *guards.stories.polite))

    def judge(self, chosen: str, heard: Recognition, known: Takes) -> GuardVerdict:
        """What is said about acting on `chosen`, as it was `heard`."""
        if not heard.free or known.asks:
            return PASS
        if self._turned(chosen, heard):
            return ask("a word that turns it round was heard")
        places = self._between(heard, chosen)
        if any(self._more(place) for place in places):
            return ask("more was heard than that")
        if self._otherwise(heard, places) and any(map(self._telling, places)):
            return ask("something else was heard in any words")
        return PASS

    def otherwise(self, heard: Recognition) -> str:
        """What was heard in any words, where that is clearly something else than the
        sentence that was chosen; empty where it is not."""
        if not heard.accepted or not heard.free:
            return heard.transcript
        chosen = spoken(heard.text)
        places = self._between(heard, chosen)
        turned = self._turned(chosen, heard)
        more = turned or any(self._more(place) for place in places)
        return heard.free if more or self._otherwise(heard, places) else ""

    def _between(self, heard: Recognition, chosen: str) -> Sequence[_Unlike]:
        bare = spoken(without_manners(heard.free, self._manners)).split()
        return list(_places(bare, chosen.split(), self._plain))

    def _turned(self, chosen: str, heard: Recognition) -> bool:
        """Whether a denial, a condition or a sign was heard that the sentence lacks."""
        words = self._harmless.sub(" ", spoken(heard.free))
        likely = by_word(heard.free, heard.sure)
        known = {hit[0] for hit in self._turning.finditer(chosen)}
        found = {hit[0] for hit in self._turning.finditer(words)} - known
        return any(
            min(likely.get(word, 1.0) for word in cue.split())
            >= (MILDLY if cue in self._mild else TURNED)
            for cue in found
        )

    def _otherwise(self, heard: Recognition, places: Sequence[_Unlike]) -> bool:
        """Whether other words are clearly likelier."""
        words = max(1, len(heard.text.split()))
        if heard.behind >= LIKELIER or heard.behind / words >= A_WORD_LIKELIER:
            return False
        each = heard.behind / max(1, sum(place.words for place in places))
        if heard.confidence < BELIEVED:
            return each < A_DIFFERENCE or not self._common(heard)
        likely = by_word(heard.free, heard.sure)
        telling = chain.from_iterable(map(self._telling, places))
        most = max((likely.get(word, 1.0) for word in telling), default=0.0)
        return each < A_SURE_DIFFERENCE and most >= A_SURE_WORD

    def _common(self, heard: Recognition) -> bool:
        """Whether both have a word that says something, or nearly."""
        free = filter(self._content, spoken(heard.free).split())
        chosen = [*filter(self._content, spoken(heard.text).split())]
        return any(_alike(one, other) for one in free for other in chosen)

    def _more(self, place: _Unlike) -> bool:
        """Whether there was more to hear, in more words, and it says something."""
        longer = len(place.free) > len(place.chosen) and place.more >= MORE
        return longer and any(map(self._content, place.free))

    def _telling(self, place: _Unlike) -> Sequence[str]:
        """Words that were heard there and say something else."""
        instead = len(place.free) == len(place.chosen) == 1
        # "by" for "to" is another command; "by" where nothing stands may be noise.
        return [
            word
            for word in place.differing
            if self._content(word) or (instead and word not in self._empty)
        ]

    def _content(self, word: str) -> bool:
        return word not in self._plain and len(word) > SHORT


@cache
def _rule() -> HearingRule:
    return HearingRule(language())


def otherwise(heard: Recognition) -> str:
    """What was heard in any words, where that is clearly something else than the
    sentence that was chosen; empty where it is not."""
    return _rule().otherwise(heard)


def _alike(one: str, other: str) -> bool:
    """Whether two words are nearly the same."""
    most = max(len(one), len(other)) // LETTERS_A_MISTAKE
    if distance(one, other, most) <= most:
        return True
    begun = one.startswith(other) or other.startswith(one)
    return begun and min(len(one), len(other)) >= BEGINNING


def _places(
    free: Sequence[str], chosen: Sequence[str], plain: Set[str]
) -> Iterator[_Unlike]:
    """Where words were heard that do not stand in the chosen sentence there; what is
    parted by a small word alone is one place, since any noise has small words."""
    match = SequenceMatcher(None, free, chosen, autojunk=False)
    at: tuple[int, int, int, int] | None = None
    for tag, *span in match.get_opcodes():
        start, end, first, last = span
        if tag == "equal":
            small = end - start == 1 and (
                free[start] in plain or len(free[start]) <= SHORT
            )
            if at is not None and not small:
                yield _Unlike(free[at[0] : at[1]], chosen[at[2] : at[3]])
                at = None
        else:
            begun = at or (start, end, first, last)
            at = begun[0], end, begun[2], last
    if at is not None:
        yield _Unlike(free[at[0] : at[1]], chosen[at[2] : at[3]])
