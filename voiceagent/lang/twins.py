"""Numbers that sound like others: "forty" and "fourteen"."""

from __future__ import annotations

from voiceagent.lang.language import NumberWords
from voiceagent.lang.languages import language

__all__ = ["twin_of"]


def twin_of(text: str) -> str:
    """The sentence with the number that it may be mistaken for; empty where it has
    none, or several."""
    pairs = _pairs(language().numbers)
    words = text.split()
    places = [at for at, word in enumerate(words) if word in pairs]
    if len(places) != 1:
        return ""
    at = places[0]
    return " ".join([*words[:at], pairs[words[at]], *words[at + 1 :]])


def _pairs(words: NumberWords) -> dict[str, str]:
    """Each with the other: three and ten, three times ten."""
    both = zip(words.ones[13:], words.tens[1:], strict=False)
    alike = [pair for pair in both if words.twins.issuperset(pair)]
    return {**dict(alike), **{other: one for one, other in alike}}
