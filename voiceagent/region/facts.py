"""Whether a sentence says what a text says, and nothing else.

A small model that is to put a text into words of its own adds to it, swaps its numbers
or leaves out a "not". What it may do here is little, and all of it can be checked: take
a stretch of one sentence, in its order, and change the small words around. Every number
of that sentence has to be said, and every word that takes something away.
"""

from __future__ import annotations

from collections.abc import Sequence

from voiceagent.lang.spoken import spoken
from voiceagent.region.documents import SENTENCE
from voiceagent.region.wording import WORDS, stem

__all__ = ["LIMITING", "beyond"]

LIMITING = WORDS.limiting
"""Words that a sentence must not lose: without them it says more than it did."""


def beyond(answer: str, text: str) -> str:
    """Why `answer` is not borne out by `text`; empty where it is."""
    said = [each for each in SENTENCE.split(answer.strip()) if each]
    if not said:
        return "it says nothing"
    told = [_words(each) for each in SENTENCE.split(text)]
    for sentence in said:
        words = _words(sentence)
        if not words:
            return "it says nothing of it"
        if not any(_borne_out(words, one) for one in told):
            return "it says what is not there"
    return ""


def _words(sentence: str) -> tuple[str, ...]:
    """What it turns on, in order: `nine` for 9, stems for words."""
    every = spoken(sentence).replace("-", " ").split()
    kept = (w for w in every if w not in WORDS.small)
    return tuple(w if w in LIMITING else stem(w) for w in kept)


def _borne_out(said: Sequence[str], told: Sequence[str]) -> bool:
    """Whether it is a stretch of the sentence that holds all that must be said."""
    for start in range(len(told) - len(said) + 1):
        if tuple(told[start : start + len(said)]) == tuple(said):
            left = (*told[:start], *told[start + len(said) :])
            return not any(map(_binding, left))
    return False


def _binding(word: str) -> bool:
    """Whether what is said without it may be something else."""
    return word in LIMITING or word in _NUMBERED


def _numbered() -> frozenset[str]:
    words = {
        w for n in (*range(21), *range(30, 101, 10)) for w in spoken(str(n)).split()
    }
    return frozenset(map(stem, {*words, *WORDS.counting.split()}))


_NUMBERED = _numbered()
