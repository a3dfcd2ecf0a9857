"""Durations, times and days of a language: tables and nothing else.

The rules are sentence templates as packs write them (`docs/packs.md`), so that one
grammar is understood here, matched in commands, listened for and sampled:

    (a|b)       one of them
    [a]         perhaps
    <rule>      another rule
    {list:slot} a value of a list, kept in a slot
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["NumberSpan", "QuantityWords", "SayWords", "SlotTable"]


class NumberSpan(Struct, frozen=True):
    """Whole numbers in words."""

    first: int
    last: int
    times: int = 1
    """A value is the number said, times this."""


SlotTable = Mapping[str, str | int] | NumberSpan
"""What is said for each value of a slot."""


class SayWords(Struct, frozen=True, kw_only=True, eq=False):
    """What quantities are said with."""

    units: Mapping[str, tuple[str, str, int]]
    """Parts of a duration, the longest first: one, many, and how many seconds."""
    joint: str
    """Before the last of several parts."""
    nothing: str
    """A duration without any."""
    noon: str
    midnight: str
    oh: str
    """Before a single minute."""
    parts_of_day: tuple[tuple[int, str], ...]
    """From which hour on the day is called what."""
    near: Mapping[int, str]
    """Days from today that have a name."""
    on: str
    """Before another day."""
    the: str


class QuantityWords(Struct, frozen=True, kw_only=True, eq=False):
    """How durations, times and days are written, said and understood."""

    short: Mapping[str, tuple[str, str]]
    """Units as they are written behind figures: what is said for one, for many."""
    after: Mapping[str, tuple[str, str]]
    """Words that are short for such a unit behind a number in words."""
    loose: Mapping[str, str]
    """Words that are short for another one wherever they stand."""
    counts: tuple[str, ...]
    """Words besides numbers behind which a unit may be short."""
    single: frozenset[str]
    """Behind which it is one."""
    noughts: tuple[str, ...]
    """What people call the nought before a single minute."""
    parts: Mapping[int, tuple[str, str]]
    """A part behind a number, by its lower figure: one, many."""
    half: str
    """The first of them alone."""
    of: str
    """Between a day and its month."""
    time_cues: frozenset[str]
    """Behind which a number alone is an hour."""
    lists: Mapping[str, SlotTable]
    rules: Mapping[str, str]
    kinds: Mapping[str, str]
    """The rule for each kind of quantity."""
    say: SayWords
