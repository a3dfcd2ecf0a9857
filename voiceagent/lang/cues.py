"""Cues: what the words of a sentence may look like, written as data.

A cue is words, and a few signs that say what else may stand there:

    *           any word
    *ing  re*   one that ends, or begins, so
    ...         anything, also nothing
    (a|b)       one of them
    [a|b]       perhaps one of them; never last
    !(a|b)      what follows begins with none of them; always last

`"do not (say|make) [a|any] sound"` is one. A table of them is compiled once, into one
pattern over words in their spoken form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["any_of", "at_start", "cue_pattern", "somewhere"]

_PIECE = re.compile(r"!?\([^()]*\)|\[[^\[\]]*\]|[^\s()\[\]!|]+")


def at_start(cues: Iterable[str]) -> re.Pattern[str]:
    """Finds the first of `cues` that a sentence begins with."""
    return re.compile(rf"^{any_of(cues)}\b")


def somewhere(cues: Iterable[str]) -> re.Pattern[str]:
    """Finds cues wherever they stand; the earlier one of the table goes first."""
    return re.compile(rf"\b{any_of(cues)}\b")


def any_of(cues: Iterable[str]) -> str:
    """The part of a pattern that takes one of `cues`, the first that fits."""
    return f"(?:{'|'.join(map(cue_pattern, cues))})"


def cue_pattern(cue: str) -> str:
    """One cue as a part of a pattern; raises `ValueError` where it cannot be read."""
    pieces = _PIECE.findall(cue)
    if not pieces or _PIECE.sub("", cue).strip():
        raise ValueError(f"`{cue}` is no cue")
    if pieces[-1].startswith("[") or any(p.startswith("!") for p in pieces[:-1]):
        raise ValueError(f"cue `{cue}` ends in `[]`, or goes on behind `!`")
    return "".join(map(_piece, pieces)).removesuffix(" ")


def _piece(piece: str) -> str:
    """With the space behind it."""
    if piece == "...":
        return ".* "
    if piece.startswith("!"):
        return f"(?!{_words(piece[2:-1])})"
    if piece.startswith("["):
        return f"(?:(?:{_words(piece[1:-1])}) )?"
    if piece.startswith("("):
        return f"(?:{_words(piece[1:-1])}) "
    return f"{_words(piece)} "


def _words(words: str) -> str:
    return words.replace("*", r"\w+")
