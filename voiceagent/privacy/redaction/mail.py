"""Addresses of mail as somebody says them: `anna dot smith at example dot com`, with
underscores, dashes, letters and endings told one by one, signs in words or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.letters import is_letter
from voiceagent.privacy.redaction.tokens import Span, Token, span_of

__all__ = ["spoken_mail"]

SPELLED = language().private.spelled
NAMES = language().private.names
LONGEST_END = 4
"""Letters of the end of a domain that is in no table."""
MOST_LABELS = 5
UNSAID = frozenset(".-_+")
"""Signs between two words that need not be said."""
FREE_WORDS = 2
"""Words before `at sign` that nothing joins."""


def spoken_mail(text: str, words: Sequence[Token]) -> Iterator[Span]:
    """Every one of them."""
    for at, word in enumerate(words):
        written = _gap(text, words, at) == "@"
        if not written and (word.text != SPELLED.at or not at):
            continue
        sign = at + 1 < len(words) and words[at + 1].text == SPELLED.sign
        end = _host(text, words, at + 1 + sign)
        if end is None:
            continue
        first = _local(text, words, at if written else at - 1, sign=sign)
        yield span_of(words, first, end, "EMAIL")


def _host(text: str, words: Sequence[Token], at: int) -> int | None:
    """The last token of `example dot co dot uk` that begins at `at`."""
    if at >= len(words) or words[at].is_number or words[at].text in NAMES.common:
        return None
    end, found = _label(text, words, at), None
    for _ in range(MOST_LABELS):
        start = _behind_dot(text, words, end)
        if start is None:
            break
        end = _label(text, words, start)
        label = "".join(word.text for word in words[start : end + 1])
        if words[start].is_number:
            break
        if label in SPELLED.domains or len(label) <= LONGEST_END:
            found = end
    return found


def _label(text: str, words: Sequence[Token], at: int) -> int:
    """The last token of a word, of letters one by one, or of words with dashes."""
    while at + 1 < len(words):
        letters = len(words[at].text) == len(words[at + 1].text) == 1
        dash = words[at + 1].text in SPELLED.dashes and at + 2 < len(words)
        if letters:
            at += 1
        elif dash:
            at += 2
        elif _sign(text, words, at) == "-":
            at += 1
        else:
            break
    return at


def _behind_dot(text: str, words: Sequence[Token], end: int) -> int | None:
    """Where the next part of a domain begins."""
    if end + 1 >= len(words):
        return None
    if words[end + 1].text in SPELLED.dots:
        return end + 2 if end + 2 < len(words) else None
    return end + 1 if _sign(text, words, end) == "." else None


def _local(text: str, words: Sequence[Token], at: int, *, sign: bool) -> int:
    """The first token of what stands before the sign."""
    first = at
    while first:
        before = words[first - 1]
        if before.text in SPELLED.joints and first > 1:
            first -= 2
        elif _sign(text, words, first - 1):
            first -= 1
        elif is_letter(words[first]) and _goes_before(words, first):
            first -= 1
        else:
            break
    if sign and first == at:
        least = max(0, at - FREE_WORDS + 1)
        while first > least and words[first - 1].text not in NAMES.common:
            first -= 1
    return first


def _goes_before(words: Sequence[Token], at: int) -> bool:
    """Whether the word before a letter or figure belongs to it."""
    before = words[at - 1]
    if is_letter(before):
        return before.text not in SPELLED.before
    return len(before.text) > 2 and before.text not in NAMES.common


def _sign(text: str, words: Sequence[Token], at: int) -> str:
    """The one sign between a token and the next; empty for anything else."""
    gap = _gap(text, words, at)
    return gap if len(gap) == 1 and gap in UNSAID else ""


def _gap(text: str, words: Sequence[Token], at: int) -> str:
    return text[words[at].end : words[at + 1].start] if at + 1 < len(words) else ""
