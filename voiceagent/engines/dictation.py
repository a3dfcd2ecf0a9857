"""The device's general recogniser: any words, and often the wrong ones.

Only for speech that the grammar refused and that may not leave as audio: its words go
to a larger tier marked as uncertain.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np

from voiceagent.engines.conditioning import condition
from voiceagent.engines.sphinx import load_pocketsphinx

__all__ = ["Dictation"]


class Dictation:
    """PocketSphinx with its general language model; loaded when first asked."""

    name = "pocketsphinx, general model"

    def __init__(self, sentences: Sequence[str] = ()) -> None:
        """`sentences`: what will be talked about; none: anything."""
        self._sentences = sentences
        self._decoder: Any = None
        self._lock = Lock()

    def words(self, pcm: bytes) -> str:
        """What is said in 16 kHz PCM16; blocking; empty where nothing is made out."""
        samples = condition(np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2"))
        with self._lock:
            if self._decoder is None:
                package = load_pocketsphinx()
                self._decoder = package.Decoder(loglevel="FATAL", bestpath=True)
            decoder = self._decoder
            decoder.start_utt()
            decoder.process_raw(samples.tobytes(), full_utt=True)
            decoder.end_utt()
            found = decoder.hyp()
        return "" if found is None else str(found.hypstr)
