"""Several acoustic models asked about one utterance: what they agree on was said.

Noise moves the sounds of speech away from what a model was trained on, and there are
several ways to move the model after them (`scripts/train_acoustics.py`). None of them
is better than the plain model on its own, but they make different mistakes: in kitchen
noise at 6 dB four models that are right about 79 % of the time find 86 % by vote.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from voiceagent.engines.stt.pocketsphinx.acoustic_models import (
    ANSWERS,
    OPEN,
    WHOLE_ONLY,
    AcousticModels,
)
from voiceagent.engines.stt.pocketsphinx.conditioning import Samples
from voiceagent.engines.stt.pocketsphinx.confidence import (
    ACCEPT,
    ASK_BELOW,
    NO_MARGIN,
    UNRIVALLED,
    Evidence,
    confidence,
)
from voiceagent.engines.stt.pocketsphinx.decoder import (
    FILLER,
    Hypothesis,
    add_grammar,
    add_words,
    ways_of,
)
from voiceagent.engines.stt.pocketsphinx.live_search import Running
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.engines.stt.pocketsphinx.soundalike import SoundAlike
from voiceagent.stt.grammar import Grammar
from voiceagent.stt.protocol import OUTSIDE, Recognition

__all__ = ["Panel", "PanelOpinion", "heard_by_panel"]

CLEAR = 8.0
"""Margin from which no rival is looked for, if all models agree."""
TRIES = 2
"""Sentences of the same meaning that are passed over in search of a rival."""
FRAME = 160
"""Samples between two frames of the recogniser."""


@dataclass(frozen=True, slots=True)
class PanelOpinion:
    """What the panel makes of an utterance."""

    text: str
    evidence: Evidence
    others: tuple[str, ...] = ()
    """Texts of another meaning that some model heard, most votes first."""


class Panel:
    """Recognisers of one grammar that differ in their acoustic model."""

    def __init__(
        self,
        grammar: Grammar,
        pronunciations: Mapping[str, Sequence[str]],
        models: AcousticModels,
        *,
        meaning: Callable[[str], Hashable],
    ) -> None:
        """`meaning`: texts that only differ in their wording give the same."""
        self._meaning, self._models = meaning, models
        models.prepare(grammar, pronunciations)
        self._table = pronunciations
        self.grammar = self._commands = grammar
        """What may be said: the commands, and the answers expected."""
        self._known = grammar.vocabulary
        self._phrases: frozenset[str] = frozenset()
        self._near = SoundAlike(
            grammar.vocabulary, lambda word: ways_of(self._models.plain, word)
        )

    def expect(self, phrases: Sequence[str]) -> None:
        """Short answers that may be said instead of a command; none: commands alone.

        They are a small search of their own beside the large one, which would take
        half a second to build anew: the better of two scores of the same decoder is
        the score of a search for both.
        """
        if self._phrases == frozenset(phrases):
            return
        self.grammar = self._commands.with_phrases(phrases)
        self._phrases = frozenset(phrases)
        if not phrases:
            return
        answers = Grammar((), frozenset()).with_phrases(phrases)
        for decoder in self._models.all():
            before = decoder.current_search()
            new = answers.vocabulary - self._known
            add_words(decoder, new, self._table, whole=self._models.whole)
            add_grammar(decoder, ANSWERS, answers)
            decoder.activate_search(before)
        self._known |= answers.vocabulary

    @property
    def answering(self) -> bool:
        """Whether short answers are expected."""
        return bool(self._phrases)

    def _search(
        self, hearing: Hearing, decoder: Any, floor_db: float | None = None
    ) -> Hypothesis:
        """The best command or expected answer; the decoder has to be comparable."""
        found = hearing.search(decoder, floor_db=floor_db)
        if not self._phrases:
            return found
        before = decoder.current_search()
        decoder.activate_search(ANSWERS)
        answer = hearing.search(decoder, floor_db=floor_db)
        decoder.activate_search(before)
        return max(found, answer, key=lambda one: -inf if one[1] is None else one[1])

    def first(self, hearing: Hearing, *, open_ended: bool = False) -> PanelOpinion:
        """What the plain model alone hears."""
        found = [self._plain(hearing, open_ended=open_ended)]
        if self._models.loop is not None:
            found.append(hearing.search(self._models.loop))
        return self._opinion(found, len(hearing.speech))

    def judged(self, hearing: Hearing, *, open_ended: bool = False) -> str:
        """What the model that was moved furthest towards noise hears."""
        self._models.judge.activate_search(OPEN if open_ended else WHOLE_ONLY)
        found = self.text(self._search(hearing, self._models.judge)[0])
        self._models.judge.activate_search(WHOLE_ONLY)
        return found

    def agrees(self, text: str, hearing: Hearing, *, open_ended: bool = False) -> bool:
        """Whether the plain model hears this, however well it fits."""
        return self.text(self._plain(hearing, open_ended=open_ended)[0]) == text

    def _plain(self, hearing: Hearing, *, open_ended: bool) -> Hypothesis:
        self._models.plain.activate_search(OPEN if open_ended else WHOLE_ONLY)
        return self._search(hearing, self._models.plain)

    def sound_like(self, text: str) -> list[str]:
        """Sentences, or beginnings of them, that are said like `text` but for a phone
        of one word."""
        said = self._near.sentences(text)
        return [
            one for one in said if self.grammar.state_after(one.split()) is not None
        ]

    def listen(self) -> Running:
        """The plain model's search for sentences that may be unfinished, made while
        they are said; no other question may be asked meanwhile."""
        loop = () if self._models.loop is None else (self._models.loop,)
        return Running(self._models.plain, *loop, search=OPEN)

    def heard(self, running: Running, audio: Samples) -> PanelOpinion | None:
        """What the search while speaking has found; None where none was begun."""
        found = running.end(audio)
        return self._opinion(found, running.samples) if found else None

    def _opinion(self, found: Sequence[Hypothesis], samples: int) -> PanelOpinion:
        """`found`: the sentence, and the free phones if they were asked for."""
        (words, score), *free = found
        margin = NO_MARGIN
        if free and score is not None and free[0][1] is not None:
            margin = (score - free[0][1]) * FRAME / samples
        return PanelOpinion(self.text(words), Evidence(margin, 1.0))

    def all(self, first: PanelOpinion, hearing: Hearing) -> PanelOpinion:
        """What most models hear, the last one asked only where the others differ."""
        texts = [first.text]
        others = self._models.others
        if self._phrases:  # scores of a small and a large search of the rest differ
            others = tuple(one for one in others if one[0] is self._models.judge)
        for decoder, floor_db in others:
            if 1 < len(texts) == len(others) and len(self._votes(texts)) == 1:
                break
            texts.append(self.text(self._search(hearing, decoder, floor_db)[0]))
        votes = self._votes(texts)
        if not votes:
            return PanelOpinion("", Evidence(first.evidence.margin, 0.0))
        ranked = sorted(votes.values(), key=len, reverse=True)
        margin, agreement = first.evidence.margin, len(ranked[0]) / len(texts)
        lead = UNRIVALLED
        if margin < CLEAR or agreement < 1.0:
            lead = self._lead(ranked[0][0], hearing)
        evidence = Evidence(margin, agreement, lead)
        return PanelOpinion(
            ranked[0][0], evidence, tuple(same[0] for same in ranked[1:])
        )

    def _lead(self, text: str, hearing: Hearing) -> float:
        """By how much `text` leads the best sentence of another meaning."""
        words, score = self._search(hearing, self._models.judge)
        meaning, said = self._meaning(text), [self.text(words).split()]
        if score is None or self.grammar.state_after(said[0]) is None:
            return -UNRIVALLED
        if self._meaning(" ".join(said[0])) != meaning:
            return -UNRIVALLED
        for _ in range(TRIES):
            words, other = hearing.search_other(self._models.judge, self.grammar, said)
            rival = self.text(words).split()
            if other is None or self.grammar.state_after(rival) is None:
                break
            if self._meaning(" ".join(rival)) != meaning:
                return score - other
            said.append(rival)
        return UNRIVALLED

    def text(self, words: Sequence[str]) -> str:
        """Words of a hypothesis, less the wake word and polite words around them."""
        said = [word for word in words if not word.startswith(FILLER)]
        opened = self._commands.without_opening(said)
        if " ".join(opened) in self._phrases:  # "yes" may be a polite word elsewhere
            return " ".join(opened)
        return " ".join(self._commands.without_skips(list(opened)))

    def _votes(self, texts: Sequence[str]) -> dict[Hashable, list[str]]:
        """Texts by what they mean, in the order in which they were heard."""
        votes: dict[Hashable, list[str]] = {}
        for text in filter(None, texts):
            votes.setdefault(self._meaning(text), []).append(text)
        return votes


def heard_by_panel(opinion: PanelOpinion, guess: str = "") -> Recognition:
    """The opinion as a result; `guess`: the text where it has none."""
    if not opinion.text:
        return Recognition(guess, 0.0, False, OUTSIDE)
    evidence = opinion.evidence
    sure = confidence(evidence)
    others = opinion.others if sure < ASK_BELOW else ()
    return Recognition(opinion.text, sure, sure >= ACCEPT, _reason(evidence), others)


def _reason(evidence: Evidence) -> str:
    share = round(100 * evidence.agreement)
    return f"{share} % agree, margin {evidence.margin:+.1f}"
