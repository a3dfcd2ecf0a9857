"""Values of words that were heard freely: each has to be sure by itself.

That a whole sentence means something tells that it was heard right, and so does a room
or a thing that is one of a few. A number may be any other number, and what is put on a
list any other word: there nothing but the recogniser itself can tell.
"""

from __future__ import annotations

from voiceagent.lang.language import Language
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.forms import Takes
from voiceagent.stt.protocol import Recognition

__all__ = ["FreeValuesRule", "by_word"]

ANY_WORDS = 0.5
"""How sure the recogniser has to be of a sentence with a value of any words."""
A_NUMBER, A_VALUE = 0.6, 0.25
"""How likely each word of a number has to be, and each of another value."""


class FreeValuesRule:
    """Whether the values of a sentence that was heard in any words are sure."""

    def __init__(self, tables: Language) -> None:
        self._numbers = frozenset(tables.numbers.values) | tables.numbers.quantities

    def judge(self, heard: Recognition, intent: Intent, known: Takes) -> GuardVerdict:
        """What is said about acting on `intent`."""
        if known.asks or not heard.sure:
            return PASS
        wild = {slot for atom in known.atoms if atom.wild for slot in atom.slots}
        if wild & {*intent.slots} and heard.certain < ANY_WORDS:
            return ask("a value of any words, heard in doubt")
        likely = by_word(heard.text, heard.sure)
        values = (value for value in intent.slots.values() if isinstance(value, str))
        named = {word for value in values for word in spoken(value).split()}
        for word, sure in likely.items():
            number = word in self._numbers
            if sure < (A_NUMBER if number else A_VALUE if word in named else 0.0):
                return ask("a value, heard in doubt")
        return PASS


def by_word(text: str, sure: tuple[float, ...]) -> dict[str, float]:
    """How likely each word of `text` was, the least of its places; none where nobody
    knows."""
    found: dict[str, float] = {}
    for token, likely in zip(text.split(), sure, strict=False):
        for word in spoken(token).split():
            found[word] = min(likely, found.get(word, 1.0))
    return found
