"""The pieces of words that a speech model writes in: text to numbers and back.

Byte-pair encoding as SentencePiece does it: a space is written as "▁" before a word,
and of neighbours that make a known piece, those are joined first that were learnt
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from voiceagent.errors import ModelError, ModelMissing

__all__ = ["BEGIN", "END", "Subwords"]

BEGIN, END = 1, 2
"""Of a sentence."""
SPECIAL = 3
"""Pieces before the 256 single bytes."""
BYTES = range(SPECIAL, SPECIAL + 256)
SPACE = "▁"
MOST_BYTES = 4 << 20
LONGEST = 2_000
"""Letters that are taken apart at once: the time grows with the square."""


class Subwords:
    """A vocabulary of pieces."""

    def __init__(self, file: Path, *, install: str) -> None:
        """Read a `tokenizer.bin`: a length and so many bytes for each piece.

        Raises `ModelMissing` or `ModelError`; `install`: what mends it.
        """
        self._pieces = _pieces(file, install)
        # Letters stand twice, as letters and as bytes: texts have the letters. Of the
        # same pieces the first one counts.
        numbers = [*range(BYTES.stop, len(self._pieces)), *BYTES]
        self._numbers: dict[bytes, int] = {
            self._pieces[number]: number for number in reversed(numbers)
        }

    def __len__(self) -> int:
        """How many pieces there are."""
        return len(self._pieces)

    def number(self, piece: str) -> int:
        """Of one piece that must be there, such as "."."""
        return self._numbers[piece.encode()]

    def split(self, text: str, *, glued: bool = False) -> tuple[int, ...]:
        """Numbers of the pieces of `text`; `glued`: no space before it."""
        shown = text[:LONGEST].replace(" ", SPACE)
        parts = [letter.encode() for letter in ("" if glued else SPACE) + shown]
        while len(parts) > 1:
            joined = [
                self._numbers.get(left + right, len(self._pieces))
                for left, right in zip(parts, parts[1:], strict=False)
            ]
            best = min(joined)
            if best == len(self._pieces):
                break
            at = joined.index(best)
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return tuple(number for part in parts for number in self._spelt(part))

    def join(self, numbers: Sequence[int]) -> str:
        """The text of pieces."""
        raw = b"".join(self._pieces[number] for number in numbers if number >= SPECIAL)
        return raw.decode("utf-8", "replace").replace(SPACE, " ").strip()

    def by_word(self, numbers: Sequence[int], values: Sequence[float]) -> list[float]:
        """The sum of the values of its pieces, for each word."""
        found: list[float] = []
        for number, value in zip(numbers, values, strict=True):
            if not found or self._pieces[number].startswith(SPACE.encode()):
                found.append(0.0)
            found[-1] += value
        return found

    def _spelt(self, part: bytes) -> list[int]:
        if part in self._numbers:
            return [self._numbers[part]]
        return [SPECIAL + byte for byte in part]  # a letter that is in no piece


def _pieces(file: Path, install: str) -> list[bytes]:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _broken(file, "it is too large", install)
        raw = file.read_bytes()
    except OSError as error:
        raise ModelMissing(
            f"there is no vocabulary `{file.name}`", cause=str(error), hint=install
        ) from error
    pieces: list[bytes] = []
    at = 0
    while at < len(raw):
        length, at = raw[at], at + 1
        if length >= 128 and at < len(raw):  # two bytes, the low seven bits first
            length, at = (raw[at] << 7) + length - 128, at + 1
        pieces.append(raw[at : at + length])
        at += length
    if at != len(raw) or len(pieces) <= BYTES.stop:
        raise _broken(file, "it ends in the middle", install)
    return pieces


def _broken(file: Path, cause: str, install: str) -> ModelError:
    return ModelError(
        f"vocabulary `{file.name}` cannot be used", cause=cause, hint=f"run `{install}`"
    )
