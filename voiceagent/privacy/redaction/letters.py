"""Letters one by one, however they are called: `s`, `sierra`, `ess`, `s as in sun`,
`double t`, `capital k`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.tokens import MULTIPLES, Token

__all__ = ["LetterRun", "is_letter", "letter_runs"]

SECRETS = language().private.secrets
SPELLED = language().private.spelled
WORDS = language().private.names


@dataclass(frozen=True, slots=True)
class LetterRun:
    """Letters and digits one after the other."""

    first: int
    """Index of its first token."""
    last: int
    items: tuple[tuple[str, int, int], ...]
    """Letters of each, and its first and last token."""
    sure: int
    """Letters that are nothing but letters."""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(letters for letters, _, _ in self.items)


def is_letter(word: Token) -> bool:
    """Whether it may be a letter or a figure within what is told one by one."""
    return (
        len(word.text) == 1
        or word.text in SECRETS.alphabet
        or bool(word.digits)
        or word.text in MULTIPLES
    )


def letter_runs(words: Sequence[Token]) -> Iterator[LetterRun]:
    """All runs of two or more; those of nothing but words that are others too (`see`,
    `you`) are none."""
    at = 0
    while at < len(words):
        items: list[tuple[str, int, int]] = []
        sure = 0
        while (found := _item(words, at, begun=bool(items))) is not None:
            letters, last = found
            sure += words[at].text not in WORDS.homophones and not letters.isdecimal()
            items.append((letters, at, last))
            at = last + 1
        if len(items) > 1 and sure:
            yield LetterRun(items[0][1], items[-1][2], tuple(items), sure)
        at += not items


def _item(words: Sequence[Token], at: int, *, begun: bool) -> tuple[str, int] | None:
    """The letters that stand there, and the last token of them."""
    if at >= len(words):
        return None
    word = words[at].text
    if begun and word in SPELLED.fillers:
        return _item(words, at + 1, begun=False) if at + 1 < len(words) else None
    if word in WORDS.cases or word in MULTIPLES:
        inner = _item(words, at + 1, begun=begun)
        if inner is None or (word in WORDS.cases and len(inner[0]) != 1):
            return None
        return inner[0] * MULTIPLES.get(word, 1), inner[1]
    letters = _letter(words[at])
    if letters is None:
        return None
    return letters, _likened(words, at, letters)


def _letter(word: Token) -> str | None:
    if len(word.text) == 1:
        return word.text
    if word.is_number:
        return word.digits
    if word.text in SECRETS.alphabet:
        return word.text[0]
    return WORDS.letters.get(word.text)


def _likened(words: Sequence[Token], at: int, letters: str) -> int:
    """The last token of `s as in sierra` that begins at `at`."""
    to = at + 1
    while to < min(len(words), at + 4) and (
        words[to].text in SPELLED.likening or words[to].text == SPELLED.like
    ):
        to += 1
    if to == at + 1 or to >= len(words) or not words[to].text.startswith(letters):
        return at
    return to if len(words[to].text) > 1 else at
