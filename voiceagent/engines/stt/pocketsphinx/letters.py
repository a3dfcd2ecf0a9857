"""How a word that no dictionary has may be said, by the programs that speak.

eSpeak NG and Flite each have rules and exceptions for the letters of English, made by
people over decades; both tell the sounds they would make. They are asked as programs,
as for speaking.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

from voiceagent.engines.tts.program import run_program
from voiceagent.stt.pronounce import PHONES

__all__ = ["espeak_mnemonics", "said_like"]

TIMEOUT = 5.0
ACCENTS = ("en-us", "en-gb")
"""American, then without the r at the end of a syllable."""
MARKS = re.compile("[\u02c8\u02cc\u0329\u0303\\s_]")
"""Stress, syllabic and nasal signs, and what stands between words."""
LANGUAGE = re.compile(r"\([a-z-]+\)")
"""eSpeak's note that it went on in another language."""

IPA = {
    "t\u0283": "CH", "d\u0292": "JH", "a\u026a": "AY", "a\u028a": "AW",
    "\u0254\u026a": "OY", "e\u026a": "EY", "o\u028a": "OW", "\u0259\u028a": "OW",
    "\u026a\u0259": "IH R", "e\u0259": "EH R", "\u028a\u0259": "UH R",
    "i\u0259": "IY AH",
    "\u0254\u02d0\u0279": "AO R", "o\u02d0\u0279": "AO R", "\u0251\u02d0\u0279": "AA R",
    "\u025c\u02d0\u0279": "ER", "\u025c\u02d0": "ER", "\u025a": "ER", "\u025d": "ER",
    "o\u02d0": "AO", "\u0254\u02d0": "AO", "\u0251\u02d0": "AA", "a\u02d0": "AA",
    "i\u02d0": "IY", "u\u02d0": "UW", "i": "IY", "u": "UW", "\u00e6": "AE",
    "\u0250": "AH", "\u028c": "AH", "\u0259": "AH", "\u025b": "EH", "e": "EH",
    "\u026a": "IH", "\u1d7b": "IH", "\u028a": "UH", "\u0252": "AA", "\u0254": "AO",
    "a": "AA", "o": "OW", "p": "P", "b": "B", "t": "T", "d": "D", "\u027e": "T",
    "k": "K", "\u0261": "G", "g": "G", "f": "F", "v": "V", "\u03b8": "TH",
    "\u00f0": "DH", "s": "S", "z": "Z", "\u0283": "SH", "\u0292": "ZH", "h": "HH",
    "\u00e7": "HH", "x": "K", "m": "M", "n": "N", "\u0272": "N Y", "\u014b": "NG",
    "l": "L", "\u026b": "L", "\u026c": "L", "\u0279": "R", "r": "R", "j": "Y",
    "w": "W", "\u0294": "", "\u02d0": "",
}  # fmt: skip
"""Signs of the phonetic alphabet, as eSpeak writes English, in phones."""
LONGEST_FIRST = sorted(IPA, key=len, reverse=True)
MNEMONICS = dict(
    AA="A:", AE="a", AH="V", AO="O:", AW="aU", AY="aI", B="b", CH="tS", D="d", DH="D",
    EH="E", ER="3:", EY="eI", F="f", G="g", HH="h", IH="I", IY="i:", JH="dZ", K="k",
    L="l", M="m", N="n", NG="N", OW="oU", OY="OI", P="p", R="r", S="s", SH="S", T="t",
    TH="T", UH="U", UW="u:", V="v", W="w", Y="j", Z="z", ZH="Z",
)  # fmt: skip
VOWELS = frozenset(phone for phone in PHONES if phone[0] in "AEIOU")


def said_like(word: str) -> list[str]:
    """Ways that the installed programs would say `word`, in phones, the likeliest
    first; none where no program is there or none knows."""
    found = (*_by_espeak(word), *_by_flite(word))
    return [way for way in dict.fromkeys(found) if way]


def espeak_mnemonics(phones: str) -> str:
    """Phones as eSpeak reads them: the first vowel is stressed, as most are; there
    must be no others than `PHONES`."""
    signs, stressed = [], False
    for phone in phones.split():
        stress = phone in VOWELS and not stressed
        stressed = stressed or stress
        signs.append(("'" if stress else "") + MNEMONICS[phone])
    return f"[[{''.join(signs)}]]"


def _by_espeak(word: str) -> Iterator[str]:
    for accent in ACCENTS:
        told = _told("espeak-ng", "-q", "--ipa", "-v", accent, "--stdin", words=word)
        yield _from_ipa(told)


def _by_flite(word: str) -> Iterator[str]:
    names = _told("flite", "-ps", "-o", "none", "-t", word).split()
    spoken = ["AH" if one == "ax" else one.upper() for one in names if one != "pau"]
    yield " ".join(spoken) if PHONES.issuperset(spoken) else ""


def _told(program: str, *options: str, words: str = "") -> str:
    path = shutil.which(program)
    if path is None:
        return ""
    done = run_program([path, *options], words, timeout=TIMEOUT)
    return "" if done.status else done.sound.decode(errors="replace")


def _from_ipa(text: str) -> str:
    """Phones; nothing where a sign is not known."""
    rest, phones = MARKS.sub("", LANGUAGE.sub("", text)), list[str]()
    while rest:
        sign = next((one for one in LONGEST_FIRST if rest.startswith(one)), None)
        if sign is None:
            return ""
        fresh = IPA[sign].split()
        # An r that ends one syllable and begins the next is written twice.
        phones += fresh[1:] if phones[-1:] == fresh[:1] else fresh
        rest = rest[len(sign) :]
    return " ".join(phones)
