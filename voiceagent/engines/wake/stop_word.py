"""The stop word, spotted while the agent makes sound or thinks.

A keyword search of pocketsphinx over the live microphone: it needs no wake word, no
grammar and no silence around it, so it also works when everything else is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.engines.stt.pocketsphinx.decoder import load_pocketsphinx
from voiceagent.frontend.config import WakeConfig

__all__ = ["StopWord", "make"]

PHRASES: Mapping[str, str] = {"stop": "S T AA P"}
"""Word and its phones in the CMU dictionary."""
THRESHOLD = 1e-10
"""Low on purpose: a reply cut by mistake costs a "repeat", one that cannot be stopped
costs the user. Measured: 85 % of single synthetic "stop" at 30 dB, 0.6 false ones a
minute of talk (it only listens while the agent speaks)."""


class StopWord:
    """A `WakeWord` detector for the stop word; about 5 % of a core while it listens."""

    name = "pocketsphinx-keyword"
    words = tuple(PHRASES)

    def __init__(self) -> None:
        """Raises `EngineMissing`."""
        pocketsphinx = load_pocketsphinx()
        model = pocketsphinx.get_model_path("en-us/en-us")
        self._decoder: Any = pocketsphinx.Decoder(
            hmm=model, lm=None, dict=None, kws_threshold=THRESHOLD, loglevel="FATAL"
        )
        for word, phones in PHRASES.items():
            self._decoder.add_word(word, phones, True)
            self._decoder.add_keyphrase("stop", word)
        self._decoder.activate_search("stop")
        self._open = False

    def push(self, pcm: bytes) -> Mapping[str, float]:
        """1.0 for the stop word in the frame that completes it."""
        if not self._open:
            self._decoder.start_utt()
            self._open = True
        self._decoder.process_raw(pcm, False, False)
        found = self._decoder.hyp() is not None
        if found:
            self.reset()
        return {self.words[0]: float(found)}

    def reset(self) -> None:
        """Forget the audio so far."""
        if self._open:
            self._decoder.end_utt()
            self._open = False


def make(config: WakeConfig) -> StopWord:
    """The same for every configuration."""
    return StopWord()
