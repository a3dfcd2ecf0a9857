"""What a recogniser may ask of the language that it is to hear."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Protocol, TypeVar

from voiceagent.stt.grammar import Grammar

__all__ = ["SpokenLanguage"]

T = TypeVar("T")


class SpokenLanguage(Protocol):
    """What may be said to a pack; each part is made when it is first asked for."""

    @property
    def grammar(self) -> Grammar:
        """Every sentence, as one word automaton."""
        ...

    @property
    def pronunciations(self) -> Mapping[str, Sequence[str]]:
        """Phones of the CMU dictionary by word, all ways it is said."""
        ...

    @property
    def spellings(self) -> Mapping[str, Sequence[str]]:
        """How a recogniser of any words writes words that it does not know."""
        ...

    @property
    def open_domain(self) -> bool:
        """Whether what is outside the grammar may be meant for somebody else."""
        ...

    def kept(self, kind: str, make: Callable[[], T], *more: object) -> T:
        """What `make` makes of what may be said and of `more`: what an earlier run of
        the program made of the same, where that can be kept."""
        ...

    def meaning(self, text: str) -> Hashable:
        """The same for texts that differ in their wording alone."""
        ...
