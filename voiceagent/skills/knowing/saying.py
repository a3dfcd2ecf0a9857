"""Numbers as a person would tell them: exact while that is short, else about."""

from __future__ import annotations

from fractions import Fraction

from voiceagent.lang.number_words import number_words
from voiceagent.lang.totals import SumFault, Total

__all__ = ["FAULTS", "counted", "is_about", "measured", "said_result", "told"]

FAULTS = {
    SumFault.ZERO: "Nothing can be divided by zero",
    SumFault.LARGE: "That is too large for me",
    SumFault.ROOT: "There is no such number",
}
IN_FIGURES = 10**6
"""From here on words: nobody reads seven figures in a row."""
NAMED = 10**12
"""From here on numbers have no names that people use."""
PLACES = 2
"""Behind the point, where it would go on."""
EXACT_PLACES = 4
LEAST = Fraction(1)
"""Below it the first three figures that are no nought are told."""
SMALL = Fraction(1, 10**6)


def told(value: Fraction, exact: bool = True) -> str:
    """`56`, `about 3.33`, `about 1.27 times ten to the power of 30`."""
    about = "about " if is_about(value, exact) else ""
    return about + (f"minus {_size(-value)}" if value < 0 else _size(value))


def measured(value: Fraction, exact: bool = True) -> str:
    """As `told`; of what is measured three figures are enough, or a whole number."""
    short = _is_whole(value * 10**PLACES)
    if (exact and short) or abs(value) >= NAMED or 0 < abs(value) < SMALL:
        return told(value, exact)
    sign, size = "minus " if value < 0 else "", abs(value)
    places = (
        0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else _places(size)
    )
    return f"about {sign}{_figures(size, places)}"


def is_about(value: Fraction, exact: bool = True) -> bool:
    """Whether what is told of it is not all of it."""
    if not exact:
        return True
    if abs(value) >= NAMED or 0 < abs(value) < SMALL:
        return not _is_whole(value / Fraction(10) ** (_tens(abs(value)) - PLACES))
    return not _is_whole(value * 10**EXACT_PLACES)


def _is_whole(value: Fraction) -> bool:
    return value.denominator == 1


def _size(value: Fraction) -> str:
    if value >= NAMED:
        return _power(value)
    if 0 < value < SMALL:
        return _power(value)
    if _is_whole(value * 10**EXACT_PLACES):
        return _figures(value, EXACT_PLACES)
    return _figures(value, PLACES if value >= LEAST else _places(value))


def _places(value: Fraction) -> int:
    """Down to the third figure that counts."""
    places = 3
    while value * 10**places < 100:
        places += 1
    return places


def _figures(value: Fraction, places: int) -> str:
    whole, rest = divmod(round(value * 10**places), 10**places)
    behind = f"{rest:0{places}d}".rstrip("0") if places else ""
    if not behind:
        return f"{whole}" if whole < IN_FIGURES else number_words(whole)
    if whole < IN_FIGURES:
        return f"{whole}.{behind}"
    return (
        f"{number_words(whole)} point {' '.join(map(number_words, map(int, behind)))}"
    )


def _power(value: Fraction) -> str:
    tens = _tens(value)
    first = _figures(value / Fraction(10) ** tens, PLACES)
    if first == "10":
        first, tens = "1", tens + 1
    power = f"{tens}" if tens > 0 else f"minus {-tens}"
    return f"{first} times ten to the power of {power}"


def _tens(value: Fraction) -> int:
    """The power of ten of its first figure."""
    tens = len(f"{value.numerator}") - len(f"{value.denominator}")
    return tens if value >= Fraction(10) ** tens else tens - 1


def said_result(total: Total) -> str:
    """What a sum comes to, or why to nothing."""
    return FAULTS[total.fault] if total.fault else told(total.value, total.exact)


def counted(number: int, unit: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {unit}{'' if number == 1 else 's'}"
