"""Words as they are spoken: typed text and recogniser output brought to one form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from voiceagent.lang.figures import figures_said
from voiceagent.lang.languages import language
from voiceagent.lang.number_words import (
    HUNDRED,
    NUMBER_VALUES,
    THOUSAND,
    number_words,
)

__all__ = [
    "NUMBER_VALUES",
    "as_said",
    "distance",
    "foreign",
    "number_words",
    "said_numbers",
    "spoken",
]

NUMBERS, SPEECH = language().numbers, language().speech
SIGNS = {sign: f" {SPEECH.signs[sign]} " for sign in "%\u00b0&"}
APOSTROPHES = re.compile(r"['\u2019\u02bc`]")
INITIALS = re.compile(r"\b([a-z])\.([a-z])\b\.?")
NOT_A_WORD = re.compile(r"[^a-z\u00c0-\u024f]+")
FOREIGN = re.compile(r"[^\W\d_a-zA-Z\u00aa-\u024f\u02bc\u2150-\u215f\ufb00-\ufb06]")
"""A letter of another script than the Latin one."""
EDGES = ' \t\r\n.,;:!?"()'


def said_numbers(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Every number with the position of its first word; `seven thirty` is two."""
    at = 0
    while at < len(words):
        if words[at] not in NUMBER_VALUES:
            at += 1
            continue
        start, value = at, NUMBER_VALUES[words[at]]
        at += 1
        if value >= 20 and at < len(words) and 0 < NUMBER_VALUES.get(words[at], 0) < 10:
            value, at = value + NUMBER_VALUES[words[at]], at + 1
        if at < len(words) and words[at] in (HUNDRED, THOUSAND):
            value, at = value * NUMBERS.scales[words[at]], at + 1
            more = [(n, i) for n, i in said_numbers(words[at : at + 3]) if i <= 1]
            joined = more and (more[0][1] == 0 or words[at] == NUMBERS.joint)
            if joined and more[0][0] < 100:
                value, at = value + more[0][0], _behind(words, at + more[0][1])
        yield value, start


def _behind(words: Sequence[str], at: int) -> int:
    while at < len(words) and words[at] in NUMBER_VALUES:
        at += 1
    return at


def spoken(text: str) -> str:
    """Lower-case words without punctuation, numbers spelled out, single spaces.

    Apostrophes vanish (`what's` and `whats` are one word), so that typed text, labels
    and every recogniser agree.
    """
    text = APOSTROPHES.sub("", text.lower())
    for written, words in SPEECH.apart.items():
        text = text.replace(written, words)
    text = figures_said(text)
    for sign, words in SIGNS.items():
        text = text.replace(sign, words)
    return " ".join(NOT_A_WORD.sub(" ", INITIALS.sub(r"\1\2", text)).split())


def foreign(text: str) -> bool:
    """Whether a letter of another script occurs: such words cannot be understood, and
    leaving them out may turn what was said into its opposite."""
    return FOREIGN.search(text) is not None


def as_said(text: str, first: int, words: str) -> str:
    """The part of `text` that became `words`, the `first`th of all its spoken words;
    `words` themselves where the two cannot be lined up."""
    tokens = text.split()
    owners = [at for at, token in enumerate(tokens) for _ in spoken(token).split()]
    wanted = words.split()
    if not wanted or first + len(wanted) > len(owners):
        return words
    part = " ".join(tokens[owners[first] : owners[first + len(wanted) - 1] + 1])
    return part.strip(EDGES) if spoken(part) == words else words


def distance(one: Sequence[str], other: Sequence[str], most: int) -> int:
    """Letters, or phones, to change, add or drop; `most` + 1 where it is more than
    `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        last, row[0] = row[0], number
        for at, there in enumerate(other, 1):
            swap = last + (letter != there)
            last, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, swap)
    return min(row[-1], most + 1)
