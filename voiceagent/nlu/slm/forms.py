"""What an intent takes: the slot combinations of its templates, as pieces to look for.

A template falls apart into atoms, the smallest pieces that mean something wherever they
stand: a name is an atom, `{minutes} minutes` is one, the words between them are not.
A form is one set of atoms that a template allows, with the slots that are fixed there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from string import digits

from voiceagent.lang.languages import language
from voiceagent.nlu.intent import SlotValue
from voiceagent.templates.matching import Match, Matching, MatchNode, Slot

__all__ = ["FUNCTION_WORDS", "TO", "Atom", "Form", "Takes", "twins"]

QUESTIONS = language().commands.questions
FUNCTION_WORDS = language().commands.function


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """One piece with a value."""

    node: MatchNode
    slots: tuple[str, ...]
    """What it may give; a duration gives some of its slots."""
    sets: frozenset[frozenset[str]]
    """The combinations of them that it may give."""
    wild: bool = False
    """Any words: they have to be shown by a span."""
    plain: bool = True
    """Values that stand by themselves; not numbers, not `a` or `half`."""
    phrases: tuple[tuple[str, SlotValue], ...] = ()
    """Of a list of texts: the words for its values."""

    def hits(self, run: Matching) -> Iterator[tuple[int, Match]]:
        """Every place where it stands, at word boundaries, with the place's start."""
        if self.wild:
            return
        text = run.text
        starts = [0, *(at + 1 for at, letter in enumerate(text[:-1]) if letter == " ")]
        for start in starts:
            for match in run.match(self.node, start):
                if match.captures and text[match.end - 1 : match.end + 1].count(" "):
                    yield start, match


TO = "to_"
"""How slots begin that take what something is changed to."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One combination of atoms, and what is fixed where it is used."""

    atoms: tuple[Atom, ...]
    fixed: Mapping[str, SlotValue]
    block: int
    """Which group of templates of the intent it comes from."""
    twins: frozenset[Atom] = frozenset()
    """Atoms that take the same words for different slots, what percent one number is of
    another: which is which templates tell, or a model's marks."""

    @property
    def moves(self) -> bool:
        """Whether it takes a new value for something: which of two times is the new one
        is told by a template's words between them, and by nothing else."""
        slots = (slot for atom in self.atoms for slot in atom.slots)
        return any(slot.startswith(TO) for slot in slots)


def twins(atoms: Iterable[Atom]) -> frozenset[Atom]:
    """Those that take what another of them takes; `item2` is one more `item`."""
    found: set[Atom] = set()
    listed = [(atom, atom.node) for atom in atoms if not atom.wild]
    for (one, first), (other, second) in combinations(listed, 2):
        if isinstance(first, Slot) and isinstance(second, Slot):
            names = {node.name.rstrip(digits) for node in (first, second)}
            if first.values is second.values and len(names) > 1:
                found |= {one, other}
    return frozenset(found)


@dataclass(frozen=True, slots=True, eq=False)
class Takes:
    """What one intent takes."""

    forms: tuple[Form, ...]
    atoms: tuple[Atom, ...]
    """Every atom of the forms, once."""
    values: Mapping[str, tuple[Atom, ...]]
    """Slot to the lists that may fill it."""
    words: frozenset[str]
    """Every word of its templates and of its lists."""
    literals: tuple[frozenset[str], ...]
    """The templates' own words, by block."""
    openings: frozenset[str]
    """The words its sentences may begin with."""
    fixed: Mapping[str, frozenset[SlotValue]]
    """The values that templates fix, by slot."""
    only_says: bool = False
    """Whether all that can come of it is said (`metadata: {only_says: true}`)."""

    @property
    def asks(self) -> bool:
        """Whether it is a question or as harmless: answered, never acted upon."""
        return self.only_says or bool(self.openings & QUESTIONS)

    def say(self, words: str) -> bool:
        """Whether one block of its templates has all of `words` itself."""
        said = set(words.split())
        return any(said <= literals for literals in self.literals)
