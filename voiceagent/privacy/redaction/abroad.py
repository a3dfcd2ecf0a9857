"""Addresses as other countries write them: `Lindenstraße 12`, `12 rue de la Paix`,
`Calle Mayor 7`, `Kerkstraat 3`, `via Roma 21`, with a postcode and town behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.contacts import is_ordinary
from voiceagent.privacy.redaction.tokens import Span, Token, span_of

__all__ = ["addresses_abroad"]

WORDS = language().private.abroad
COMMON = language().private.names.common
FUNCTION = language().private.names.both.function
UNITS = language().private.amounts.units
LONGEST = 5
"""Words of a street's name between what it is and its number."""
NAME_WORDS = 2
"""Words of a name besides its particles."""
POSTCODE = (4, 5)
"""Figures of one."""
MOST_DIGITS = 4
"""Of a house number."""


def addresses_abroad(words: Sequence[Token]) -> Iterator[Span]:
    """Every street with its number."""
    for at in range(len(words)):
        for found in (_named(words, at), _before_number(words, at), _behind(words, at)):
            if found is not None:
                first, last = found
                yield span_of(words, first, _town(words, last), "ADDRESS")


def _named(words: Sequence[Token], at: int) -> tuple[int, int] | None:
    """`Lindenstraße 12`, `Am Lindenring 3`."""
    text = words[at].text
    if text not in WORDS.endings:
        ends = any(text.endswith(e) and len(text) > len(e) + 1 for e in WORDS.endings)
        before = at and words[at - 1].text in WORDS.before_ring
        ring = before and text.endswith(tuple(WORDS.ring))
        if not (ends or ring):
            return None
    elif not at:
        return None
    last = _number(words, at + 1)
    if last is None:
        return None
    first = at
    if text in WORDS.endings:
        first -= 1
    while first and words[first - 1].text in WORDS.before_ring | WORDS.particles:
        first -= 1
    return first, last


def _before_number(words: Sequence[Token], at: int) -> tuple[int, int] | None:
    """`Calle Mayor 7`."""
    if words[at].text not in WORDS.before_numbers:
        return None
    for end in range(at + 2, min(at + 2 + LONGEST, len(words))):
        if not _is_name(words[end - 1]):
            return None
        last = _number(words, end)
        if last is not None:
            return at, last
    return None


def _behind(words: Sequence[Token], at: int) -> tuple[int, int] | None:
    """`12 rue de la Paix`, `8 bis boulevard Voltaire`."""
    if words[at].text not in WORDS.before_names or not at:
        return None
    first = at - 1
    if words[first].text in WORDS.again and first:
        first -= 1
    if not words[first].is_number:
        return None
    while first and words[first - 1].is_number:
        first -= 1
    end, names, particles = at + 1, 0, 0
    while end < len(words) and names < NAME_WORDS and _is_name(words[end]):
        if names and not words[end].capital and is_ordinary(words[end].text):
            break
        particle = words[end].text in WORDS.particles
        particles, names = particles + particle, names + (not particle)
        end += 1
    # "five place settings", "3 avenue trees" are English.
    capital = any(word.capital for word in words[at + 1 : end])
    sure = particles or words[at].text not in WORDS.english or capital
    return (first, end - 1) if names and sure else None


def _is_name(word: Token) -> bool:
    if word.text in WORDS.particles:
        return True
    ordinary = word.text in COMMON or word.text in FUNCTION
    return not word.digits and (word.capital or not ordinary)


def _number(words: Sequence[Token], at: int) -> int | None:
    """The last token of a house number that begins there."""
    end, digits = at, ""
    while end < len(words) and words[end].is_number:
        digits += words[end].digits
        end += 1
        if words[end - 1].text.isdecimal():
            break  # what follows is a postcode
    if end == at:
        return at if at < len(words) and _lettered(words[at]) else None
    if len(digits) > MOST_DIGITS or (end < len(words) and words[end].text in UNITS):
        return None
    return end - 1


def _lettered(word: Token) -> bool:
    """`12a`."""
    return word.text[:-1].isdecimal() and word.text[-1].isalpha()


def _town(words: Sequence[Token], last: int) -> int:
    """With a postcode and the town behind it."""
    code = words[last + 1] if last + 1 < len(words) else None
    if code is None or not code.text.isdecimal() or len(code.text) not in POSTCODE:
        return last
    town = words[last + 2] if last + 2 < len(words) else None
    return last + 2 if town is not None and town.capital else last + 1
