"""How commands are put together: tables of one language."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["PartWords"]


class PartWords(Struct, frozen=True, kw_only=True, eq=False):
    """Words between the parts of a sentence, and for what was spoken of before."""

    joints: tuple[str, ...]
    """Between two commands, or two things."""
    both: frozenset[str]
    """Before two things that are joined; it says nothing more."""
    exceptions: tuple[str, ...]
    """Before what is to be left as it is."""
    inside: str
    """Before the place that an exception names."""
    corrections: tuple[str, ...]
    """Between what was said and what was meant."""
    anew: tuple[str, ...]
    """At the start of a turn that corrects the one before."""
    referring: frozenset[str]
    """Words for the thing spoken of just now."""
    there: str
    """The place of it."""
    again: frozenset[str]
    """Sentences that ask for the last command once more."""
