"""How a number is said."""

from __future__ import annotations

from decimal import Decimal

from voiceagent.lang.languages import language

__all__ = ["HUNDRED", "NUMBER_VALUES", "THOUSAND", "number_words", "rank_words"]

NUMBERS = language().numbers
NUMBER_VALUES = NUMBERS.values
"""What the words below a hundred count."""
ONES, TENS = NUMBERS.ones, NUMBERS.tens
HUNDRED, THOUSAND = tuple(NUMBERS.scales)[:2]
SCALES = tuple(NUMBERS.scales.items())[::-1]


def number_words(number: int | float) -> str:
    """A number below a trillion in words: `four point five`, `one hundred twenty`."""
    if number < 0:
        return f"{NUMBERS.minus} {number_words(-number)}"
    if isinstance(number, float) and not number.is_integer():
        whole, _, digits = format(Decimal(str(number)), "f").partition(".")
        said = " ".join(ONES[int(digit)] for digit in digits)
        return f"{number_words(int(whole))} {NUMBERS.point} {said}"
    return _whole(int(number))


def _whole(number: int) -> str:
    if number < 20:
        return ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens - 2] + (f" {ONES[ones]}" if ones else "")
    name, size = next(scale for scale in SCALES if number >= scale[1])
    many, rest = divmod(number, size)
    return f"{_whole(many)} {name}" + (f" {_whole(rest)}" if rest else "")


def rank_words(number: int) -> str:
    """A place in a row, 1 to 99: `twenty first`."""
    ranks = NUMBERS.ordinals
    if number <= 20:
        return ranks[number - 1]
    tens, ones = divmod(number, 10)
    if not ones:
        return NUMBERS.tenths[tens - 2]
    return f"{TENS[tens - 2]} {ranks[ones - 1]}"
