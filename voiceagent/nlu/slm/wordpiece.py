"""Text to the pieces that our encoder reads, and from each piece back to the text.

The rules are BERT's uncased ones, so that ids are those the encoder was trained on:
lower case, no accents, punctuation apart, then the longest known pieces from the left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Encoded", "EncodedWord", "WordPiece", "split_words"]

LONGEST_WORD = 100
"""Characters; BERT's own limit, a longer word is unknown as a whole."""


@dataclass(frozen=True, slots=True)
class EncodedWord:
    """A word or a punctuation mark, in its normal form, and where it stands."""

    text: str
    start: int
    """First character in the original text."""
    end: int
    """One behind its last character."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sentence as the encoder reads it."""

    ids: tuple[int, ...]
    """Piece numbers, with the marks for beginning and end."""
    words: tuple[EncodedWord, ...]
    first: tuple[int, ...]
    """For each word, where its first piece stands in `ids`."""
    cut: bool
    """True where the text was too long and its end is missing."""


def split_words(text: str) -> Iterator[EncodedWord]:
    """The words of `text` from left to right; control characters part words."""
    start: int | None = None
    for place, character in enumerate(text):
        alone = _stands_alone(character)
        if start is not None and (alone or _parts(character)):
            yield from _word(text, start, place)
            start = None
        if alone:
            yield from _word(text, place, place + 1)
        elif start is None and not _parts(character):
            start = place
    if start is not None:
        yield from _word(text, start, len(text))


def _word(text: str, start: int, end: int) -> Iterator[EncodedWord]:
    plain = unicodedata.normalize("NFD", text[start:end].lower())
    kept = "".join(c for c in plain if not _dropped(c))
    if kept:
        yield EncodedWord(kept, start, end)


def _dropped(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in ("Mn", "Cf")


def _parts(character: str) -> bool:
    # Format characters (zero-width joiners) belong to their word and are dropped.
    return character.isspace() or unicodedata.category(character) in (
        "Cc",
        "Cn",
        "Co",
        "Cs",
    )


def _stands_alone(character: str) -> bool:
    code = ord(character)
    if code < 128:
        return character.isprintable() and not (character.isalnum() or code == 32)
    return unicodedata.category(character).startswith("P") or _ideograph(code)


def _ideograph(code: int) -> bool:
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x2FA1F
    )


class WordPiece:
    """Cuts words into the pieces of a vocabulary; safe to share between threads."""

    def __init__(self, vocabulary: Sequence[str], *, limit: int = 128) -> None:
        self._place = {piece: place for place, piece in enumerate(vocabulary)}
        self._begin, self._end = self._place["[CLS]"], self._place["[SEP]"]
        self._unknown = self._place["[UNK]"]
        self._limit = limit

    def encode(self, text: str) -> Encoded:
        """`text` as pieces, at most `limit` of them; cut at the end of a word."""
        ids, words, first = [self._begin], list[EncodedWord](), list[int]()
        cut = False
        for word in split_words(text):
            pieces = self._pieces(word.text)
            if len(ids) + len(pieces) >= self._limit:
                cut = True
                break
            first.append(len(ids))
            words.append(word)
            ids += pieces
        return Encoded((*ids, self._end), tuple(words), tuple(first), cut)

    def _pieces(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        pieces, start = list[int](), 0
        while start < len(word):
            piece, start = self._longest(word, start)
            if piece is None:
                return [self._unknown]
            pieces.append(piece)
        return pieces

    def _longest(self, word: str, start: int) -> tuple[int | None, int]:
        for end in range(len(word), start, -1):
            piece = self._place.get("##" * (start > 0) + word[start:end])
            if piece is not None:
                return piece, end
        return None, start
