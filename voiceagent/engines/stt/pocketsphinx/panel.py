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
from pathlib import Path
from typing import Any

from voiceagent.engines.stt.pocketsphinx.conditioning import Samples
from voiceagent.engines.stt.pocketsphinx.confidence import (
    NO_MARGIN,
    UNRIVALLED,
    Evidence,
)
from voiceagent.engines.stt.pocketsphinx.decoder import (
    FILLER,
    Hypothesis,
    add_grammar,
    add_phone_loop,
    add_words,
    make_decoder,
    ways_of,
)
from voiceagent.engines.stt.pocketsphinx.live_search import Running
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.engines.stt.pocketsphinx.soundalike import SoundAlike
from voiceagent.stt.grammar import Grammar

__all__ = ["ANSWERS", "OPEN", "WHOLE_ONLY", "PanelOpinion", "Panel"]

WIDE = {"beam": 1e-48, "wbeam": 1e-29, "pbeam": 1e-48}
"""Wider beams (1e-60, 1e-80) cost half as much again and got no more of 102 home and 60
coffee commands right once the audio began with the speech."""
OTHER_FLOOR_DB = 28.0
"""Noise floor for a second opinion where there is only one acoustic model."""
LOOP_PHONE = 1e-5
"""Probability of each phone of the loop that every sentence is measured against."""
OPEN, WHOLE_ONLY, LOOP, ANSWERS = "open", "whole", "loop", "answers"
"""Names of the searches."""
LEAVE = 1e-3
"""Probability of leaving a sentence unfinished, when speech pauses. Measured on 70 home
commands cut at 45 and 60 % of their length: 111 of 140 are seen to be unfinished and 20
taken for whole ones (40 without this way out); of the uncut ones 2 seem unfinished."""
SURE = 6.0
"""Margin from which nobody else is asked, if the live pass heard the same words. Of 160
utterances of other speech (a third of them in noise) none comes near."""
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
        *,
        acoustics: Path | None,
        meaning: Callable[[str], Hashable],
        pair: bool = False,
    ) -> None:
        """`acoustics`: folder with the models moved towards noise; `meaning`: texts
        that only differ in their wording give the same; `pair`: one model beside the
        plain one is enough, and no margin over free phones is wanted, since somebody
        else judges too."""
        self._meaning = meaning
        self._first = make_decoder({**WIDE, "lw": 4.0}, compare=True)
        self._loop = None if pair else make_decoder({**WIDE, "lw": 4.0}, compare=True)
        self._others = _others(acoustics)
        if pair:
            self._others = [self._others[len(self._others) // 2]]
        self._judge = self._others[len(self._others) // 2][0]
        self._table = pronunciations
        for decoder in self._decoders():
            add_words(decoder, grammar.vocabulary, pronunciations)
            add_grammar(decoder, WHOLE_ONLY, grammar)
        for decoder in (self._first, self._judge):
            add_grammar(decoder, OPEN, grammar, leave=LEAVE)
        if self._loop is not None:
            add_phone_loop(self._loop, LOOP, LOOP_PHONE)
        self.grammar = self._commands = grammar
        """What may be said: the commands, and the answers expected."""
        self._known = grammar.vocabulary
        self._phrases: frozenset[str] = frozenset()
        self._near = SoundAlike(
            grammar.vocabulary, lambda word: ways_of(self._first, word)
        )
        self._clean = grammar.without_skips
        self._opened = grammar.without_opening

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
        for decoder in self._decoders():
            before = decoder.current_search()
            add_words(decoder, answers.vocabulary - self._known, self._table)
            add_grammar(decoder, ANSWERS, answers)
            decoder.activate_search(before)
        self._known |= answers.vocabulary

    @property
    def answering(self) -> bool:
        """Whether short answers are expected."""
        return bool(self._phrases)

    def _decoders(self) -> list[Any]:
        return [self._first, *(decoder for decoder, _ in self._others)]

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
        if self._loop is not None:
            found.append(hearing.search(self._loop))
        return self._opinion(found, len(hearing.speech))

    def judged(self, hearing: Hearing, *, open_ended: bool = False) -> str:
        """What the model that was moved furthest towards noise hears."""
        self._judge.activate_search(OPEN if open_ended else WHOLE_ONLY)
        found = self.text(self._search(hearing, self._judge)[0])
        self._judge.activate_search(WHOLE_ONLY)
        return found

    def agrees(self, text: str, hearing: Hearing, *, open_ended: bool = False) -> bool:
        """Whether the plain model hears this, however well it fits."""
        return self.text(self._plain(hearing, open_ended=open_ended)[0]) == text

    def _plain(self, hearing: Hearing, *, open_ended: bool) -> Hypothesis:
        self._first.activate_search(OPEN if open_ended else WHOLE_ONLY)
        return self._search(hearing, self._first)

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
        loop = () if self._loop is None else (self._loop,)
        return Running(self._first, *loop, search=OPEN)

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
        others = self._others
        if self._phrases:  # scores of a small and a large search of the rest differ
            others = [other for other in others if other[0] is self._judge]
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
        words, score = self._search(hearing, self._judge)
        meaning, said = self._meaning(text), [self.text(words).split()]
        if score is None or self.grammar.state_after(said[0]) is None:
            return -UNRIVALLED
        if self._meaning(" ".join(said[0])) != meaning:
            return -UNRIVALLED
        for _ in range(TRIES):
            words, other = hearing.search_other(self._judge, self.grammar, said)
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
        opened = self._opened(said)
        if " ".join(opened) in self._phrases:  # "yes" may be a polite word elsewhere
            return " ".join(opened)
        return " ".join(self._clean(list(opened)))

    def _votes(self, texts: Sequence[str]) -> dict[Hashable, list[str]]:
        """Texts by what they mean, in the order in which they were heard."""
        votes: dict[Hashable, list[str]] = {}
        for text in filter(None, texts):
            votes.setdefault(self._meaning(text), []).append(text)
        return votes


def _others(folder: Path | None) -> list[tuple[Any, float | None]]:
    """Decoders besides the plain one, and the noise floor each wants.

    A model that was moved towards noise tells sounds less far apart, so that words
    would weigh too much beside them: its language weight is lower.
    """
    if folder is None:
        return [(make_decoder({**WIDE, "lw": 3.0}, compare=True), OTHER_FLOOR_DB)]
    strict, loose = {**WIDE, "lw": 4.0}, {**WIDE, "lw": 1.0}
    raw = make_decoder(
        loose,
        means=folder / "raw.means",
        variances=folder / "raw.variances",
        remove_noise=False,
    )
    return [
        (make_decoder(strict, means=folder / "level.means"), None),
        (make_decoder(loose, means=folder / "moved.means", compare=True), None),
        (raw, None),
    ]
