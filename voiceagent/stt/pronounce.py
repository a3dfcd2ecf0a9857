"""How words are spoken: as phones.

The acoustic model knows the 39 phones of the CMU dictionary and the dictionary knows
135,000 words; names of devices and rooms are often in neither. `pronounce` gives phones
for any word: the user's table, the dictionary, dictionary words inside it, letters,
letter-to-sound. What turns text into such words is `lang/written.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from voiceagent.errors import PackError
from voiceagent.lang.languages import language

__all__ = [
    "PHONES",
    "VARIANTS",
    "check_phones",
    "pronounce",
    "spell",
]

PHONES = frozenset(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T "
    "TH UH UW V W Y Z ZH".split()
)
"""The phones of the CMU dictionary, and of the acoustic model."""

_SPELLING = language().sounds
_SILENT = re.compile(_SPELLING.silent)


def spell(word: str) -> str:
    """Phones of the letters said one by one (`tv` gives `T IY V IY`)."""
    return " ".join(
        _SPELLING.letters[letter] for letter in word if letter in _SPELLING.letters
    )


VARIANTS = _SPELLING.variants
"""Ways to say common words that the CMU dictionary lacks."""


def check_phones(word: str, phones: str) -> None:
    """Raises `PackError` if `phones` of `word` are not all phones, or none at all."""
    unknown = [phone for phone in phones.split() or [phones] if phone not in PHONES]
    if unknown:
        raise PackError(
            f"pronunciation of `{word}`: `{phones}`",
            cause=f"`{unknown[0]}` is no phone",
            hint=f"phones are {' '.join(sorted(PHONES))}",
        )


def pronounce(
    word: str,
    lookup: Callable[[str], str | None],
    table: Mapping[str, str] | None = None,
) -> list[str]:
    """Phone strings for `word`, the likeliest first; `lookup` asks the dictionary."""
    if table and word in table:
        return [table[word]]
    known = lookup(word)
    if known:
        return [known]
    bare = word.replace("'", "")
    guesses = [_possessive(word, lookup), _compound(bare, lookup)]
    if len(bare) <= 4 and (len(bare) <= 2 or not re.search("[aeiouy]", bare)):
        guesses.append(spell(bare))
    guesses = [guess for guess in guesses if guess]
    return list(dict.fromkeys(guess for guess in guesses or [_sounds(bare)] if guess))


def _possessive(word: str, lookup: Callable[[str], str | None]) -> str | None:
    """`kitchen's` from `kitchen`."""
    if not word.endswith("'s"):
        return None
    stem = (pronounce(word[:-2], lookup) or [""])[0]
    last = stem.split()[-1:] or [""]
    if last[0] in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return f"{stem} IH Z"
    return f"{stem} S" if last[0] in {"P", "T", "K", "F", "TH"} else f"{stem} Z"


def _compound(word: str, lookup: Callable[[str], str | None]) -> str | None:
    """Fewest dictionary words that make up `word`, the most even split first."""
    for cut in sorted(range(3, len(word) - 2), key=lambda at: abs(len(word) - 2 * at)):
        left, right = lookup(word[:cut]), lookup(word[cut:])
        if left and right:
            return f"{left} {right}"
    return None


def _sounds(word: str) -> str:
    """Letter-to-sound by rules: a guess that a pronunciation table can correct."""
    phones: list[str] = []
    magic = _SILENT.search(word)
    stem, tail = (word[: magic.start()], magic) if magic else (word, None)
    at = 0
    while at < len(stem):
        size = next(
            (n for n in (4, 3, 2, 1) if stem[at : at + n] in _SPELLING.sounds), 0
        )
        piece = stem[at : at + size]
        if size and not (
            phones and piece == stem[at - 1 : at] not in _SPELLING.long_vowels
        ):
            phones.append(_SPELLING.sounds[piece])
        at += max(size, 1)
    if tail:
        phones += [_SPELLING.long_vowels[tail[1]], _SPELLING.sounds[tail[2]]]
    return " ".join(phones)
