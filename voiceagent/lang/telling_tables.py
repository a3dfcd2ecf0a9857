"""How it is told why a command cannot be meant so: tables of one language."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["TellingWords"]


class TellingWords(Struct, frozen=True, kw_only=True, eq=False):
    """Sentences with their gaps, and where names stand in a command."""

    too_much: str
    """`number`, `unit` and `most`."""
    too_little: str
    """`number`, `unit` and `least`."""
    nothing: str
    """The same of none at all."""
    no_time: str
    unknown: str
    """`said`, `verb` and `there`."""
    one_is: str
    many_are: str
    more: str
    """For things that are not named: `many` of them."""
    joint: str
    """Between the last two names."""
    clock: frozenset[str]
    """Slots of a time of day."""
    article: str
    """Which templates have before a name."""
    the: frozenset[str]
    """Before a name."""
    before_rooms: frozenset[str]
    """Before a place."""
    particles: frozenset[str]
    """Behind a verb; a name may follow at once."""
    no_edges: frozenset[str]
    """No name begins or ends with one of them."""
    no_inside: frozenset[str]
    """No name has one of them in it: a second thing or a clause begins there."""
