"""Commands that are not for now: a time or a condition is taken out, the rest is read.

    in ten minutes turn off the lights         LATER minutes=10 (lights off)
    when Anna leaves lock the door             LATER who=anna place=away (lock)
    turn it off if it rains                    LATER cannot="... whether it rains"

What says when may stand before, behind or within the command; without it the rest has
to be a command by itself, every word of it. So whatever is understood can be put off,
and nothing that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import foreign, spoken
from voiceagent.nlu.intent import LATER, SEVERAL, Intent, SlotValue
from voiceagent.nlu.occasions import (
    AT_ONCE,
    CANNOT,
    Occasion,
    Occasions,
    known_occasions,
)
from voiceagent.nlu.parts import ReadOne
from voiceagent.nlu.slm.forms import Takes

__all__ = ["BESIDE", "LaterReader", "Plannable", "plannable"]

Plannable = Callable[[str], bool]
MOST_WORDS, MOST_OCCASIONS = 40, 3
BESIDE = "beside"
"""Slot: the number of the command that the time was said with, where it may be meant
for all of them."""
TIMED = frozenset(("hour", "minutes", "hours", "day", "rule", "weekday"))
"""Slots of commands that take a time themselves."""
JOINTS = language().parts.joints
LACKING = "I can't put that off"
EDGES = ",;"
TALK = "manners."
"""How intents begin by which nothing is done: nobody thanks at nine."""
LOOSE = ',;.!?"'


def plannable(known: Takes | None) -> bool:
    """Whether what takes this can be put off."""
    if known is None or known.asks:
        return False
    return not any({*atom.slots} & TIMED for atom in known.atoms)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, word by word as it was written."""

    words: tuple[str, ...]

    def text(self, start: int, end: int) -> str:
        """Some of it."""
        return " ".join(self.words[start:end]).strip(" " + EDGES)

    def without(self, places: Sequence[Occasion]) -> str:
        """All but those places."""
        kept, at = [], 0
        for place in sorted(places, key=lambda one: one.start):
            kept.append(self.text(at, place.start))
            at = place.end
        return " ".join(filter(None, (*kept, self.text(at, len(self.words)))))


