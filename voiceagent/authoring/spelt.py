"""How a recogniser of any words writes the words of a pack that it does not know."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field

from voiceagent.skills.packs.takes import Samples, Take

__all__ = ["HeardSpelling", "behind", "chosen", "counted"]

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+")
MOST = 8
"""Ways to write one word that are kept."""
CLEARLY = 3
"""Times as often as for any other word: else a way to write it tells nothing."""


@dataclass(slots=True)
class HeardSpelling:
    """What was written for one word."""

    right: int = 0
    others: Counter[str] = field(default_factory=Counter)

    @property
    def hard(self) -> bool:
        """It is mostly written as something else."""
        return self.others.total() > self.right


def behind(take: Take, word: str, written: Callable[[Samples, str], str]) -> str | None:
    """What is written where `word` was said; None where that cannot be told.

    The words before it are given, so that what comes first is the word in question.
    """
    before, _, after = f" {take.sample.text} ".partition(f" {word} ")
    opening, rest = before.strip(), after.split()
    found = WORD.findall(written(take.sound, opening).lower())
    cut = len(found) - len(rest)
    if cut < 1 or found[cut:] != rest:
        return None
    return " ".join(found[:cut])


def chosen(
    heard: Mapping[str, HeardSpelling],
    *,
    vocabulary: frozenset[str],
    known: Callable[[str], bool],
    unknown: Set[str],
) -> dict[str, tuple[str, ...]]:
    """Ways to write each word that tell it from all others.

    `vocabulary`: words of the pack, of which no way may consist; `known`: whether the
    dictionary has a word: ways of such words alone must have been met twice, being
    something that people say; `unknown`: words that may be learnt though they were
    often written right.
    """
    claims = Counter[str]()
    for found in heard.values():
        claims.update(found.others)
    kept: dict[str, tuple[str, ...]] = {}
    for word, found in heard.items():
        if not (found.hard or word in unknown):
            continue
        ways = tuple(
            way
            for way, times in found.others.most_common()
            if _tells(way, word, vocabulary)
            and times >= CLEARLY * (claims[way] - times)
            and (times > 1 or not all(map(known, way.split())))
        )
        if ways:
            kept[word] = ways[:MOST]
    return kept


def _tells(way: str, word: str, vocabulary: frozenset[str]) -> bool:
    words = way.split()
    longest = 1 + max(1, len(word) // 4)
    return way != word and not vocabulary.issuperset(words) and len(words) <= longest


def counted(pairs: Iterable[tuple[str, str | None]]) -> dict[str, HeardSpelling]:
    """What was written, by word."""
    found: dict[str, HeardSpelling] = {}
    for word, way in pairs:
        one = found.setdefault(word, HeardSpelling())
        if way == word:
            one.right += 1
        elif way:
            one.others[way] += 1
    return found
