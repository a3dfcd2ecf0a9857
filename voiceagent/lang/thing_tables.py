"""Tables of a language for things that stand on lists, with or without an amount."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["ThingWords"]


class ThingWords(Struct, frozen=True, kw_only=True, eq=False):
    """How things are put on a list, besides their names."""

    before: frozenset[str]
    """Words in front of a thing that are no part of it."""
    behind: frozenset[str]
    """The same behind it."""
    few: frozenset[str]
    """Amounts that are no number."""
    measures: frozenset[str]
    """What things are counted in, one or many: `litres`, `bottle`."""
    of: str
    """Between a measure and the thing."""
    joints: tuple[str, ...]
    """Words between one thing and the next."""
    whole: tuple[str, ...]
    """Things with such a word in their name."""
    tasks: frozenset[str]
    """Words in the name of a list whose entries are sentences, and stay whole."""
    many: tuple[str, ...]
    """Endings of more than one, the longer ones first."""
    doubtful: frozenset[str]
    """Words that take a thing back rather than name it: `no milk`, `nothing`."""
    particles: frozenset[str]
    """Words of the verb that things are taken away with: `out`, `off`."""
    known: frozenset[str]
    """Things that are told apart where nobody says a joint between them."""