@dataclass(slots=True)
class LaterReader:
    """Reads commands that say when; no state, any thread."""

    parse: ReadOne
    """The command that a text is, or several."""
    plannable: Plannable = field(default=lambda name: True)
    """Whether an intent can be put off: it does something, and takes no time itself."""
    occasions: Occasions = field(default_factory=known_occasions)

    def read(self, text: str) -> Intent | None:
        """The command with when it is to be done; None where it is none of these."""
        said = _Sentence(tuple(text.split()))
        if foreign(text) or not 2 < len(said.words) <= MOST_WORDS:
            return None
        bare = _spoken_each(said.words)
        if not self.occasions.hinted(bare):
            return None
        found = self._timed(said, bare) or self._refused(said, bare)
        return None if found is None else replace(found, text=text)

    def _timed(self, said: _Sentence, bare: Sequence[str]) -> Intent | None:
        every = sorted(
            self.occasions.of(bare), key=lambda one: (one.start - one.end, one.start)
        )
        at_once = [one for one in every if one.kind == AT_ONCE]
        for many in range(1, MOST_OCCASIONS + 1):
            for chosen in combinations(every, many):
                if _apart(chosen) and any(one.kind != AT_ONCE for one in chosen):
                    found = self._composed(said, bare, chosen)
                    if found is not None and not _overheard(found, chosen, at_once):
                        return found
        return None

    def _composed(
        self, said: _Sentence, bare: Sequence[str], chosen: Sequence[Occasion]
    ) -> Intent | None:
        rest = said.without(chosen)
        whole = self.parse(rest) if rest else None
        if whole is None:
            return None
        commands = whole.parts or (whole,)
        if not self._may(whole):
            return self._moved(rest, commands, said, chosen)
        if len(commands) == 1:
            slots = self.occasions.joined(chosen)
            return None if slots is None else Intent(LATER, slots, parts=commands)
        if len(chosen) == 1:
            return self._covering(said, bare, chosen[0], commands)
        return self._each(said, bare, chosen, commands)

    def _moved(
        self,
        rest: str,
        commands: Sequence[Intent],
        said: _Sentence,
        chosen: Sequence[Occasion],
    ) -> Intent | None:
        """`at eight remind me to call`: a command that takes a time takes this one."""
        if len(commands) > 1 or len(chosen) > 1:
            return None
        (one,), (when,) = commands, chosen
        found = self.parse(f"{rest} {said.text(when.start, when.end)}")
        if found is None or found.name != one.name:
            if "asks" in one.slots and when.kind == "while":
                return Intent(LATER, {CANNOT: LACKING}, parts=(one,))
            return None
        return found if when.slots.items() <= found.slots.items() else None

    def _covering(
        self,
        said: _Sentence,
        bare: Sequence[str],
        when: Occasion,
        commands: tuple[Intent, ...],
    ) -> Intent | None:
        """One time, and several commands: for all of them, or for some."""
        one_kind = len({one.name for one in commands}) == 1
        if when.start == 0 or (when.end == len(bare) and one_kind):
            return Intent(LATER, when.slots, parts=commands)
        joint = _joint_before(bare, when.start)
        before = self._many(said, bare, when.start - joint)
        if before is None or before > len(commands):
            return None
        if joint and before < len(commands):
            rest = commands[before:]
            later = Intent(LATER, when.slots, parts=rest)
            return Intent(SEVERAL, parts=(*commands[:before], later))
        slots: dict[str, SlotValue] = {**when.slots, BESIDE: before}
        return Intent(LATER, slots, parts=commands)

    def _each(
        self,
        said: _Sentence,
        bare: Sequence[str],
        chosen: Sequence[Occasion],
        commands: Sequence[Intent],
    ) -> Intent | None:
        """A time for each of several commands."""
        if len(chosen) != len(commands):
            return None
        found: dict[int, Intent] = {}
        for when in sorted(chosen, key=lambda one: one.start):
            joint = _joint_before(bare, when.start)
            others = [one for one in chosen if one.end <= when.start]
            before = self._many(said, bare, when.start - joint, others)
            if before is None:
                return None
            at = before if joint or when.start == 0 else before - 1
            if at in found or at >= len(commands):
                return None
            one = commands[at]
            later = Intent(LATER, when.slots, parts=(one,))
            found[at] = one if when.kind == AT_ONCE else later
        return Intent(SEVERAL, parts=tuple(found[at] for at in sorted(found)))

    def _many(
        self,
        said: _Sentence,
        bare: Sequence[str],
        end: int,
        without: Sequence[Occasion] = (),
    ) -> int | None:
        """How many commands stand before a place."""
        rest = _Sentence(said.words[:end]).without(without)
        if not rest:
            return 0
        found = self.parse(rest)
        return None if found is None else len(found.parts or (found,))

    def _refused(self, said: _Sentence, bare: Sequence[str]) -> Intent | None:
        """A command with a condition or time that nobody here can wait for."""
        for when in self.occasions.beyond(bare):
            found = self.parse(said.without([when]))
            if found is not None and self._may(found):
                return Intent(LATER, when.slots, parts=found.parts or (found,))
        return None

    def _may(self, found: Intent) -> bool:
        every = [one.name for one in found.parts or (found,)]
        talk = any(name.startswith(TALK) for name in every)
        return not talk and all(map(self.plannable, every))


def _spoken_each(words: Sequence[str]) -> list[str]:
    """Each word as it is spoken behind the one before: `10 min` is ten minutes."""
    found: list[str] = []
    for at, word in enumerate(words):
        bare = word.strip(LOOSE)
        before = words[at - 1].strip(LOOSE) if at else ""
        pair, head = spoken(f"{before} {bare}"), spoken(before)
        follows = bool(head) and pair.startswith(f"{head} ")
        found.append(pair[len(head) + 1 :] if follows else spoken(bare))
    return found


def _overheard(
    found: Intent, chosen: Sequence[Occasion], at_once: Sequence[Occasion]
) -> bool:
    """Whether something of several was said to be for now, and would be put off."""
    parts = [part for one in (found, *found.parts) for part in one.parts]
    return len(parts) > 1 and any(
        all(one.end <= other.start or other.end <= one.start for other in chosen)
        for one in at_once
    )


def _apart(chosen: Sequence[Occasion]) -> bool:
    ordered = sorted(chosen, key=lambda one: one.start)
    pairs = zip(ordered, ordered[1:], strict=False)
    return all(one.end <= other.start for one, other in pairs)


def _joint_before(bare: Sequence[str], at: int) -> int:
    """Words of the joint that ends there."""
    for many in range(min(3, at), 0, -1):
        if " ".join(bare[at - many : at]) in JOINTS:
            return many
    return 0
