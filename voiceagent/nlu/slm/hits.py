"""Values at their places in the words of a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voiceagent.nlu.intent import SlotValue
from voiceagent.nlu.slm.forms import Atom
from voiceagent.templates.matching import Match, Matching

__all__ = ["Hit", "exact_hits"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A value at a place of the words."""

    atom: Atom
    start: int
    end: int
    slots: tuple[tuple[str, SlotValue], ...]

    def meets(self, start: int, end: int) -> bool:
        """Whether it shares letters with that place."""
        return self.start < end and start < self.end

    def within(self, other: Hit) -> bool:
        """Whether another hit holds all of its letters."""
        return other.start <= self.start and self.end <= other.end

    def unread(self, text: str) -> int:
        """Words of it that are kept as they were said, where a list may know their
        number."""
        words = text[self.start : self.end]
        return 0 if self.atom.plain else sum(str(v) in words for _, v in self.slots)


def exact_hits(atom: Atom, run: Matching) -> Iterator[Hit]:
    """Every place where an atom stands, each once."""
    places: set[tuple[object, ...]] = set()
    for start, match in atom.hits(run):
        end = match.end - 1 if run.text[match.end - 1] == " " else match.end
        slots = _captured(match)
        if (start, end, slots) not in places:
            places.add((start, end, slots))
            yield Hit(atom, start, end, slots)


def _captured(match: Match) -> tuple[tuple[str, SlotValue], ...]:
    found: dict[str, SlotValue] = {}
    for capture in match.captures:
        found[capture.slot] = capture.value
    return tuple(found.items())
