"""Closed-domain recogniser: pocketsphinx searching the automaton of the templates.

Two passes over an utterance. While it is spoken a narrow search gives the text so far;
its channel estimate has to start from an average, which costs accuracy. When it has
ended, the speech is cut out, given a noise floor, and searched again with the channel
known and wide beams, against a loop of all phones: speech that the loop explains better
than any sentence of the grammar does is not for us.

Nothing is carried from one utterance to the next, so results can be repeated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from voiceagent.engines.conditioning import Samples, condition, dithered
from voiceagent.errors import EngineFailed, EngineMissing
from voiceagent.frames import RATE
from voiceagent.grammar import Grammar
from voiceagent.pronounce import pronounce
from voiceagent.stt import Recognition

__all__ = ["PocketSphinxStt"]

NARROW = {"beam": 1e-30, "wbeam": 1e-20, "pbeam": 1e-30}
"""Half the time of the default beams; good enough for text that is still tentative."""
WIDE = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80}
"""Against the default (1e-48, 7e-29, 1e-48): up to 4 points more commands right."""
CHANNEL = "40,3,-1"
"""Cepstral mean that the live pass of every utterance starts from (of the model)."""
PHONES = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T "
    "TH UH UW V W Y Z ZH"
).split()
LOOP = "++"
"""Marks the words of the phone loop, so that none is taken for a word of the grammar."""
LOOP_ENTRY = 1e-4
LOOP_PHONE = 1e-3
MAX_SECONDS = 30.0
"""Audio of one utterance that is kept; what comes later is not heard."""
SHORTEST = 0.15
"""Seconds of sound below which there is nothing to recognise."""


class PocketSphinxStt:
    """`Stt` over a `Grammar`; about 0.05 of a core while somebody speaks."""

    name = "pocketsphinx"

    def __init__(
        self, grammar: Grammar, *, pronunciations: Mapping[str, str] | None = None
    ) -> None:
        """`pronunciations`: phones of the CMU dictionary by word, before all others.

        Raises `EngineMissing`, `EngineFailed`.
        """
        self._live = _decoder(**NARROW)
        self._final = _decoder(**WIDE)
        for decoder in (self._live, self._final):
            _add_words(decoder, grammar, pronunciations or {})
        _add_grammar(self._live, grammar, loop=False)
        _add_grammar(self._final, grammar, loop=True)
        self._audio = bytearray()
        self._open = False

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        if self._open:
            self._live.end_utt()
        self._audio.clear()
        self._live.start_stream()
        self._live.set_cmn(CHANNEL)
        self._live.start_utt()
        self._open = True

    def feed(self, pcm: bytes) -> str:
        """Take the next audio (any length) and give the text so far."""
        if not self._open:
            raise EngineFailed("the recogniser was fed before `start`")
        room = int(MAX_SECONDS * RATE) * 2 - len(self._audio)
        whole = len(self._audio) % 2
        self._audio += pcm[: max(room, 0)]
        return self._partial(len(self._audio) - min(len(pcm), max(room, 0)) - whole)

    def _partial(self, since: int) -> str:
        samples = _samples(self._audio, since)
        if len(samples):
            ready = dithered(samples, offset=since // 2)
            self._live.process_raw(ready.tobytes(), False, False)
        return _text(self._live.hyp())

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        if not self._open:
            raise EngineFailed("the recogniser was finished before `start`")
        self._open = False
        self._live.end_utt()
        speech = condition(_samples(self._audio, 0))
        if len(speech) < SHORTEST * RATE:
            return Recognition("", 0.0, False, "no speech")
        return self._decide(speech)

    def _decide(self, speech: Samples) -> Recognition:
        hypothesis = _whole(self._final, speech)
        text = _text(hypothesis)
        if hypothesis is None:
            return Recognition("", 0.0, False, "outside the grammar")
        if LOOP in hypothesis.hypstr:
            guess = _text(self._live.hyp())
            return Recognition(guess, 0.0, False, "outside the grammar")
        return Recognition(text, 1.0, True, "in the grammar")


def _decoder(**options: float) -> Any:
    try:
        import pocketsphinx
    except ImportError as error:
        raise EngineMissing(
            "pocketsphinx",
            install="pip install 'voiceagent[edge]'",
            cause=str(error),
        ) from error
    # The best-path search over the lattice took up to 8 s on single recordings.
    config = pocketsphinx.Config(
        lm=None, bestpath=False, loglevel="FATAL", **options
    )
    return pocketsphinx.Decoder(config)
