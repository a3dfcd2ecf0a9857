"""Words for when, and on what condition, a command is to be done: of one language."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["LaterWords"]


class LaterWords(Struct, frozen=True, kw_only=True, eq=False):
    """What is said beside a command that is not for now."""

    rules: Mapping[str, str]
    """Times in the notation of `quantity_tables.py`, by what they say: `time`, `day`,
    `repeat`, `while`."""
    hints: frozenset[str]
    """Words of which each time has one, or the name of a month or a day."""
    inside: tuple[str, ...]
    """Before a while of any length: `in ten thousand hours`."""
    clock: tuple[str, ...]
    """Before a time of day, be there one such or not: `at twenty five oh oh`."""
    long: Mapping[str, int]
    """Units of which even few may be too far away, in days."""
    hours: frozenset[str]
    """Words besides numbers that may stand in such a time."""
    vague: tuple[str, ...]
    """A time that has to be asked for."""
    at_once: tuple[str, ...]
    """It is not put off, beside something that is."""
    sure: frozenset[str]
    """Before a number alone that is an hour; behind any other word it may be an
    amount: `by five`."""
    past: tuple[str, ...]
    """A time that is over, with what may end one: `ago`."""
    ago: str
    waits: Mapping[str, str]
    """Words before somebody who comes or goes: `wait`, `each` (every time), `if`."""
    whos: Mapping[str, str]
    """Who is meant by words that are no name: `i`, `any`, `all`, `none`."""
    places: Mapping[str, str]
    """What somebody does: `home` or `away`."""
    whole: Mapping[str, tuple[str, str]]
    """The same in one: who, and where."""
    clauses: Mapping[str, str]
    """Words before what cannot be waited for, each with how it is refused; the
    clause stands in the gap."""
    moments: tuple[str, ...]
    """Moments that no clock tells: `sunset`."""
    ats: tuple[str, ...]
    """Words before one of them."""
    spans: tuple[str, ...]
    """Rules of times through which something would last."""
    takes_back: frozenset[str]
    """Sentences that take back what was planned just now."""
    anew: tuple[str, ...]
    """Before another time for it."""
    behind: frozenset[str]
    """Behind it."""
    moved: Mapping[str, int]
    """Behind a while by which it is moved: further on, or back."""
    verbs: frozenset[str]
    """First words of commands that are said back as they are, besides the `verbs` of
    commands."""
    mirrored: Mapping[str, str]
    """The user's words in the mouth of the agent, besides those of commands."""
