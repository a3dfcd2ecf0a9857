"""How sums are said in a language: tables and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["SumOrder", "SumWords"]


class SumOrder(Struct, frozen=True):
    """A way to say a sum with what is done in front."""

    before: str
    between: str
    sign: str
    swapped: bool = False
    """What is said first is the second number: `subtract five from eight`."""


class SumWords(Struct, frozen=True, kw_only=True, eq=False):
    """Words between, before and behind the numbers of a sum."""

    operators: Mapping[str, str]
    """Words to `+`, `-`, `*` or `/`."""
    percent: tuple[str, ...]
    of: str
    off: str
    """Behind a percentage: it is taken away."""
    multiples: Mapping[str, int]
    """Said before a number, it is taken so many times."""
    powers: Mapping[str, int]
    """Said behind a number."""
    powers_of: Mapping[str, int]
    """The same, said before it."""
    power: str
    """Between a number and its exponent."""
    roots: Mapping[str, int]
    """Said before a number."""
    orders: tuple[SumOrder, ...]
    signs: Mapping[str, str]
    """What is written between figures, in words."""
