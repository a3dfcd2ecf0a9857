"""Tables of a language for choosing among several things."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["ChoiceWords"]


class ChoiceWords(Struct, frozen=True, kw_only=True, eq=False):
    """How one of several things is named in an answer, besides its name."""

    before: frozenset[str]
    """Words in front of a name that change nothing."""
    behind: frozenset[str]
    """Words behind a name or a rank that stand for the thing."""
    telling: tuple[str, ...]
    """Cues between the thing and what tells it apart: `the one for seven`."""
    all_of_them: frozenset[str]
    both: frozenset[str]
    all_so_many: tuple[str, ...]
    """Before a number: `all three`."""
    of_them: frozenset[str]
    """Behind that number."""
    excepting: tuple[str, ...]
    """Between all and what is left out, the longer ones first."""
    joint: str
    """Stands for a comma."""
    joints: tuple[str, ...]
    """Cues between one thing and the next, the longer ones first."""
    number: str
    """Before a number that is a rank."""
    last: frozenset[str]
    """The rank of what comes last."""
    again: frozenset[str]
    """Whole answers that ask to hear the question again."""
    which: frozenset[str]
    """Whole answers that ask what may be answered."""
    meant: frozenset[str]
    """Words that may stand for the thing behind a yes: `yes, do it`."""
