"""How words are taken back in the same breath: tables of one language."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["CorrectionWords"]


class CorrectionWords(Struct, frozen=True, kw_only=True, eq=False):
    """What stands between the words that are taken back and those that are meant."""

    markers: tuple[str, ...]
    """Any number of them, one behind the other: `no sorry i meant`."""
    going_on: tuple[str, ...]
    """The same behind another one alone: `no make it`."""
    dropped: tuple[str, ...]
    """Behind a sentence, all of which they take back."""
    weak: str
    """The one that may be a word of the sentence as well: "no sugar"."""
    fillers: tuple[str, ...]
    """May stand beside them."""
    articles: tuple[str, ...]
    """What never follows the weak one where it means "none"."""
