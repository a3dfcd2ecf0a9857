"""Two recognisers that have nothing in common, asked about the same utterance.

PocketSphinx searches the grammar; the neural one searches it as well, judges what the
other heard, and says what was said if it was no command. Where they differ, a second
acoustic model is asked too. Of 441 coffee orders, a third of them each in clear, at 12
and at 6 dB, the five models of the panel find 89 %, these two or three 99 %, in a
fraction of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

from voiceagent.engines.stt.moonshine.beam import A_WORD, Sentence, rank
from voiceagent.engines.stt.moonshine.certainty import certainty
from voiceagent.engines.stt.moonshine.grammar_search import SecondEar
from voiceagent.engines.stt.moonshine.model import MoonshineTranscript, Sound
from voiceagent.engines.stt.pocketsphinx.confidence import (
    ACCEPT_TOGETHER,
    ASK_TOGETHER,
    NO_MARGIN,
    Evidence,
    Second,
    confidence,
)
from voiceagent.engines.stt.pocketsphinx.panel import Panel, PanelOpinion
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.lang.spoken import number_words
from voiceagent.stt.grammar import Grammar
from voiceagent.stt.protocol import DOUBTFUL, OUTSIDE, UNFINISHED, Recognition

__all__ = ["Together", "JointVerdict", "recognition"]

A_MEANING, A_TEXT = 6.0, 2.0
"""Added where PocketSphinx hears the same meaning, and the same words."""
TWIN = 4.0
"""Taken off where PocketSphinx hears another number that sounds like this one
("forty", "fourteen"): where Moonshine prefers one of the two by less, it is tossing a
coin, and another processor's rounding turns it over. In 50 clear sentences of seven
voices PocketSphinx was right about them 50 times."""
NUMBERS = frozenset(" ".join(map(number_words, range(100))).split())
NOTHING = Evidence(NO_MARGIN, 0.0, second=Second())
"""Nothing speaks for any sentence."""
UNOPPOSED = 20.0
"""Lead of a sentence that nothing was held against."""
PLAINLY = 1.0
"""Lead of what was written freely from which no search is made for other sentences."""
REMEMBERED = 256
"""Texts whose meaning is looked up once: the same few are compared with each other."""
TELLING = 3
"""Words that both write down alike from which it does not matter by how much."""
CLOSE = 4.0
"""Lead of an unfinished sentence below which a whole one may as well have been said."""
FAR = A_MEANING + A_TEXT + CLOSE
"""Rank behind the best from which nothing that PocketSphinx adds changes a thing."""
AHEAD, SURE = 6.0, 0.7
"""Lead and confidence from which Moonshine needs nobody to agree. Of 41 commands that
it heard so and PocketSphinx did not, in three loudnesses of noise, 41 were right, and
none of 541 other utterances came so far."""


@dataclass(frozen=True, slots=True)
class JointVerdict:
    """What both make of an utterance."""

    text: str
    """A sentence of the grammar; empty where nothing in it comes near."""
    evidence: Evidence
    said: MoonshineTranscript
    """What was said in any words."""
    others: tuple[str, ...] = ()
    """Texts of another meaning, the likeliest first."""
    whole: str = ""
    """A whole sentence that may as well have been said, where `text` is unfinished."""
    open: bool = False
    """PocketSphinx took it for unfinished; if it was not, it may yet be accepted."""

    @property
    def stands(self) -> bool:
        """Whether it needs no third opinion, whatever PocketSphinx hears."""
        second = self.evidence.second
        ahead = second is not None and second.lead >= AHEAD
        return ahead and confidence(self.evidence) >= SURE


@dataclass(slots=True)
class _Candidate:
    text: str
    sentence: Sentence
    votes: float = 0.0
    """What PocketSphinx adds to its rank."""

    @property
    def alone(self) -> float:
        """Its rank by the neural recogniser."""
        return rank(self.text.split(), self.sentence.score)

    @property
    def rank(self) -> float:
        return self.alone + self.votes


class Together:
    """Both recognisers of one grammar."""

    def __init__(
        self, panel: Panel, ear: SecondEar, meaning: Callable[[str], Hashable]
    ) -> None:
        """`meaning`: texts that only differ in their wording give the same."""
        self._panel, self._ear = panel, ear
        self._meaning = lru_cache(REMEMBERED)(meaning)

    def expect(self, grammar: Grammar) -> None:
        """What may be said from now on."""
        self._ear.expect(grammar)

    def decide(
        self,
        hearing: Hearing,
        ahead: PanelOpinion | None,
        *,
        unfinished: bool,
        is_whole: Callable[[str], bool],
    ) -> JointVerdict | None:
        """The likeliest sentence; `ahead`: what PocketSphinx has found already;
        `unfinished`: it may be left at any word. None where it is too short."""
        sound = self._ear.sound(hearing)
        if sound is None:
            return None
        said = self._ear.said(sound)
        if ahead is not None and self._alike(ahead, said):
            return self._at_once(said)
        found: Sequence[Sentence] = self._ear.best(sound, unfinished=unfinished)
        plain = ahead or self._panel.first(hearing, open_ended=unfinished)
        heard = [plain.text]
        agree = self._agree(plain.text, found)
        found = self._with(sound, found, heard)
        ranked = self._ranked(found, heard)
        verdict = self._verdict(ranked, heard, said, is_whole)
        if agree or verdict.stands:
            return verdict
        if found and plain.text and self._hopeless(ranked, plain.text, said):
            return JointVerdict("", NOTHING, said)
        heard.append(self._panel.judged(hearing, open_ended=unfinished))
        ranked = self._ranked(self._with(sound, found, heard), heard)
        return self._verdict(ranked, heard, said, is_whole)

    def _alike(self, ahead: PanelOpinion, said: MoonshineTranscript) -> bool:
        """Whether both hear the same without being asked for anything."""
        text = self._panel.text(said.words)
        if text == ahead.text and len(text.split()) >= TELLING:
            return True
        if not text or said.lead < PLAINLY:
            return False
        return self._meaning(text) == self._meaning(ahead.text)

    def _at_once(self, said: MoonshineTranscript) -> JointVerdict:
        text = self._panel.text(said.words)
        second = Second(0.0, min(said.lead, UNOPPOSED), len(text.split()))
        return JointVerdict(text, Evidence(NO_MARGIN, 1.0, second=second), said)

    def _hopeless(
        self, ranked: Sequence[_Candidate], plain: str, said: MoonshineTranscript
    ) -> bool:
        """Whether neither of the two sentences would be accepted, if a third one heard
        it too."""
        heard = next((one for one in ranked if one.text == plain), None)
        other = next((one for one in ranked if one is not heard), None)
        for one, votes, rival in ((other, 0.5, heard), (heard, 1.0, other)):
            if one is None:
                continue
            gap, words = one.sentence.score - said.score, len(one.text.split())
            lead = UNOPPOSED if rival is None else one.alone - rival.alone
            second = Second(gap, lead, words)
            sure = confidence(Evidence(NO_MARGIN, votes, second=second))
            if sure >= ACCEPT_TOGETHER:
                return False
        return True

    def _agree(self, text: str, found: Sequence[Sentence]) -> bool:
        """Whether a third opinion is not needed; nor is it where phones do not tell."""
        if not (text and found):
            return False
        return self._vote(text, self._panel.text(found[0].words)) > 0.0

    def _with(
        self, sound: Sound, found: Sequence[Sentence], heard: Sequence[str]
    ) -> Sequence[Sentence]:
        """The sentences found, and how likely those are that were only heard."""
        known = [(self._panel.text(one.words), one.score) for one in found]
        missing = sorted(set(heard) - {"", *(text for text, _ in known)})
        if not missing:
            return found
        ranks = [rank(text.split(), score) for text, score in known]
        longest = max(len(text.split()) for text in missing)
        least = max(ranks, default=-inf) - FAR - A_WORD * longest
        return [*found, *self._ear.few(sound, missing, least=least)]

    def _ranked(
        self, found: Sequence[Sentence], heard: Sequence[str]
    ) -> list[_Candidate]:
        """All that either hears, the likeliest first."""
        candidates: dict[str, _Candidate] = {}
        for sentence in found:
            text = self._panel.text(sentence.words)
            best = candidates.get(text)
            if text and (best is None or best.sentence.score < sentence.score):
                candidates[text] = _Candidate(text, sentence)
        for one in candidates.values():
            votes = (self._vote(text, one.text) for text in heard if text)
            one.votes = sum(votes) / len(heard)
        return sorted(candidates.values(), key=lambda one: -one.rank)

    def _vote(self, heard: str, text: str) -> float:
        """What it adds to the rank of `text` that PocketSphinx hears `heard`: as much
        as if it heard this, where it can hardly tell one from the other."""
        meaning, same = self._meaning(heard), [text]
        off = 0.0
        if self._meaning(text) != meaning:
            near = self._panel.sound_like(text)
            same = [one for one in near if self._meaning(one) == meaning]
            off = TWIN * any(_other_number(text, one) for one in same)
        return (A_MEANING + A_TEXT * (heard in same) - off) if same else 0.0

    def _verdict(
        self,
        ranked: Sequence[_Candidate],
        heard: Sequence[str],
        said: MoonshineTranscript,
        is_whole: Callable[[str], bool],
    ) -> JointVerdict:
        if not ranked:
            return JointVerdict("", NOTHING, said)
        first = ranked[0]
        meaning = self._meaning(first.text)
        others = [one for one in ranked if self._meaning(one.text) != meaning]
        rival = max((one.alone for one in others), default=-UNOPPOSED)
        votes = [self._meaning(text) == meaning for text in heard if text]
        second = Second(
            gap=first.sentence.score - said.score,
            lead=min(first.alone - rival, UNOPPOSED),
            words=len(first.text.split()),
        )
        evidence = Evidence(NO_MARGIN, sum(votes) / len(heard), second=second)
        agreed = confidence(replace(evidence, agreement=1.0))
        wholes = [one for one in ranked if is_whole(one.text)]
        near = wholes and first.rank - wholes[0].rank < CLOSE
        return JointVerdict(
            first.text,
            evidence,
            said,
            tuple(one.text for one in others if first.rank - one.rank < CLOSE),
            wholes[0].text if near else "",
            open=is_whole(first.text)
            and agreed >= ACCEPT_TOGETHER
            and not any(map(is_whole, heard)),
        )


def _other_number(one: str, other: str) -> bool:
    """Whether two sentences differ in a number."""
    words = zip(one.split(), other.split(), strict=False)
    return any(a != b and {a, b} <= NUMBERS for a, b in words)


def recognition(verdict: JointVerdict, *, whole: bool) -> Recognition:
    """The verdict as a result; `whole`: its text is no unfinished sentence."""
    said, sure = verdict.said, confidence(verdict.evidence)
    left = Recognition(verdict.text, 0.0, False, UNFINISHED, transcript=said.text)
    left = replace(left, certain=certainty(said), sure=said.sure)
    if not verdict.text or sure < ACCEPT_TOGETHER:
        words, decided = said.text.lower().rstrip(".?!"), not verdict.open
        return replace(left, text=words, reason=OUTSIDE, decided=decided)
    if not whole and not verdict.whole:
        return left
    second = verdict.evidence.second
    heard = replace(left, confidence=sure, accepted=True, transcript="")
    heard = replace(heard, free=said.text, behind=second.gap if second else 0.0)
    if not whole:
        return replace(heard, text=verdict.whole, reason=DOUBTFUL)
    others = verdict.others if sure < ASK_TOGETHER else ()
    reason = _reason(verdict.evidence)
    return replace(heard, reason=reason, alternatives=others)


def _reason(evidence: Evidence) -> str:
    second = evidence.second or Second()
    heard = "both hear it" if evidence.agreement >= 1.0 else "they differ"
    return f"{heard}, lead {second.lead:+.1f}, gap {second.gap:+.1f}"
