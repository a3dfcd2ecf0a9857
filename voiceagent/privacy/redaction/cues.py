"""Secrets that a word announces: codes, passwords, birthdays, addresses, spelled words,
addresses of mail and web as they are spoken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.letters import is_letter, letter_runs
from voiceagent.privacy.redaction.numbers import runs
from voiceagent.privacy.redaction.tokens import Span, Token, span_of

__all__ = ["addresses", "announced", "birthdays", "spelled", "spoken_links"]

CALENDAR = language().calendar
SECRETS = language().private.secrets
SPELLED = language().private.spelled
NAMES = language().private.names
UNITS = language().private.amounts.units
SPELLED_LEAST = 4
"""Letters and digits that are a code."""
FAR = 8
"""Words behind `code` among which it may be told."""
MOST_WORDS = 24
"""Of a code."""
PASSWORD_WORDS = 4
"""Of a password that is made of words."""
LONGEST_STREET = 5
"""Words behind a house number, the last of them `street`."""


def announced(words: Sequence[Token]) -> Iterator[Span]:
    """Numbers, letters and words behind a word such as `pin` or `password`."""
    for at, word in enumerate(words):
        if word.text not in SECRETS.codes:
            continue
        start = at + 1
        while start < len(words) and words[start].text in SECRETS.between:
            start += 1
        start = start if start > at + 1 else _told_later(words, at) or start
        linked = start > at + 1 or (start < len(words) and _codelike(words[start]))
        end = start
        secret = word.text in SECRETS.passwords and start > at + 1
        while end < len(words) and end < start + MOST_WORDS:
            if not (_codelike(words[end]) or (secret and _unended(words, start, end))):
                break
            end += 1
        if linked and end > start and _tells(words[start:end], secret=secret):
            yield span_of(words, start, end - 1, "CODE")


def _told_later(words: Sequence[Token], at: int) -> int | None:
    """Where the code begins in `the code on the back is four five six`."""
    for end in range(at + 2, min(at + FAR, len(words) - 1)):
        if words[end - 1].digits and words[end - 1].is_number:
            return None
        if words[end].text in SECRETS.told and words[end + 1].is_number:
            return end + 1
    return None


def _unended(words: Sequence[Token], start: int, at: int) -> bool:
    return at < start + PASSWORD_WORDS and words[at].text not in SECRETS.ends


def _codelike(word: Token) -> bool:
    mixed = any(c.isdigit() for c in word.text)
    return mixed or is_letter(word) or word.text in SECRETS.marks


def _tells(words: Sequence[Token], *, secret: bool) -> bool:
    """Two signs at least: "account one" names an account, it does not tell it."""
    return secret or sum(len(w.digits) or 1 for w in words) >= 3


def birthdays(words: Sequence[Token]) -> Iterator[Span]:
    """A date behind `born` or `birthday`, or beside `date of birth`."""
    for at, word in enumerate(words):
        if word.text not in SECRETS.births:
            continue
        start = end = at + 1
        while end < len(words) and (
            words[end].digits or words[end].text in SECRETS.in_dates
        ):
            end += 1
        inner = [
            w for w in words[start:end] if w.is_number or w.text in CALENDAR.months
        ]
        while start < end and words[start].text in SECRETS.before_dates:
            start += 1
        if inner and end > start:
            yield span_of(words, start, end - 1, "DATE")


def addresses(words: Sequence[Token]) -> Iterator[Span]:
    """A house number, up to three words, and `street` or the like."""
    for run in runs(words):
        if run.last + 1 < len(words) and words[run.last + 1].text in UNITS:
            continue  # "nine weeks from now close to it"
        for end in range(run.last + 2, min(run.last + LONGEST_STREET, len(words))):
            between = words[run.last + 1 : end]
            if any(w.text in SECRETS.not_streets for w in between):
                break
            if words[end].text in SECRETS.streets and between:
                yield span_of(words, run.first, end, "ADDRESS")
                break


def spelled(words: Sequence[Token]) -> Iterator[Span]:
    """Four or more letters and digits one by one, the radio alphabet among them."""
    for run in letter_runs(words):
        letters = "".join(c for c in run.text if c.isalpha())
        if letters in NAMES.short_forms:
            continue  # "ten a m", "one u s d"
        if len(run.items) >= SPELLED_LEAST and run.sure >= 2:
            yield span_of(words, run.first, run.last, "CODE")


def spoken_links(words: Sequence[Token]) -> Iterator[Span]:
    """`john dot smith at example dot com`, `example dot org`."""
    for at in range(1, len(words) - 1):
        ends = words[at].text == SPELLED.dot and words[at + 1].text in SPELLED.domains
        if not ends:
            continue
        last = at + 1
        if last + 2 < len(words) and words[last + 1].text == SPELLED.dot:
            last += 2 if words[last + 2].text in SPELLED.domains else 0
        start = _back(words, at - 1)
        if start and words[start - 1].text == SPELLED.at:
            start = _back(words, start - 2) if start > 1 else start - 1
            yield span_of(words, start, last, "EMAIL")
        else:
            yield span_of(words, start, last, "LINK")


def _back(words: Sequence[Token], at: int) -> int:
    """The first word of `a dot b dash c` that ends at `at`."""
    while at >= 0:
        if at >= 2 and words[at - 1].text in SPELLED.joints:
            at -= 2
        elif at >= 1 and is_letter(words[at]):
            before = words[at - 1]
            glued = is_letter(before) or len(before.text) > 2
            if not glued or before.text in SPELLED.before:
                break
            at -= 1
        else:
            break
    return max(at, 0)
