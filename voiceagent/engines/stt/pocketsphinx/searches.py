"""One stretch of audio under the searches of several decoders, each made only once.

When speech pauses, the same audio is asked for a sentence that may be unfinished, for a
whole one, for its rivals, and again when the turn ends there: on the way to an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from voiceagent.engines.stt.moonshine.model import Sound
from voiceagent.engines.stt.pocketsphinx.conditioning import (
    Samples,
    condition,
    speech_span,
)
from voiceagent.engines.stt.pocketsphinx.decoder import Hypothesis, search, search_other
from voiceagent.stt.grammar import Grammar

__all__ = ["Hearing"]


class Hearing:
    """Speech made ready, and what was found in it; decoders must outlive it."""

    def __init__(self, audio: Samples) -> None:
        self.audio = audio
        self.speech = condition(audio)
        """The speech in it, over the usual noise floor."""
        self._found: dict[tuple[object, ...], Hypothesis] = {}
        self._sound: tuple[Sound | None] | None = None

    def search(self, decoder: Any, *, floor_db: float | None = None) -> Hypothesis:
        """What the decoder's active search finds; `floor_db`: another noise floor."""
        key = (id(decoder), decoder.current_search(), floor_db)
        if key not in self._found:
            speech = self.speech
            if floor_db is not None:
                speech = condition(self.audio, floor_db=floor_db)
            self._found[key] = search(decoder, speech)
        return self._found[key]

    def sound(self, listen: Callable[[Samples], Sound | None]) -> Sound | None:
        """The speech as the neural recogniser hears it, listened to once."""
        if self._sound is None:
            first, last = speech_span(self.audio)
            self._sound = (listen(self.audio[first:last]),)
        return self._sound[0]

    def search_other(
        self, decoder: Any, grammar: Grammar, texts: Sequence[Sequence[str]]
    ) -> Hypothesis:
        """The best sentence of `grammar` that is none of `texts`."""
        key = (id(decoder), *map(tuple, texts))
        if key not in self._found:
            self._found[key] = search_other(decoder, grammar, texts, self.speech)
        return self._found[key]
