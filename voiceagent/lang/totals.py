"""What sums come to: fractions, or the reason why to nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import isqrt

__all__ = ["SumFault", "Total", "hundredth", "raised", "root", "worked"]

MOST_BITS = 2000
"""Of a result or a part of it; some six hundred figures."""


class SumFault(Enum):
    """Why a sum has no result."""

    ZERO = "divided by zero"
    LARGE = "too large"
    ROOT = "no such root"


@dataclass(frozen=True, slots=True)
class Total:
    """What a sum comes to."""

    value: Fraction
    exact: bool = True
    fault: SumFault | None = None
    """Where it comes to nothing."""
    steps: int = 0
    """How many times something was worked out."""


def hundredth(total: Total) -> Total:
    """A percentage as a part."""
    return Total(total.value / 100, total.exact, total.fault, total.steps)


def worked(sign: str, left: Total, right: Total) -> Total:
    """Two numbers with `+`, `-`, `*` or `/` between them."""
    steps = left.steps + right.steps + 1
    sound = left.exact and right.exact
    if fault := left.fault or right.fault:
        return Total(Fraction(0), sound, fault, steps)
    if sign == "/" and right.value == 0:
        return Total(Fraction(0), sound, SumFault.ZERO, steps)
    return _sized(OPERATIONS[sign](left.value, right.value), sound, steps)


OPERATIONS: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}


def _sized(value: Fraction, sound: bool, steps: int) -> Total:
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    fault = SumFault.LARGE if bits > MOST_BITS else None
    return Total(Fraction(0) if fault else value, sound, fault, steps)


def raised(base: Total, power: Fraction) -> Total:
    """A power of a number."""
    steps = base.steps + 1
    if base.fault:
        return Total(base.value, base.exact, base.fault, steps)
    if power.denominator != 1:
        return Total(Fraction(0), fault=SumFault.ROOT, steps=steps)
    if base.value == 0 and power < 0:
        return Total(Fraction(0), fault=SumFault.ZERO, steps=steps)
    whole = abs(base.value.numerator * base.value.denominator)
    if whole > 1 and abs(power) * (whole.bit_length() - 1) > MOST_BITS:
        return Total(Fraction(0), fault=SumFault.LARGE, steps=steps)
    return _sized(base.value ** int(power), base.exact, steps)


def root(inner: Total, root: int) -> Total:
    """A root of a number, to twelve places where it is not exact."""
    steps = inner.steps + 1
    if inner.fault:
        return Total(inner.value, inner.exact, inner.fault, steps)
    if inner.value < 0 and root % 2 == 0:
        return Total(Fraction(0), fault=SumFault.ROOT, steps=steps)
    size = abs(inner.value)
    upper, lower = (
        _whole_root(size.numerator, root),
        _whole_root(size.denominator, root),
    )
    found, sound = Fraction(upper, lower), True
    if found**root != size:
        scale = 10**12
        top = _whole_root(size.numerator * scale**root // size.denominator, root)
        found, sound = Fraction(top, scale), False
    return Total(
        -found if inner.value < 0 else found, inner.exact and sound, None, steps
    )


def _whole_root(number: int, root: int) -> int:
    """The largest whole number whose power is no larger."""
    if root == 2:
        return isqrt(number)
    low, high = 0, 1 << (number.bit_length() // root + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**root <= number else (low, middle - 1)
    return low
