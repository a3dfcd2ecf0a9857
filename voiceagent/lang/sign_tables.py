"""How signs beside numbers are said: tables of a language and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["SignWords"]


class SignWords(Struct, frozen=True, kw_only=True, eq=False):
    """Words for signs that would change what a number means if they were left out."""

    anywhere: Mapping[str, str]
    """Signs that are always said."""
    beside: Mapping[str, str]
    """Signs that are only said beside a number: elsewhere they are decoration."""
    pairs: Mapping[str, str]
    """Several plain characters that stand for one sign, beside a number."""
    units: Mapping[str, tuple[str, str]]
    """Units whose letters a voice may not know or may take for others: one, many."""
    lengths: Mapping[str, tuple[str, str]]
    """Units that are squared and cubed: one, many."""
    square: str
    cubic: str
    per: str
    powers: Mapping[int, str]
    """What is said behind a number for the most usual exponents."""
    to_the: str
    """Said before other exponents."""
    sub: str
    """Said before what stands below a number."""
    dot: str
    """Said for the stops in the name of a host."""
    parts: Mapping[int, tuple[str, str]]
    """Fractions by their lower number: one with its article, and many."""
    half: str
    """Said before an article instead of the first of `parts`."""
    over: str
    """Said between the numbers of a fraction that has no word."""
    of: str
    articles: tuple[str, str]
    """Before a consonant, and before a vowel."""
    vowels: str
    silent: frozenset[str]
    """Words that begin with a consonant that is not heard."""
    whole: frozenset[str]
    """Words behind a fraction that say of what it is a part."""
    no_thing: frozenset[str]
    """Words behind a fraction that are not the thing it is a part of."""
    many: str
    """Ending of a noun that stands for several."""
    scales: tuple[str, ...]
    """Words behind an amount of money that belong to the number."""
    short_scales: Mapping[str, str]
    """Letters that stand for such words right behind the amount."""
    one_coin: Mapping[str, str]
    """What is said for the sign of a currency behind a one."""
    measures: frozenset[str]
    """What a fraction in plain characters, such as 1/2, may be a part of: before other
    words it may be a day."""
    alphabet: str
    """How Unicode calls the letters that are said by their names beside a number."""
    unsaid: frozenset[str]
    """Words of a sign's Unicode name that say nothing."""
