"""Free words of templates that are no free words: they are read before they are taken.

A template names such a list like any other, `what is {said_sum:sum}`. It takes words
only where the language can read them, so that "what is love" is no sum; what is
listened for stands in the rule of the same name, `<heard_said_sum>`. The slot holds the
words in spoken form, for whoever reads them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from voiceagent.lang.numerals import readings
from voiceagent.lang.sums import number_vocabulary, sum_ends, sum_vocabulary
from voiceagent.lang.years import year_ways

__all__ = ["HEARD", "READERS", "WordReader"]

HEARD = "heard_"
"""Before the name of a reader: the rule of what is listened for."""


@dataclass(frozen=True)
class WordReader:
    """Takes the words that it can read."""

    ends: Callable[[Sequence[str], int], Iterable[int]]
    """The places behind everything that it reads from a place on."""
    vocabulary: Callable[[], frozenset[str]]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that it may take."""
        return self.vocabulary()


# Functions with a name: what is made of a pack is kept, and none without can be.
def _number_ends(words: Sequence[str], at: int) -> Iterable[int]:
    return dict.fromkeys(end for _, end in readings(words, at))


def _year_ends(words: Sequence[str], at: int) -> Iterable[int]:
    return dict.fromkeys(end for _, end in year_ways(words, at))


READERS: Mapping[str, WordReader] = {
    "said_number": WordReader(_number_ends, number_vocabulary),
    "said_sum": WordReader(sum_ends, sum_vocabulary),
    "said_any_year": WordReader(_year_ends, number_vocabulary),
}
"""By the name of the list."""
