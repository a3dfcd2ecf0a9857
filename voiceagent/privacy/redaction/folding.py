"""Words as plain letters: case, accents, apostrophes and hyphens say nothing there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

__all__ = ["PlainWord", "atoms", "folded", "spellings"]

APOSTROPHES = frozenset("'’‘‛`´′ʼʻʹʾʿ＇ˈ")
GAP, TIE = " ", "'"
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"}
"""How they are written where there are no accents; without them is the other way."""
SPOKEN = {
    **{"ç": "s", "ł": "w", "ş": "sh", "š": "sh", "ś": "sh", "č": "ch", "ć": "ch"},
    **{"ż": "zh", "ź": "zh", "ž": "zh", "ñ": "ny", "ğ": "", "ð": "th", "þ": "t"},
    **{"ß": "s", "é": "ay", "ț": "ts", "ă": "a", "ą": "on", "ę": "en"},
}
"""As who does not know the language writes what he hears."""


@dataclass(frozen=True, slots=True)
class PlainWord:
    """Letters with nothing between them."""

    text: str
    """Folded: `a` to `z` alone."""
    start: int
    end: int
    capital: bool
    tied: bool
    """An apostrophe, or nothing at all, is between it and the one before."""


@lru_cache(4096)
def _plain(letter: str) -> str:
    """The letters that one stands for; a gap, a tie, or nothing for a mark."""
    if letter in APOSTROPHES:
        return TIE
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return ""
    if not letter.isalnum():
        wide = unicodedata.normalize("NFKC", letter)
        return _plain(wide) if len(wide) == 1 and wide != letter else GAP
    plain = "".join(c for c in anyascii(letter).lower() if c.isalnum())
    return plain or GAP


def folded(text: str) -> str:
    """Its letters alone."""
    return "".join(c for letter in text for c in _plain(letter) if c.isalpha())


def spellings(text: str) -> frozenset[str]:
    """Its letters alone, in each way that its accents may be written without."""
    whole = unicodedata.normalize("NFC", text).lower()
    ways = (
        "".join(table.get(letter, letter) for letter in whole)
        for table in ({}, UMLAUTS, SPOKEN)
    )
    return frozenset(map(folded, ways))


def atoms(text: str) -> list[PlainWord]:
    """All runs of letters of a text, with their places; `AnnaSmith` has two."""
    return list(_atoms(text))


def _atoms(text: str) -> Iterator[PlainWord]:
    letters, start, end, capital = "", 0, 0, False
    tied = between = False
    for at, letter in enumerate(text):
        plain = _plain(letter)
        if not plain:  # a mark belongs to the letter before it
            end = at + 1 if letters else end
            continue
        inside = plain.isalpha()
        humped = inside and letter.isupper() and letters and text[at - 1].islower()
        if letters and (not inside or humped):
            yield PlainWord(letters, start, end, capital, tied)
            letters, tied = "", bool(humped)
        if not inside:
            tied = plain == TIE and not between
            between = True
            continue
        if not letters:
            start, capital = at, letter.isupper()
        letters, end, between = letters + plain, at + 1, False
    if letters:
        yield PlainWord(letters, start, end, capital, tied)
