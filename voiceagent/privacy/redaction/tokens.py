"""Words of a sentence with their places, and what they count as when read out."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["DIGITS", "MULTIPLES", "SCALES", "TEENS", "TENS", "Span", "Token", "tokens"]

DIGITS = {
    **{w: str(i) for i, w in enumerate("zero one two three four five six".split())},
    **{"seven": "7", "eight": "8", "nine": "9", "oh": "0", "o": "0", "nought": "0"},
    **{"nil": "0", "niner": "9", "naught": "0", "for": "4", "to": "2", "too": "2"},
}
"""Read out digit by digit; the last three only within a run of digits."""
HOMOPHONES = frozenset(("for", "to", "too", "o", "oh", "a", "ate", "won"))
TEENS = {
    word: str(number)
    for number, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen".split(),
        10,
    )
}
TENS = {
    word: str(number)
    for word, number in zip(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(),
        range(20, 100, 10),
        strict=True,
    )
}
SCALES = frozenset(("hundred", "thousand", "million", "billion"))
MULTIPLES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
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
        return DIGITS.get(self.text) or TEENS.get(self.text) or TENS.get(self.text, "")

    @property
    def is_number(self) -> bool:
        """Whether it is a number whatever stands around it."""
        return bool(self.digits) and self.text not in HOMOPHONES


@dataclass(frozen=True, slots=True)
class Span:
    """Something private: letters `start` to `end` of the text."""

    start: int
    end: int
    kind: str
    """`NUMBER`, `NAME`, `EMAIL`, `ADDRESS`, `CODE`, `DATE` or `LINK`."""
    key: str = ""
    """The same secret has the same key, however it was said."""


def tokens(text: str) -> list[Token]:
    """All words and numbers of `text`."""
    return [
        Token(m[0].lower(), m.start(), m.end(), m[0][0].isupper())
        for m in WORD.finditer(text)
    ]
