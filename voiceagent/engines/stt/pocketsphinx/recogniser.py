"""Closed-domain recogniser: pocketsphinx searching the automaton of the templates.

Three passes over an utterance. While its first syllables are spoken a narrow search
gives the text so far; its channel estimate has to start from an average, which costs
accuracy. Once there is enough speech to know the channel, a wide search takes over,
measured against free phones: a sentence that explains the sound no better than those do
was not said. What is certain then is the result. Otherwise, when the speech has ended,
it is cut out and searched again with the channel of all of it; where the passes differ,
or the margin is small, further acoustic models are asked.

Nothing is carried from one utterance to the next, so results can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.moonshine.grammar_search import SecondEar
from voiceagent.engines.stt.moonshine.model import Moonshine, open_moonshine
from voiceagent.engines.stt.pocketsphinx.acoustic_models import open_models
from voiceagent.engines.stt.pocketsphinx.conditioning import Samples, dithered
from voiceagent.engines.stt.pocketsphinx.decoder import (
    add_grammar,
    make_decoder,
)
from voiceagent.engines.stt.pocketsphinx.lexicon import (
    Lexicon,
    lexicon_file,
    lexicon_of,
)
from voiceagent.engines.stt.pocketsphinx.panel import (
    Panel,
    PanelOpinion,
    heard_by_panel,
)
from voiceagent.engines.stt.pocketsphinx.passes import (
    FoundSentence,
    Passes,
    PassPolicy,
    PassStep,
    next_pass,
)
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.engines.stt.pocketsphinx.with_moonshine import Together, recognition
from voiceagent.errors import EngineFailed
from voiceagent.frontend.endpoint import WHOLE
from voiceagent.lang.spoken import number_words
from voiceagent.nlu.models.model_folder import find_model
from voiceagent.stt.config import SttConfig
from voiceagent.stt.grammar import Grammar
from voiceagent.stt.protocol import DOUBTFUL, OUTSIDE, UNFINISHED, Recognition
from voiceagent.stt.spoken_language import SpokenLanguage

__all__ = ["ACOUSTICS", "PocketSphinxStt", "make"]

ACOUSTICS = "acoustic-en"
"""The shipped acoustic models that were moved towards noise."""

NARROW = {"beam": 1e-30, "wbeam": 1e-20, "pbeam": 1e-30, "lw": 3.0}
"""Half the time of the default beams; good enough for text that is still tentative."""
CHANNEL = "40,3,-1"
"""Cepstral mean that the live pass of every utterance starts from (of the model)."""
LIVE = "live"
NUMBERS = frozenset(" ".join(map(number_words, range(100))).split())
MAX_BYTES = 30 * RATE * 2
"""Audio of one utterance that is kept; what comes later is not heard."""
ASKS = (PassStep.LISTEN, PassStep.CONFIRM, PassStep.SEARCH)
"""Steps after which more is known."""
NO_SPEECH = Recognition("", 0.0, False, "no speech")


def make(config: SttConfig, language: SpokenLanguage) -> PocketSphinxStt:
    """The recogniser of what may be said in that language."""
    grammar, table = language.grammar, language.pronunciations
    lexicon = language.kept("lexicon", lambda: lexicon_of(grammar.vocabulary, table))
    return PocketSphinxStt(
        grammar,
        pronunciations=table,
        acoustics=find_model(ACOUSTICS).folder,
        meaning=language.meaning,
        open_domain=language.open_domain,
        second=open_moonshine(config.second, language.spellings),
        lexicon=lexicon,
    )


class PocketSphinxStt:
    """`Stt` over a `Grammar`; about 0.05 of a core while somebody speaks."""

    name: str = "pocketsphinx"

    def __init__(
        self,
        grammar: Grammar,
        *,
        pronunciations: Mapping[str, Sequence[str]] | None = None,
        acoustics: Path | None = None,
        meaning: Callable[[str], Hashable] = str,
        open_domain: bool = False,
        second: Moonshine | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        """`pronunciations`: phones of the CMU dictionary by word, all ways it is said;
        `acoustics`: folder of further acoustic models; `meaning`: what a text means,
        so that models which differ in the wording alone agree; `open_domain`: what is
        outside the grammar is no noise, so that half a sentence must fit well;
        `second`: a recogniser of any words, asked together with this one; `lexicon`:
        how the words of the grammar are said, where that is known already.

        Raises `EngineMissing`, `EngineFailed`.
        """
        table = pronunciations or {}
        words = lexicon or lexicon_of(grammar.vocabulary, table)
        with lexicon_file(words) as file:
            self._live = make_decoder(NARROW, dictionary=file)
            models = open_models(acoustics, pair=second is not None, words=file)
        add_grammar(self._live, LIVE, grammar)
        self._panel = Panel(grammar, table, models, meaning=meaning)
        self._together = None
        if second is not None:
            self.name = f"{self.name} and {second.name}"
            ear = SecondEar(second, grammar)
            self._together = Together(self._panel, ear, meaning)
        policy = PassPolicy(second=second is not None)
        self._policy = policy.open_domain() if open_domain else policy
        self._expected: tuple[str, ...] = ()
        self._audio = bytearray()
        self._heard: Hearing | None = None
        self._running = self._panel.listen()
        self._ahead: PanelOpinion | None = None
        self._open = False
        self.decided_from: Passes | None = None
        """All that the last result hung on."""

    def expect(self, phrases: Sequence[str]) -> None:
        """Short answers possible from the next `start` on, besides commands."""
        self._expected = tuple(phrases)

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        if self._open:
            self._live.end_utt()
        self._audio.clear()
        self._heard = self._ahead = None
        self._running.drop()
        self._panel.expect(self._expected)
        if self._together is not None:
            self._together.expect(self._panel.grammar)
        self._live.reinit_feat()
        self._live.set_cmn(CHANNEL)
        self._live.start_utt()
        self._open = True

    def feed(self, pcm: bytes) -> str:
        """Take the next audio (any length) and give the text so far."""
        if not self._open:
            raise EngineFailed("the recogniser was fed before `start`")
        since = len(self._audio) // 2
        self._audio += pcm[: max(0, MAX_BYTES - len(self._audio))]
        self._running.follow(_samples(self._audio))
        if not self._running.going and self._ahead is None:
            self._feed_live(since)
        return self._live_text()

    def _feed_live(self, since: int) -> None:
        samples = _samples(self._audio[2 * since :])
        if len(samples):
            ready = dithered(samples, offset=since)
            self._live.process_raw(ready.tobytes(), False, False)

    def preview(self) -> Recognition:
        """The final pass over the audio so far; the utterance stays open.

        A sentence may be left unfinished here: not accepted, but with the words. Where
        it may as well be finished ("... twenty seconds" heard as "... twenty"), the
        whole one is given and said to be in doubt.
        """
        found = self._decide(open_ended=True)
        if found.reason != UNFINISHED or self._together is not None:
            return found
        said = found.text.rpartition(" ")[0]
        if not self._panel.first(self._hearing()).text.startswith(said):
            return found
        whole = self._decide()
        if whole.accepted and whole.text.startswith(said):
            return replace(whole, reason=DOUBTFUL)
        return found

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        if not self._open:
            raise EngineFailed("the recogniser was finished before `start`")
        self._open = False
        self._live.end_utt()
        return self._decide()

    def _decide(self, *, open_ended: bool = False) -> Recognition:
        hearing = self._hearing()
        known = Passes(
            samples=len(hearing.speech),
            unfinished=open_ended,
            answering=self._panel.answering,
        )
        while (step := next_pass(self._policy, known)) in ASKS:
            known = self._asked(step, known, hearing)
        self.decided_from = known
        return self._result(step, known, hearing)

    def _asked(self, step: PassStep, known: Passes, hearing: Hearing) -> Passes:
        """What is known after one more pass."""
        if step is PassStep.LISTEN:
            return replace(known, listened=True, ahead=self._found(self._listened()))
        if step is PassStep.CONFIRM:
            text = "" if known.ahead is None else known.ahead.text
            said = self._panel.agrees(text, hearing, open_ended=known.unfinished)
            return replace(known, confirmed=said)
        first = self._panel.first(hearing, open_ended=known.unfinished)
        return replace(known, guess=self._live_text(), first=self._found(first))

    def _result(self, step: PassStep, known: Passes, hearing: Hearing) -> Recognition:
        ahead, first = known.ahead, known.first
        match step:
            case PassStep.BOTH if self._together is not None:
                return self._both(self._together, known, hearing)
            case PassStep.AHEAD if ahead is not None:
                return heard_by_panel(ahead.opinion)
            case PassStep.FIRST if first is not None:
                return heard_by_panel(first.opinion)
            case PassStep.UNFINISHED if first is not None:
                return Recognition(first.text, 0.0, False, UNFINISHED)
            case PassStep.PANEL if first is not None:
                found = self._panel.all(first.opinion, hearing)
                return heard_by_panel(found, known.guess)
            case PassStep.OUTSIDE:
                return Recognition(known.guess, 0.0, False, OUTSIDE)
        return NO_SPEECH

    def _both(self, together: Together, known: Passes, hearing: Hearing) -> Recognition:
        ahead = None if known.usable is None else known.usable.opinion
        whole = self._is_whole
        found = together.decide(
            hearing, ahead, unfinished=known.unfinished, is_whole=whole
        )
        return recognition(found, whole=whole(found.text)) if found else NO_SPEECH

    def _found(self, opinion: PanelOpinion | None) -> FoundSentence | None:
        if opinion is None:
            return None
        words = opinion.text.split()
        number = not NUMBERS.isdisjoint(words)
        return FoundSentence(opinion, self._is_whole(opinion.text), number)

    def _is_whole(self, text: str) -> bool:
        return self._panel.grammar.progress(text.split()) in WHOLE

    def _listened(self) -> PanelOpinion | None:
        """What was found while the utterance was spoken; the same again while there
        is no more speech in it."""
        found = self._panel.heard(self._running, _samples(self._audio))
        if found is not None:
            self._ahead = found
        return self._ahead

    def _hearing(self) -> Hearing:
        """The audio so far; the same one again while there is no more of it."""
        audio = _samples(self._audio)
        if self._heard is None or len(self._heard.audio) != len(audio):
            self._heard = Hearing(audio)
        return self._heard

    def _live_text(self) -> str:
        if self._running.going:
            return self._panel.text(self._running.words())
        if self._ahead is not None:
            return self._ahead.text
        found = self._live.hyp()
        return "" if found is None else self._panel.text(str(found.hypstr).split())


def _samples(audio: bytearray) -> Samples:
    """All whole samples (a copy: the buffer goes on growing)."""
    whole = len(audio) // 2
    return np.frombuffer(bytes(audio[: 2 * whole]), dtype="<i2")
