"""The small model that writes: a sentence to one compact call, or `none`.

Trained by us on `sentence`, a mark, `call`; no instructions in front, no words to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from voiceagent.lang.spoken import spoken
from voiceagent.nlu.slm.call_graph import COMPACT, call_graph
from voiceagent.nlu.slm.constrained_decoding import (
    ConstrainedWriter,
    Decoder,
    WritingLimits,
    Written,
)
from voiceagent.nlu.slm.instruct import guess_of
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.nlu.slm.tools import CallableIntent

__all__ = ["CALL", "GenerativeSlm", "OwnDecoder", "prompt_of"]

CALL = "|"
"""Stands between the sentence and its call."""
LONGEST_TEXT = 400
"""Characters; the sentences it was trained on have at most a hundred."""
PIECES = 40


class OwnDecoder(Decoder, Protocol):
    """A decoder that can be freed."""

    def opening(self) -> list[int]:
        """The pieces that every text begins with."""
        ...

    def close(self) -> None:
        """Free it."""
        ...


def prompt_of(sentence: str) -> bytes:
    """What the model reads before it writes; the same in training."""
    return f" {sentence}{CALL}".encode()


class GenerativeSlm:
    """An `Slm` made of our own decoder and the calls of a pack."""

    def __init__(
        self,
        decoder: OwnDecoder,
        tools: Sequence[CallableIntent],
        *,
        name: str,
        version: str = "",
    ) -> None:
        """Only valid calls of `tools` are ever written."""
        self.stop: Callable[[], bool] = lambda: False
        """Looked at between two passes; True: no answer is wanted any more."""
        self.last: Written | None = None
        """What the last sentence took."""
        self.name, self.version = name, version
        """Which model this is, and its version for the trace."""
        self._decoder, self._tools = decoder, tuple(tools)
        self._writer = ConstrainedWriter(decoder)

    def understand(self, text: str) -> Guess:
        """What `text` asks for; any length and script."""
        words = spoken(text) if len(text) <= LONGEST_TEXT else ""
        if not words:
            reason = "too long" if len(text) > LONGEST_TEXT else "no words"
            return Guess(None, reason=reason)
        start = call_graph(self._tools, COMPACT, sentence=words, none=True)
        cut = self._writer.cut_longest(prompt_of(words))
        if cut is None:
            return Guess(None, reason="letters it does not know")
        prompt = [*self._decoder.opening(), *cut]
        limits = WritingLimits(pieces=PIECES, stop=self.stop)
        self.last = self._writer.write(prompt, start, limits)
        return guess_of(self.last, text)

    def close(self) -> None:
        """Free the model."""
        self._decoder.close()
