"""What redaction and the privacy gate know of a language, as data.

Words are those that `privacy/redaction` reads out of a text: lower case, with their
apostrophes.
"""

from __future__ import annotations

from msgspec import Struct

from voiceagent.lang.name_tables import NameWords

__all__ = [
    "AbroadWords",
    "AmountWords",
    "PrivateTables",
    "SecretWords",
    "SpelledWords",
    "TopicWords",
]


class AbroadWords(Struct, frozen=True, kw_only=True, eq=False):
    """What streets are called elsewhere."""

    endings: frozenset[str]
    """Of a street, or alone behind its name; the number follows."""
    ring: frozenset[str]
    """The same, only behind one of `before_ring`: they end other words too."""
    before_ring: frozenset[str]
    before_names: frozenset[str]
    """Between a number and a name."""
    english: frozenset[str]
    """Those that are ordinary words here."""
    again: frozenset[str]
    """Behind a number that stands twice in a street."""
    before_numbers: frozenset[str]
    """Before a name, and the number follows."""
    particles: frozenset[str]
    """Small words of a name."""


class AmountWords(Struct, frozen=True, kw_only=True, eq=False):
    """Numbers that say nothing about who somebody is."""

    units: frozenset[str]
    before_years: frozenset[str]
    before_times: frozenset[str]
    joints: frozenset[str]
    """Said between groups of digits."""
    money: frozenset[str]
    """Units that are money elsewhere."""
    sums: frozenset[str]
    """Beside a number that something is done with."""
    known: frozenset[str]
    """Numbers that everybody knows, in figures."""
    articles: frozenset[str]
    """Before a year that tells of what something is: `a 1978 track`."""
    paired: frozenset[str]
    """Said between two amounts: `500 and 23`."""
    zeros: frozenset[str]
    """Begin a run of digits only where a digit follows."""
    decade: str
    """What is left of a year's plural: `1980's`."""


class SecretWords(Struct, frozen=True, kw_only=True, eq=False):
    """Secrets that a word announces."""

    codes: frozenset[str]
    told: frozenset[str]
    """Between what a code is for and the code: `the code on the back is`."""
    between: frozenset[str]
    """May stand between such a word and the secret."""
    passwords: frozenset[str]
    """What follows is secret whatever it looks like."""
    ends: frozenset[str]
    """Words that end a password."""
    alphabet: frozenset[str]
    """Words that stand for letters."""
    marks: frozenset[str]
    """Words that belong to a code besides letters and digits."""
    births: frozenset[str]
    """A date behind one of them is a birthday."""
    in_dates: frozenset[str]
    before_dates: frozenset[str]
    streets: frozenset[str]
    not_streets: frozenset[str]
    """Words that no street has in its name."""


class SpelledWords(Struct, frozen=True, kw_only=True, eq=False):
    """Addresses of mail and web, and letters one by one."""

    dot: str
    dots: frozenset[str]
    """All words for it."""
    dashes: frozenset[str]
    """Within a part of a domain."""
    at: str
    sign: str
    """May stand behind it."""
    domains: frozenset[str]
    joints: frozenset[str]
    """Between the parts of an address."""
    before: frozenset[str]
    """Words that count as digits and do not belong to an address behind them."""
    like: str
    """A word behind it stands for a letter: `a as in apple`."""
    likening: frozenset[str]
    """May stand between what is spelled and such a word."""
    fillers: frozenset[str]
    """Said between letters."""


class TopicWords(Struct, frozen=True, kw_only=True, eq=False):
    """What a turn is about."""

    personal: frozenset[str]
    asks: frozenset[str]
    orders: frozenset[str]
    general: frozenset[str]
    """They tell what a question is about and nothing about who asks."""


class PrivateTables(Struct, frozen=True, kw_only=True, eq=False):
    """All that redaction and the gate know of a language."""

    amounts: AmountWords
    secrets: SecretWords
    spelled: SpelledWords
    abroad: AbroadWords
    names: NameWords
    topics: TopicWords
