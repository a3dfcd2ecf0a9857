"""Words around a command that change nothing, and the command without them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voiceagent.lang.languages import language
from voiceagent.lang.manner_tables import MannerWords
from voiceagent.lang.spoken import foreign, spoken
from voiceagent.nlu.phrase_words import closing, leading

__all__ = ["without_manners"]

WrittenWord = tuple[str, str]
"""As it was written, and as it is spoken."""


def without_manners(text: str, tables: MannerWords | None = None) -> str:
    """`text` without manners around it and fillers in it, in its own letters."""
    words = tables or language().manners
    if foreign(text):
        return text
    tokens = [(token, spoken(token)) for token in text.split()]
    tokens = [token for token in tokens if token[1] and token[1] not in words.within]
    bare = " ".join(token for token, _ in _bare(tokens, words)).rstrip(" ,;.!?")
    return bare or text


def _bare(tokens: Sequence[WrittenWord], words: MannerWords) -> Sequence[WrittenWord]:
    before = None
    while before != len(tokens):
        before = len(tokens)
        tokens = _ordered(tokens, words)  # "do you mind" before "do"
        said = " ".join(word for _, word in tokens).split()
        if len(said) != len(tokens):  # a number in digits; what is around it is plain
            said = [word for _, word in tokens]
        tokens = tokens[leading(said, words.fronts) :]
        said = [word for _, word in tokens]
        tokens = tokens[: len(tokens) - closing(said, words.backs)]
    return tokens


def _ordered(
    tokens: Sequence[WrittenWord], words: MannerWords
) -> Sequence[WrittenWord]:
    """`would you mind turning it off` as `turn it off`."""
    said = [word for _, word in tokens]
    many = leading(said, words.gerunds)
    if not many or not said[many].endswith(words.gerund):
        return tokens
    verb = next(iter(_verbs(said[many], words.gerund)), "")
    return [(verb, verb), *tokens[many + 1 :]] if verb else tokens


def _verbs(gerund: str, ending: str) -> Iterable[str]:
    """The verb of the language's commands that a gerund is of."""
    known = language().commands.verbs
    stem = gerund.removesuffix(ending)
    doubled = stem[:-1] if len(stem) > 1 and stem[-1] == stem[-2] else stem
    return [verb for verb in (stem, doubled, f"{stem}e") if verb in known]
