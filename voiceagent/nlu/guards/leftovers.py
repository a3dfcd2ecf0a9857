"""What no slot took, and must not be lost: numbers, times, and things nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from voiceagent.lang.language import Language
from voiceagent.nlu.slm.forms import Takes

__all__ = ["Leftovers"]

TextPlace = tuple[int, int]
TextWord = tuple[str, bool]
"""A word, and whether a slot took it."""
NAMES = ("name", "area", "floor")
"""Slots whose values are names."""
LONGEST_THING = 4
"""Words behind a determiner that may name a thing."""


class Leftovers:
    """Looks at what is left of a sentence when the slots have their words."""

    def __init__(self, language: Language) -> None:
        self._loose, self._calendar = language.guards.loose, language.calendar
        numbers = language.numbers
        commands = language.commands
        self._before_sorts = (
            frozenset().union(
                self._loose.determiners, self._loose.boundaries, self._loose.everyday
            )
            | commands.verbs
            | commands.function
        ) - self._loose.choosing
        self._numbers = frozenset(numbers.values) | numbers.quantities

    def problem(
        self,
        text: str,
        taken: Sequence[TextPlace],
        known: Takes,
        *,
        meant: Sequence[TextPlace] = (),
    ) -> str:
        """Why words that nothing took forbid to act; empty where they do not.

        `meant`: words that the model marked as meaning a value without naming it.
        """
        words = list(_words(text, taken))
        if any(self._loose_number(words, at, known) for at in range(len(words))):
            return "a number that no slot took"
        if self._foreign_unit(words, known):
            return "a unit that the intent does not know"
        explained = list(_words(text, [*taken, *meant]))
        if self._some_of(explained, known):
            return "a thing that the pack does not know"
        if any(self._loose_time(explained, at, known) for at in range(len(explained))):
            return "a time that no slot took"
        if self._unknown_thing(explained, known):
            return "a thing that the pack does not know"
        return ""

    def is_pronoun(self, words: Sequence[str], at: int) -> bool:
        """Whether a `one` counts nothing: `the one in the kitchen`, `one more time`."""
        if words[at] != self._loose.one:
            return False
        before, after = words[at - 1 : at], " ".join(words[at + 1 : at + 3])
        return bool(self._loose.before_one & {*before}) or after.startswith(
            self._loose.after_one
        )

    def _loose_number(self, words: Sequence[TextWord], at: int, known: Takes) -> bool:
        word, held = words[at]
        if held or word not in self._numbers:
            return False
        if self.is_pronoun([said for said, _ in words], at):
            return False
        return not any(word in literals for literals in known.literals)

    def _loose_time(self, words: Sequence[TextWord], at: int, known: Takes) -> bool:
        word, held = words[at]
        calendar = self._calendar
        if known.asks or not known.values:
            if any(word in own for own in known.literals):
                return False  # "good morning" is about no time
        night = (
            word == calendar.night and at > 0 and words[at - 1][0] in calendar.nightly
        )
        return not held and (night or word in calendar.times)

    def _foreign_unit(self, words: Sequence[TextWord], known: Takes) -> bool:
        """A number of a slot with a unit behind it that the templates never have."""
        pairs = zip(words, words[1:], strict=False)
        return any(
            held
            and not within  # the value of a slot says what it means
            and number in self._numbers
            and unit in self._loose.units - known.words
            for (number, held), (unit, within) in pairs
        )

    def _unknown_thing(self, words: Sequence[TextWord], known: Takes) -> bool:
        """`the` something, or a room's something, that nothing names."""
        if known.asks and not known.values:
            return False
        for at, (word, held) in enumerate(words):
            if not held and word in self._loose.determiners:
                thing = list(self._thing(words[at + 1 :]))
                if not all(self._familiar(each, known) for each in thing):
                    return True
            if held and at + 1 < len(words) and not words[at + 1][1]:
                after = words[at + 1]
                ends = after[0] in self._loose.boundaries
                if not ends and not self._familiar(after, known):
                    return True
        return False

    def _some_of(self, words: Sequence[TextWord], known: Takes) -> bool:
        """`ceiling lights`, `the other lights`: not all of them, and nobody knows
        which."""
        own = known.words - names_in(known) - self._loose.choosing
        for (before, held), (sort, _) in zip(words, words[1:], strict=False):
            if sort in self._loose.sorts and not held:
                if before not in self._before_sorts and before not in own:
                    return True
        return False

    def _thing(self, words: Sequence[TextWord]) -> Iterator[TextWord]:
        for word, held in words[:LONGEST_THING]:
            if word in self._loose.boundaries and not held:
                return
            yield word, held

    def _familiar(self, word: TextWord, known: Takes) -> bool:
        said, held = word
        loose = self._loose
        plain = said.removesuffix(loose.plural)
        forms = (said, plain, said + loose.plural, loose.synonyms.get(plain, said))
        # A word of some name that is not that name: "ceiling lights" where there is a
        # ceiling fan are other lights than all.
        own = known.words - names_in(known)
        return held or any(f in own or f in loose.everyday for f in forms)


@lru_cache(maxsize=1024)
def names_in(known: Takes) -> frozenset[str]:
    """Words that occur in names of things and rooms alone."""
    of_names, of_others = set[str](), set[str]().union(*known.literals)
    for slot, atoms in known.values.items():
        words = of_names if slot in NAMES else of_others
        for atom in atoms:
            words.update(word for phrase, _ in atom.phrases for word in phrase.split())
    return frozenset(of_names - of_others)


def _words(text: str, taken: Sequence[TextPlace]) -> Iterator[TextWord]:
    at = 0
    for word in text.split():
        yield word, any(start <= at < end for start, end in taken)
        at += len(word) + 1
