"""The cepstral mean of an utterance, kept up while it is spoken.

The mean is what voice, microphone and room have in common over all sounds; taken away,
the sounds are left. PocketSphinx can be given one and goes on adding what it hears, as
if the given one had been heard for 500 frames: from its sum that of the fresh frames
can be had back, and a better mean of all can be given to it, at no cost.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceagent.engines.stt.pocketsphinx.conditioning import Samples
from voiceagent.engines.stt.pocketsphinx.decoder import utterance

__all__ = ["Channel", "frames"]

Mean = NDArray[np.float64]
HOP, WINDOW = 160, 410
LEAST = 20
"""Frames from which it is worth learning."""
GIVEN = 500
"""Frames that a mean counts for that was given to the decoder."""


def frames(samples: int) -> int:
    """Frames that the recogniser makes of that many samples."""
    return max(0, 1 + (samples - WINDOW) // HOP)


class Channel:
    """Mean over all frames so far of one utterance, for decoders that hear it."""

    def __init__(self, speech: Samples, *decoders: Any) -> None:
        """Begin with that of `speech`; `decoders` are free and then begin the
        utterance, `speech` first."""
        self._decoders = decoders
        meter = decoders[0]
        meter.reinit_feat()
        with utterance(meter):
            meter.process_raw(speech.tobytes(), True, True)
            self.mean = _values(meter.get_cmn(False))
        for decoder in decoders:
            decoder.reinit_feat()
        self._give()
        for decoder in decoders:
            decoder.start_utt()
        self._heard = 0

    def learn(self, samples: int) -> None:
        """Measure what follows from the mean of all `samples` heard by now."""
        heard = frames(samples)
        fresh, before = heard - self._heard, self._heard
        if fresh < LEAST:
            return
        total = _values(self._decoders[0].get_cmn(True))
        if before:
            mean = ((GIVEN + fresh) * total - GIVEN * self.mean) / fresh
            self.mean = (before * self.mean + fresh * mean) / heard
        self._heard = heard
        self._give()

    def _give(self) -> None:
        text = ",".join(f"{value:.4f}" for value in self.mean)
        for decoder in self._decoders:
            decoder.set_cmn(text)


def _values(text: str) -> Mean:
    return np.array([float(value) for value in str(text).split(",")])
