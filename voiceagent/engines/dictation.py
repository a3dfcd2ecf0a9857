"""A recogniser of any words: of everything in general, or of what is talked about.

On the device, for speech that the grammar refused and that may not leave as audio. In
the region, with a language model of the documents, for the audio that edges send.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from voiceagent.engines.conditioning import condition
from voiceagent.engines.language_model import arpa, questions
from voiceagent.engines.sphinx import add_words, load_pocketsphinx, make_decoder

__all__ = ["Dictation"]

ABOUT = "about"
"""Name of the search with the model of the sentences."""
OPENINGS = ("hey jarvis", "alexa", "okay nabu", "hey mycroft")
"""Wake words that may stand before a question."""


class Dictation:
    """PocketSphinx with a language model; loaded when first asked."""

    name = "pocketsphinx, dictation"

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
                self._decoder = self._load()
            decoder = self._decoder
            decoder.start_utt()
            decoder.process_raw(samples.tobytes(), full_utt=True)
            decoder.end_utt()
            found = decoder.hyp()
        return _asked(str(found.hypstr)) if found is not None else ""

    def _load(self) -> Any:
        if not self._sentences:
            return load_pocketsphinx().Decoder(loglevel="FATAL")
        text, vocabulary = arpa(questions(self._sentences))
        decoder = make_decoder({"lw": 9.0, "wip": 0.5}, remove_noise=True)
        add_words(decoder, vocabulary, {})
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "about.lm"
            file.write_text(text, encoding="utf-8")
            decoder.add_lm_file(ABOUT, str(file))
        decoder.activate_search(ABOUT)
        return decoder


def _asked(text: str) -> str:
    """The words behind a wake word."""
    for opening in OPENINGS:
        text = text.removeprefix(opening).strip()
    return text
