"""What a word may sound like, whoever wrote it down: `Katherine`, `cathryn`; `Sean`,
`shawn`; `Wojcik`, `voychik`.

Consonants that are easily taken for each other are one. A name has all readings that
other languages give it, a word that was heard has the usual one. Vowels have to be near
each other, the more so the fewer consonants there are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from voiceagent.lang.languages import language

__all__ = ["alike", "distance", "heard", "readings"]

WORDS = language().private.names
GLIDE = WORDS.glide
GROUPS = re.compile(
    "|".join(
        group + (f"(?![{WORDS.vowels}])" if group[-1] == GLIDE else "")
        for group in sorted({*WORDS.sounds, *WORDS.foreign}, key=len, reverse=True)
        if group != GLIDE
    )
    + f"|{GLIDE}|[{WORDS.vowels}]+|."
)
DOUBLED = re.compile(r"(.)\1+")
VOWELS = re.compile(f"[{WORDS.vowels}]+")
OPEN = "a"
"""A vowel at the beginning."""
MOST = 48
"""Readings of a word."""
NEAR = 2
"""Letters that may differ in a word with fewer."""
SURE = 4
"""Consonants that are enough."""


@lru_cache(8192)
def heard(word: str) -> str:
    """The row of consonants of a word as it is read."""
    row = ""
    for piece in GROUPS.findall(word):
        row += _open(piece, row) or WORDS.sounds.get(piece, _apart(piece))
    return DOUBLED.sub(r"\1", row)


def _open(piece: str, row: str) -> str:
    return OPEN if piece[0] in WORDS.vowels and not row else ""


def _apart(piece: str) -> str:
    return "".join(WORDS.sounds.get(letter, "") for letter in piece)


@lru_cache(8192)
def readings(name: str) -> frozenset[str]:
    """All rows that a name may be heard as."""
    found = {""}
    pieces = GROUPS.findall(name)
    for at, piece in enumerate(pieces):
        usual = WORDS.sounds.get(piece, _apart(piece))
        says = {usual, *WORDS.foreign.get(piece, ())}
        if at == 0:
            says -= {""} if usual else set()
        if at > 1 and at == len(pieces) - 1 and piece in WORDS.silent_ends:
            says.add("")
        found = {row + (_open(piece, row) or say) for row in found for say in says}
        if len(found) > MOST:
            break
    return frozenset(DOUBLED.sub(r"\1", row) for row in found) | {heard(name)}


def alike(word: str, name: str, row: str) -> bool:
    """Whether a word that is heard as `row`, as the name is, may be the name."""
    changed = distance(word, name)
    if changed <= (0 if len(name) < 4 else 1 if len(name) < 7 else 2):
        return len(row) > 1 or (len(word) > 3 and word[0] == name[0])
    mine, its = _vowels(word), _vowels(name)
    near = len(mine) == len(its) and all(map(_near, mine, its))
    if len(row) < SURE:
        return near and len(row) == SURE - 1 and changed <= NEAR
    if near:
        return changed * 3 < len(name) * 2
    beside = abs(len(mine) - len(its)) == 1 and bool(mine) and bool(its)
    return beside and changed * 2 < len(name) and _near(mine[0], its[0])


def _vowels(word: str) -> list[str]:
    bare = word[:-1] if word.endswith("e") and len(word) > 3 else word
    return VOWELS.findall(bare)


def _near(one: str, other: str) -> bool:
    return any(set(WORDS.vowel_sounds[letter]) & set(other) for letter in one)


@lru_cache(8192)
def distance(one: str, other: str) -> int:
    """Letters that have to be changed, added or left out."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for to, against in enumerate(other, 1):
            step = min(row[to] + 1, row[to - 1] + 1, before + (letter != against))
            before, row[to] = row[to], step
    return row[-1]
