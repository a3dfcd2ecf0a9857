"""The final search, made while somebody still speaks.

A whole utterance is searched best with its own cepstral mean, known at its end. But
the mean of its first part, made better as it goes on, is nearly as good. So the search
begins as soon as that much was said, catches up, and is done with the last word; only
what it is not sure of is searched again.
"""

from __future__ import annotations

from typing import Any

from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.pocketsphinx.cepstral_mean import Channel
from voiceagent.engines.stt.pocketsphinx.conditioning import (
    MARGIN,
    Samples,
    dithered,
    noise_floor,
    speech_span,
)
from voiceagent.engines.stt.pocketsphinx.decoder import Hypothesis, hypothesis

__all__ = ["Running"]

ENOUGH = 0.4
"""Seconds of speech whose cepstral mean is good enough to begin with."""
MORE = 0.05
"""Seconds by which the speech has grown when a search that ended begins again: as far
as the loudness is smoothed."""
STEP = RATE // 10
"""Samples searched at a time, so that any chunking of the audio gives the same."""


class Running:
    """Several decoders fed with the audio of one utterance as it comes."""

    def __init__(self, *decoders: Any, search: str) -> None:
        """The first one is asked for `search`, and its cepstral mean is used by all."""
        self._decoders, self._named = decoders, search
        self._floor = 0.0
        self._channel: Channel | None = None
        self.drop()

    _begun: int
    """Sample that the search began with."""
    _upto: int
    """Sample before which all is searched."""
    _ended: int
    """Length of the audio when the last search ended; 0 before."""
    _seen: int
    """Samples that were looked at, whether searched or not."""

    @property
    def going(self) -> bool:
        """Whether enough was said, and the decoders listen."""
        return self._channel is not None

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
            if self.going or self._start(audio[:upto]):
                self._search(audio[:upto])

    def words(self) -> list[str]:
        """The first decoder's words so far."""
        return hypothesis(self._decoders[0])[0] if self.going else []

    def end(self, audio: Samples) -> list[Hypothesis]:
        """What each decoder makes of the whole; nothing if none was begun."""
        self.follow(audio)
        if not (self.going or self._start(audio)):
            return []
        self._search(audio)
        self._stop()
        self._ended = len(audio)
        return [hypothesis(decoder) for decoder in self._decoders]

    def _start(self, audio: Samples) -> bool:
        first, last = speech_span(audio)
        if last - first < (ENOUGH + 2 * MARGIN) * RATE:
            return False
        if self._ended and not self._spoken_since(audio):
            return False
        self._begun = self._upto = first
        self._floor = noise_floor(audio[first:last])
        speech = dithered(audio[first:last], floor=self._floor)
        # Other questions may have been asked since the last time.
        self._decoders[0].activate_search(self._named)
        self._channel = Channel(speech, *self._decoders)
        return True

    def _spoken_since(self, audio: Samples) -> bool:
        return speech_span(audio, margin=0.0)[1] > self._ended + MORE * RATE

    def _search(self, audio: Samples) -> None:
        fresh = audio[self._upto :]
        if not len(fresh):
            return
        ready = dithered(fresh, floor=self._floor, offset=self._upto - self._begun)
        self._upto = len(audio)
        for decoder in self._decoders:
            decoder.process_raw(ready.tobytes(), False, False)
        if self._channel is not None:
            self._channel.learn(self.samples)

    def _stop(self) -> None:
        if self.going:
            for decoder in self._decoders:
                decoder.end_utt()
        self._channel = None
