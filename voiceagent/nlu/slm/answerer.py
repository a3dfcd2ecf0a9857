"""An instruct model that answers in its own words, and knows no calls at all."""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.nlu.slm.call_graph import JSON, call_graph
from voiceagent.nlu.slm.chat import Chat
from voiceagent.nlu.slm.constrained_decoding import ConstrainedWriter, WritingLimits
from voiceagent.nlu.slm.instruct import ChatDecoder
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.nlu.wonder import as_own, enough

__all__ = ["ROOM", "AnsweringSlm"]

SYSTEM = "Answer the question with one short and plain sentence."
ROOM = 256
"""Pieces that its context holds: more would be memory for nothing."""
PIECES = 40
"""Pieces of an answer."""
SURE = 0.65
"""Of its pieces, on average, from which on an answer is said: of sixty questions about
the world two are then answered wrongly, without it ten (`scripts/bench_answers.py`)."""
QUESTION = 96
"""Pieces of a question; what is longer is not answered."""


class AnsweringSlm:
    """An `Slm` whose guesses are never intents."""

    def __init__(
        self, decoder: ChatDecoder, *, name: str, version: str = "", template: str = ""
    ) -> None:
        """Reads its instructions at once; `template`: instead of the model's own."""
        self.stop: Callable[[], bool] = lambda: False
        """Looked at between two passes; True: no answer is wanted any more."""
        self.name, self.version = name, version
        """Which model this is, and its version for the trace."""
        self._decoder, self._writer = decoder, ConstrainedWriter(decoder)
        marks = {f"{mark}_token": decoder.special(mark) for mark in ("bos", "eos")}
        chat = Chat(template or decoder.chat_template, system=SYSTEM, marks=marks)
        before = decoder.tokenize(chat.before, special=True)
        self._before = [*decoder.opening(), *before]
        self._behind = decoder.tokenize(chat.behind, special=True)
        self._writer.warm(self._before)

    def understand(self, text: str) -> Guess:
        """What it would answer, as it may be said; no reply where it must not be."""
        pieces = self._decoder.tokenize(text)
        if not 0 < len(pieces) <= QUESTION:
            return Guess(None, reason="too long" if pieces else "no words")
        start = call_graph((), JSON, words=True)
        prompt = [*self._before, *pieces, *self._behind]
        limits = WritingLimits(pieces=PIECES, stop=self.stop, enough=enough)
        written = self._writer.write(prompt, start, limits)
        if written.reason == "cancelled":
            return Guess(None, reason=written.reason)
        reply = as_own(written.text)
        # How sure it was of a piece, on average: long answers are not doubted more.
        sure = written.probability ** (1 / max(1, written.pieces))
        if reply and sure < SURE:
            return Guess(None, sure, reason="not sure of its own words")
        reason = "" if reply else "nothing to say"
        return Guess(None, sure, reply=reply, reason=reason)

    def close(self) -> None:
        """Free the model."""
        self._decoder.close()
