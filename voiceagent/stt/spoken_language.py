"""What a recogniser may ask of the language that it is to hear."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol

from voiceagent.stt.grammar import Grammar

__all__ = ["SpokenLanguage"]


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

    def meaning(self, text: str) -> Hashable:
        """The same for texts that differ in their wording alone."""
        ...
