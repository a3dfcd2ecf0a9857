"""The small model that reads: a sentence to an intent with slots, or "not mine"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from voiceagent.audio.arrays import Floats
from voiceagent.errors import ModelError
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.slm.heads import NOBODY, Heads, HeadsReading
from voiceagent.nlu.slm.protocol import NOT_MINE, Guess
from voiceagent.nlu.slm.wordpiece import WordPiece

__all__ = ["LONGEST", "IntentEncoder", "Slots", "TextEncoder"]

LONGEST = 2000
"""Characters; a longer text is no command, and is not read."""


class TextEncoder(Protocol):
    """Pieces of a text to vectors; blocking."""

    @property
    def vocabulary(self) -> Sequence[str]:
        """Its pieces, in BERT's way of writing."""
        ...

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        ...

    def embed(self, ids: Sequence[int]) -> Floats:
        """One row for every piece."""
        ...

    def close(self) -> None:
        """Free it."""
        ...


class Slots(Protocol):
    """Reads the slots of a guessed intent from its words."""

    def resolve(
        self,
        intent: str,
        text: str,
        spans: Sequence[tuple[int, int, str]] = (),
        /,
    ) -> Mapping[str, SlotValue] | None:
        """Slots as templates give them; None where one is missing or contradicted."""
        ...


class IntentEncoder:
    """An `Slm` made of an encoder, its heads and what knows the pack's values."""

    def __init__(
        self,
        encoder: TextEncoder,
        heads: Heads,
        slots: Slots,
        *,
        name: str,
        version: str = "",
    ) -> None:
        """`ModelError` where encoder and heads were not made for each other."""
        _check_pair(name, encoder, heads)
        self.name, self.version = name, version
        """Which model this is, and its version for the trace."""
        self._encoder, self._heads, self._slots = encoder, heads, slots
        self._pieces = WordPiece(heads.vocabulary, limit=heads.card.limit)

    def understand(self, text: str) -> Guess:
        """What `text` asks for; any length and script."""
        if len(text) > LONGEST:
            return Guess(None, reason="too long")
        words = spoken(text)
        reading = self.read(words)
        if isinstance(reading, str):
            return Guess(None, reason=reading)
        if reading.intent == NOBODY:
            return NOT_MINE
        slots = self._slots.resolve(reading.intent, words, reading.spans)
        if slots is None:
            reason = f"the slots of `{reading.intent}` are not in the words"
            return Guess(None, reason=reason)
        sure = reading.probability
        return Guess(Intent(reading.intent, dict(slots), sure, text), sure)

    def read(self, words: str) -> HeadsReading | str:
        """What the heads see in `words`, or the reason why they were not asked."""
        encoded = self._pieces.encode(words)
        if encoded.cut:
            return "too long"
        if not encoded.words:
            return "no words"
        return self._heads.read(encoded, self._encoder.embed(encoded.ids))

    def close(self) -> None:
        """Free the encoder."""
        self._encoder.close()


def _check_pair(name: str, encoder: TextEncoder, heads: Heads) -> None:
    cause = ""
    if encoder.width != heads.card.width:
        cause = f"vectors have {encoder.width} numbers, heads want {heads.card.width}"
    elif tuple(encoder.vocabulary) != heads.vocabulary:
        cause = "its tokenizer is not the one that the heads were trained with"
    if cause:
        hint = "install the model again; `voiceagent models verify` compares the hashes"
        raise ModelError(
            f"the parts of model `{name}` do not fit", cause=cause, hint=hint
        )
