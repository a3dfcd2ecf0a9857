"""Articles that nobody would say: "an pensioners", "a adult"."""

from __future__ import annotations

from voiceagent.lang.en_articles import CONSONANT_SOUNDS, NO_PLURALS, SILENT, VOWELS

__all__ = ["jars"]


def jars(text: str) -> bool:
    """Whether an article stands before a word that it does not fit."""
    words = text.lower().split()
    return any(
        article in ("a", "an") and (_misfits(article, word) or _plural(word))
        for article, word in zip(words, words[1:], strict=False)
    )


def _misfits(article: str, word: str) -> bool:
    vowel = word[0] in VOWELS and not word.startswith(CONSONANT_SOUNDS)
    return (article == "an") != (vowel or word.startswith(SILENT))


def _plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(NO_PLURALS)
