"""How written text is spoken: first as words, then as phones.

The acoustic model knows the 39 phones of the CMU dictionary and the dictionary knows
135,000 words; names of devices and rooms are often in neither. `spoken_words` turns
template text into dictionary-like words, `pronounce` gives phones for any word: the
user's table, the dictionary, dictionary words inside it, letters, letter-to-sound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from voiceagent.errors import PackError

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


_LETTERS = dict(
    a="EY", b="B IY", c="S IY", d="D IY", e="IY", f="EH F", g="JH IY", h="EY CH",
    i="AY", j="JH EY", k="K EY", l="EH L", m="EH M", n="EH N", o="OW", p="P IY",
    q="K Y UW", r="AA R", s="EH S", t="T IY", u="Y UW", v="V IY",
    w="D AH B AH L Y UW", x="EH K S", y="W AY", z="Z IY",
)  # fmt: skip

# Longest rule first at each place; enough for a name like "zigbee" or "aqara".
_SOUNDS = dict(
    tion="SH AH N", sion="ZH AH N", ture="CH ER", igh="AY", eigh="EY", ough="OW",
    tch="CH", dge="JH", sch="SH", ee="IY", ea="IY", oo="UW", ou="AW", ow="OW",
    ai="EY", ay="EY", oi="OY", oy="OY", au="AO", aw="AO", ie="IY", ei="EY", ey="IY",
    ue="UW", ui="UW", oa="OW", er="ER", ir="ER", ur="ER", ar="AA R", ch="CH",
    sh="SH", th="TH", ph="F", wh="W", ck="K", ng="NG", qu="K W", kn="N", wr="R",
    a="AE", b="B", c="K", d="D", e="EH", f="F", g="G", h="HH", i="IH", j="JH", k="K",
    l="L", m="M", n="N", o="AA", p="P", q="K", r="R", s="S", t="T", u="AH", v="V",
    w="W", x="K S", y="IY", z="Z", ce="S EH", ci="S IH", cy="S IY",
)  # fmt: skip
_OPEN_VOWELS = dict(a="AH", e="IY", i="IY", o="OW", u="UW", y="IY")
_LONG_VOWELS = dict(a="EY", e="IY", i="AY", o="OW", u="UW")
_MAGIC_E = re.compile(r"([aeiou])([bdfgklmnprstvz])e$")


def spell(word: str) -> str:
    """Phones of the letters said one by one (`tv` gives `T IY V IY`)."""
    return " ".join(_LETTERS[letter] for letter in word if letter in _LETTERS)


VARIANTS: Mapping[str, tuple[str, ...]] = {
    # The vowels of "cot" and "caught" are one for many Americans; the dictionary has
    # both for "on", so that without these "off" is taken for "on".
    "off": ("AA F",),
    "all": ("AA L",),
    "office": ("AA F AH S", "AA F IH S"),
    "coffee": ("K AA F IY",),
    "orange": ("AA R AH N JH",),
    "small": ("S M AA L",),
    # Without the r at the end of a syllable, as in most of England and Australia.
    "timer": ("T AY M AH",),
    "door": ("D AO",),
    "color": ("K AH L AH",),
    "colour": ("K AH L AH",),
    "never": ("N EH V AH",),
    "weather": ("W EH DH AH",),
    "half": ("HH AA F",),
    "garage": ("G AE R AA ZH", "G AE R IH JH"),
    "kitchen": ("K IH CH IH N",),
    "minute": ("M IH N IH T",),
    "minutes": ("M IH N IH T S",),
}
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
    magic = _MAGIC_E.search(word)
    stem, tail = (word[: magic.start()], magic) if magic else (word, None)
    at = 0
    while at < len(stem):
        size = next((n for n in (4, 3, 2, 1) if stem[at : at + n] in _SOUNDS), 0)
        piece = stem[at : at + size]
        if size and not (phones and piece == stem[at - 1 : at] not in _LONG_VOWELS):
            last = at + size == len(stem) and not tail
            open_end = size == 1 and last and len(stem) > 1
            sound = _OPEN_VOWELS.get(piece) if open_end else None
            phones.append(sound or _SOUNDS[piece])
        at += max(size, 1)
    if tail:
        phones += [_LONG_VOWELS[tail[1]], _SOUNDS[tail[2]]]
    return " ".join(phones)
