"""Sums in words: understood, and worked out exactly.

    sum_of("fifteen percent of eighty").value  # Fraction(12)
    sum_of("seven")  # None: nothing is to be done with it

Powers and roots bind before times and divided by, these before plus and minus; "half
of" and "fifteen percent of" take what stands next to them. Numbers are those of
`lang/numerals.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from voiceagent.lang.languages import language
from voiceagent.lang.numerals import readings
from voiceagent.lang.spoken import spoken
from voiceagent.lang.totals import Total, hundredth, raised, root, worked

__all__ = [
    "exact",
    "number_vocabulary",
    "sum_ends",
    "sum_of",
    "sum_vocabulary",
]

WORDS, NUMBERS = language().sums, language().numbers
MOST_WORDS = 80
LIKELY = 1000
"""The largest lower figure that a number which is no decimal was said with."""
SHORT = 15
"""Figures up to which a number in binary is the one that was said."""
_T = TypeVar("_T")
_Ends = list[tuple["Total", int]]


def exact(number: float) -> Fraction:
    """The number that was said; `readings` gives the nearest one in binary."""
    if isinstance(number, int) or number.is_integer():
        return Fraction(int(number))
    if len(repr(number).lstrip("-0.").replace(".", "")) < SHORT:
        return Fraction(repr(number))
    return Fraction(number).limit_denominator(LIKELY)


def sum_of(text: str) -> Total | None:
    """What `text` comes to; None where it is no sum, or more than one."""
    words = spoken(text).split()
    for total, end in _sums(words, 0):
        if end == len(words):
            return total
    return None


def sum_ends(words: Sequence[str], at: int) -> Iterator[int]:
    """The places behind every sum that begins at a place."""
    return iter(dict.fromkeys(end for _, end in _sums(words, at)))


def _sums(words: Sequence[str], at: int) -> _Ends:
    if at >= len(words) or words[at] not in STARTS:
        return []
    ways = _Sums(words[at : at + MOST_WORDS]).chain(0)
    return [(total, at + end) for total, end in ways if total.steps]


def number_vocabulary() -> frozenset[str]:
    """Every word that a number may hold."""
    return NUMBER_WORDS


def sum_vocabulary() -> frozenset[str]:
    """Every word that a sum may hold."""
    return _words_of(_phrases()) | NUMBER_WORDS


def _phrases() -> Iterator[str]:
    yield from (*WORDS.operators, *WORDS.percent, WORDS.of, WORDS.off, WORDS.power)
    yield from (*WORDS.powers, *_prefixes())
    yield from (order.between for order in WORDS.orders)


def _prefixes() -> Iterator[str]:
    yield from (*WORDS.multiples, *WORDS.powers_of, *WORDS.roots)
    yield from (order.before for order in WORDS.orders)


def _words_of(phrases: Iterator[str]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in phrase.split())


NUMBER_WORDS = frozenset(
    (
        *(*NUMBERS.ones, *NUMBERS.tens, *NUMBERS.scales, *NUMBERS.signs),
        *(*NUMBERS.articles, *NUMBERS.parts, *NUMBERS.heaps, *NUMBERS.zeros),
        *(NUMBERS.plus, NUMBERS.point, NUMBERS.joint),
        *(word for word, digit in NUMBERS.read_out.digits.items() if digit == "0"),
    )
)
STARTS = NUMBER_WORDS | {phrase.split()[0] for phrase in _prefixes()}


class _Sums:
    """One pass over some words: every way to read them from a place on."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._memory: dict[tuple[str, int], _Ends] = {}

    def chain(self, at: int) -> _Ends:
        """Sums of products."""
        return self._kept("chain", at, self._chain)

    def _chain(self, at: int) -> Iterator[tuple[Total, int]]:
        todo = list(self._product(at))
        for left, end in todo:
            for sign, behind in self._operator(end, "+-"):
                for right, last in self._product(behind):
                    todo.append((worked(sign, left, right), last))
                    if over := self._percent(last):
                        share = worked("*", left, hundredth(right))
                        todo.append((worked(sign, left, share), over))
        return iter(todo)

    def _product(self, at: int) -> _Ends:
        return self._kept("product", at, self._products)

    def _products(self, at: int) -> Iterator[tuple[Total, int]]:
        todo = list(self._factor(at))
        for left, end in todo:
            for sign, behind in self._operator(end, "*/"):
                for right, last in self._factor(behind):
                    todo.append((worked(sign, left, right), last))
        return iter(todo)

    def _factor(self, at: int) -> _Ends:
        return self._kept("factor", at, self._factors)

    def _factors(self, at: int) -> Iterator[tuple[Total, int]]:
        yield from self._numbers(at)
        for many, end in self._said(WORDS.multiples, at):
            for inner, last in self._factor(self._behind(WORDS.of, end) or end):
                yield worked("*", Total(Fraction(many)), inner), last
        for power, end in self._said(WORDS.powers_of, at):
            for inner, last in self._factor(end):
                yield raised(inner, Fraction(power)), last
        for number, end in self._said(WORDS.roots, at):
            for inner, last in self._factor(end):
                yield root(inner, number), last
        yield from self._ordered(at)

    def _ordered(self, at: int) -> Iterator[tuple[Total, int]]:
        """`add five and three`."""
        for order in WORDS.orders:
            start = self._behind(order.before, at)
            for left, end in self.chain(start) if start else ():
                middle = self._behind(order.between, end)
                for right, last in self._factor(middle) if middle else ():
                    pair = (right, left) if order.swapped else (left, right)
                    yield worked(order.sign, *pair), last

    def _numbers(self, at: int) -> Iterator[tuple[Total, int]]:
        found = sorted(readings(self._words, at), key=lambda reading: -reading[1])
        for number, end in found:
            value = Total(exact(number))
            yield value, end
            yield from self._raised(value, end)
            yield from self._shares(value, end)

    def _raised(self, value: Total, end: int) -> Iterator[tuple[Total, int]]:
        for power, behind in self._said(WORDS.powers, end):
            yield raised(value, Fraction(power)), behind
        start = self._behind(WORDS.power, end)
        for number, behind in readings(self._words, start) if start else ():
            yield raised(value, exact(number)), behind

    def _shares(self, value: Total, end: int) -> Iterator[tuple[Total, int]]:
        """`a third of`, `fifteen percent of`, `ten percent off`."""
        over = self._percent(end)
        share = hundredth(value) if over else value
        start = self._behind(WORDS.of, over or end)
        if start and (over or 0 < value.value < 1):
            for inner, last in self._factor(start):
                yield worked("*", share, inner), last
        start = self._behind(WORDS.off, over) if over else None
        for inner, last in self._factor(start) if start else ():
            less = Total(1 - share.value, share.exact)
            yield worked("*", less, inner), last

    def _operator(self, at: int, signs: str) -> Iterator[tuple[str, int]]:
        for sign, end in self._said(WORDS.operators, at):
            if sign in signs:
                yield sign, end

    def _percent(self, at: int) -> int | None:
        ends = (self._behind(word, at) for word in WORDS.percent)
        return next((end for end in ends if end), None)

    def _said(self, table: Mapping[str, _T], at: int) -> Iterator[tuple[_T, int]]:
        for phrase, value in table.items():
            if end := self._behind(phrase, at):
                yield value, end

    def _behind(self, phrase: str, at: int) -> int | None:
        said = phrase.split()
        end = at + len(said)
        return end if list(self._words[at:end]) == said else None

    def _kept(
        self, rule: str, at: int, ways: Callable[[int], Iterator[tuple[Total, int]]]
    ) -> _Ends:
        key = (rule, at)
        if key not in self._memory:
            self._memory[key] = []
            self._memory[key] = list(dict.fromkeys(ways(at)))
        return self._memory[key]
