"""Written text as it is said: digits and signs become words."""

from __future__ import annotations

import re

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import number_words

__all__ = ["spoken_number", "spoken_words"]

_SIGNS = language().speech.signs
_SYMBOLS = {sign: f" {_SIGNS[sign]} " for sign in "%\u00b0&+@"}
_SYMBOLS |= dict.fromkeys("\u2019`", "'")
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*'?")
_SYMBOL = re.compile("|".join(map(re.escape, _SYMBOLS)))


def spoken_words(text: str) -> list[str]:
    """Lower-case words as they are said: `"75% TV"` gives seventy five percent tv."""
    text = _SYMBOL.sub(lambda found: _SYMBOLS[found.group()], text.lower())
    words: list[str] = []
    for token in _TOKEN.findall(text):
        words += spoken_number(token) if token[0].isdigit() else [token.rstrip("'")]
    return words


def spoken_number(number: str) -> list[str]:
    """The words of a number given in digits: `"4.5"` gives four point five."""
    return number_words(float(number)).split()
