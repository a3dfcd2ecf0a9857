"""Words of a sentence with their places, and what they count as when read out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voiceagent.lang.languages import language

__all__ = [
    "DIGITS",
    "MULTIPLES",
    "SCALES",
    "TENS",
    "Span",
    "Token",
    "span_of",
    "tokens",
]

NUMBERS = language().numbers
DIGITS = {
    **{word: str(digit) for digit, word in enumerate(NUMBERS.ones[:10])},
    **NUMBERS.read_out.digits,
}
"""Read out digit by digit; those that are other words too only within a run."""
COUNTED = {word: str(value) for word, value in NUMBERS.values.items() if value >= 10}
TENS = frozenset(NUMBERS.tens)
SCALES = frozenset(NUMBERS.scales)
MULTIPLES = NUMBERS.read_out.multiples
WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Token:
    """One word."""

    text: str
    """Lower case."""
    start: int
    end: int
    capital: bool = False

    @property
    def bare(self) -> str:
        """Without a possessive: `anna's` is `anna`."""
        text = self.text.replace("\u2019", "'")
        return text[:-2] if text.endswith("'s") else text.rstrip("'")

    @property
    def digits(self) -> str:
        """As digits, where it is one or several; a word that may be something else
        (`to`, `for`) too."""
        if self.text.isdecimal():
            return self.text
        return DIGITS.get(self.text) or COUNTED.get(self.text, "")

    @property
    def is_number(self) -> bool:
        """Whether it is a number whatever stands around it."""
        return bool(self.digits) and self.text not in NUMBERS.read_out.not_digits


@dataclass(frozen=True, slots=True)
class Span:
    """Something private: letters `start` to `end` of the text."""

    start: int
    end: int
    kind: str
    """`NUMBER`, `NAME`, `EMAIL`, `ADDRESS`, `CODE`, `DATE` or `LINK`."""
    key: str = ""
    """The same secret has the same key, however it was said."""


def span_of(words: Sequence[Token], first: int, last: int, kind: str) -> Span:
    """The words from `first` to `last`."""
    part = words[first : last + 1]
    key = "".join(word.digits or word.text for word in part)
    return Span(part[0].start, part[-1].end, kind, key)


def tokens(text: str) -> list[Token]:
    """All words and numbers of `text`."""
    return [
        Token(m[0].lower(), m.start(), m.end(), m[0][0].isupper())
        for m in WORD.finditer(text)
    ]
