"""The final search, made while somebody still speaks.

A whole utterance is searched best with its own cepstral mean, known only at its end. But
the mean of its first part is nearly as good: of 147 clear orders as many are right with
the mean of the first third. So the search begins as soon as that much was said, catches
up, and is done with the last word; only what it is not sure of is searched again.
"""

from __future__ import annotations

from typing import Any

from voiceagent.engines.conditioning import (
    Samples,
    dithered,
    noise_floor,
    speech_span,
)
from voiceagent.engines.sphinx import Hypothesis, hypothesis, mean_of
from voiceagent.frames import RATE

__all__ = ["Running"]

ENOUGH = 0.7
"""Seconds of speech whose cepstral mean serves for the rest."""
MARGINS = 0.6
"""Seconds that `speech_span` keeps around the speech."""
MORE = 0.3
"""Seconds by which the speech must have grown for a search that ended to begin again."""
DRIFT = 20.0
"""Change of the cepstral mean (sum over its coefficients) up to which the search is as
good as one with the final mean; one in eight home commands changes more."""
STEP = RATE // 10
"""Samples searched at a time, so that any chunking of the audio gives the same."""


class Running:
    """Several decoders fed with the audio of one utterance as it comes."""

    def __init__(self, *decoders: Any) -> None:
        """The first one's cepstral mean is used by all."""
        self._decoders = decoders
        self._going = False
        self._begun = self._upto = self._ended = self._seen = 0
        self._floor = 0.0
        self._mean = ""
        self.steady = False
        """Whether the mean at the end was about the one that the search began with."""

    @property
    def going(self) -> bool:
        """Whether enough was said, and the decoders listen."""
        return self._going

    @property
    def samples(self) -> int:
        """Length of the audio that was searched."""
        return self._upto - self._begun

    def drop(self) -> None:
        """Forget the utterance; the decoders are free."""
        self._stop()
        self._begun = self._upto = self._ended = self._seen = 0

    def follow(self, audio: Samples) -> None:
        """Search what `audio` (all of the utterance) has more than last time."""
        for upto in range(self._seen + STEP, len(audio) + 1, STEP):
            self._seen = upto
            if self._going or self._start(audio[:upto]):
                self._search(audio[:upto])

    def words(self) -> list[str]:
        """The first decoder's words so far."""
        return hypothesis(self._decoders[0])[0] if self._going else []

    def end(self, audio: Samples) -> list[Hypothesis]:
        """What each decoder makes of the whole; nothing if none was begun."""
        self.follow(audio)
        if not self._going:
            return []
        self._search(audio)
        self._stop()
        self._ended = len(audio)
        found = [hypothesis(decoder) for decoder in self._decoders]
        mean = self._mean_of(*speech_span(audio), audio)
        self.steady = _distance(self._mean, mean) <= DRIFT
        return found

    def _start(self, audio: Samples) -> bool:
        first, last = speech_span(audio)
        if last - first < (ENOUGH + MARGINS) * RATE:
            return False
        if self._ended and last < self._ended + MORE * RATE:
            return False
        self._begun = self._upto = first
        self._floor = noise_floor(audio[first:last])
        self._mean = self._mean_of(first, last, audio)
        for decoder in self._decoders:
            decoder.reinit_feat()
            decoder.set_cmn(self._mean)
            decoder.start_utt()
        self._going = True
        return True

    def _search(self, audio: Samples) -> None:
        fresh = audio[self._upto :]
        if not len(fresh):
            return
        ready = dithered(fresh, floor=self._floor, offset=self._upto - self._begun)
        self._upto = len(audio)
        for decoder in self._decoders:
            decoder.process_raw(ready.tobytes(), False, False)

    def _mean_of(self, first: int, last: int, audio: Samples) -> str:
        speech = dithered(audio[first:last], floor=self._floor)
        return mean_of(self._decoders[0], speech)

    def _stop(self) -> None:
        if self._going:
            for decoder in self._decoders:
                decoder.end_utt()
        self._going = False


def _distance(mean: str, other: str) -> float:
    """How far two cepstral means are apart, the loudness (the first value) apart."""
    pairs = list(zip(mean.split(","), other.split(","), strict=True))
    return sum(abs(float(one) - float(two)) for one, two in pairs[1:])
