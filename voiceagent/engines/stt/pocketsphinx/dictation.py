"""A recogniser of any words: of everything in general, or of what is talked about.

On the device, for speech that the grammar refused and that may not leave as audio. In
the region, with a language model of the documents, for the audio that edges send.

Where the neural recogniser is there, it hears anything, and better; where there are
documents as well, it judges what their language model makes of the sound. Of 66 spoken
questions about the sample documents (three synthetic voices) the language model alone
finds the passage of 46, the neural one of 39, the two together of 53.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np

from voiceagent.engines.registry import DictationWanted
from voiceagent.engines.stt.moonshine.grammar_search import SecondEar
from voiceagent.engines.stt.moonshine.model import open_moonshine
from voiceagent.engines.stt.pocketsphinx.decoder import (
    add_words,
    load_pocketsphinx,
    make_decoder,
    utterance,
)
from voiceagent.engines.stt.pocketsphinx.language_model import arpa, questions
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.store.scratch import ScratchFolder
from voiceagent.stt.grammar import Grammar

__all__ = ["Dictation", "make"]

ABOUT = "about"
"""Name of the search with the model of the sentences."""
FITS = 2.5
"""Log likelihood for each word that what the documents suggest may lack against the
likeliest words of all: anything from 1 to 4 does as well."""
OPENINGS = ("hey jarvis", "alexa", "okay nabu", "hey mycroft")
"""Wake words that may stand before a question."""


class Dictation:
    """The recognisers that are there, each loaded when first asked."""

    name = "dictation"

    def __init__(self, sentences: Sequence[str] = (), *, second: str = "none") -> None:
        """`sentences`: what will be talked about; none: anything; `second`: whether to
        ask the neural recogniser ("auto": where it is installed)."""
        self._sentences, self._wanted = sentences, second
        self._decoder: Any = None
        self._lock = Lock()

    def words(self, pcm: bytes) -> str:
        """What is said in 16 kHz PCM16; blocking; empty where nothing is made out."""
        hearing = Hearing(np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2"))
        with self._lock:
            ear = self._ear
            sound = ear.sound(hearing) if ear else None
            if ear is None or sound is None:
                return self._about(hearing)
            said = ear.said(sound)
            about = self._about(hearing) if self._sentences else ""
            judged = ear.few(sound, [about]) if about else []
        fits = judged and judged[0].score - said.score > -FITS * len(about.split())
        return about if fits else said.text

    @cached_property
    def _ear(self) -> SecondEar | None:
        model = open_moonshine(self._wanted)
        openings = tuple(tuple(opening.split()) for opening in OPENINGS)
        grammar = Grammar((), frozenset(), openings=openings)
        return SecondEar(model, grammar) if model else None

    def _about(self, hearing: Hearing) -> str:
        """What PocketSphinx hears."""
        if self._decoder is None:
            self._decoder = self._load()
        decoder, pcm = self._decoder, hearing.speech.tobytes()
        if not pcm:
            return ""
        with utterance(decoder):
            decoder.process_raw(pcm, full_utt=True)
        found = decoder.hyp()
        return _asked(str(found.hypstr)) if found is not None else ""

    def _load(self) -> Any:
        if not self._sentences:
            return load_pocketsphinx().Decoder(loglevel="FATAL")
        text, vocabulary = arpa(questions(self._sentences))
        decoder = make_decoder({"lw": 9.0, "wip": 0.5}, remove_noise=True)
        add_words(decoder, vocabulary, {})
        with ScratchFolder() as folder:
            file = folder.path / "about.lm"
            file.write_text(text, encoding="utf-8")
            decoder.add_lm_file(ABOUT, str(file))
        decoder.activate_search(ABOUT)
        return decoder


def make(wanted: DictationWanted) -> Callable[[bytes], str]:
    """16 kHz PCM16 to words; the models are loaded with the first ones."""
    return Dictation(wanted.sentences, second=wanted.second).words


def _asked(text: str) -> str:
    """The words behind a wake word."""
    for opening in OPENINGS:
        text = text.removeprefix(opening).strip()
    return text
