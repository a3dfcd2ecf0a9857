"""Where a sentence says when, or on what condition: times, people, and what is neither.

An occasion is a stretch of words with slots: those of a time (`lang/quantities.py`), or
`sort`, `who` and `place` of somebody who comes or goes. `ask`: the time is still to be
asked for. `cannot`: nobody here can wait for it; the words say why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias, TypeVar

from voiceagent.lang.languages import language
from voiceagent.lang.later_tables import LaterWords
from voiceagent.lang.number_words import NUMBER_VALUES
from voiceagent.lang.numerals import wholes
from voiceagent.lang.phrase_grammar import PhraseGrammar, PhraseWalk
from voiceagent.lang.quantities import times_of
from voiceagent.nlu.intent import SlotValue

__all__ = [
    "ASK",
    "AT_ONCE",
    "CANNOT",
    "PLACE",
    "SORT",
    "WHO",
    "Occasion",
    "Occasions",
    "known_occasions",
]

ASK, CANNOT, SORT, WHO, PLACE = "ask", "cannot", "sort", "who", "place"
LONGEST_WHO = 3
"""Words of a name."""
LONGEST_CLAUSE = 12
UNITS = language().quantities.say.units
PAST = "That has passed"
BELOW = language().numbers.signs
HOURS = 24
AT_ONCE = "at once"
"""Kind of one that says that something is not put off."""
TOGETHER = (
    {"time", "day"},
    {"time", "repeat"},
    {"time", "who"},
    {"while", "who"},
    {"day", "who"},
    {"day", "repeat"},
    {"time", "day", "who"},
)
"""Kinds that say one thing together."""
Phrase: TypeAlias = tuple[str, ...]
V = TypeVar("V")
_Begun: TypeAlias = Iterator[tuple[str, dict[str, SlotValue], int]]
"""Kinds, slots and ends of what begins at a place."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One, and its place among the words."""

    kind: str
    slots: Mapping[str, SlotValue]
    start: int
    end: int = field(compare=False)


class Occasions:
    """Finds them; no state, any thread."""

    def __init__(self, tables: LaterWords | None = None) -> None:
        self._tables = words = tables or language().later
        quantities = language().quantities
        own = {f"later_{kind}": rule for kind, rule in words.rules.items()}
        spans = {f"later_span_{n}": rule for n, rule in enumerate(words.spans)}
        self.grammar = PhraseGrammar(
            {**quantities.rules, **own, **spans}, quantities.lists
        )
        """Of times, a rule for each kind: `later_time`."""
        self._spans = tuple(spans)
        self._waits = _by_words(words.waits)
        self._places = _by_words(words.places)
        self._whole = _by_words(words.whole)
        self._clauses = _by_words(words.clauses)
        fixed: dict[str, tuple[str, Mapping[str, SlotValue]]] = {
            **dict.fromkeys(words.vague, ("vague", {ASK: "time"})),
            **dict.fromkeys(words.at_once, (AT_ONCE, {})),
            **dict.fromkeys(words.past, ("cannot", {CANNOT: PAST})),
        }
        self._fixed = _by_words(fixed)
        self._inside, self._clock = _cues(words.inside), _cues(words.clock)
        self._moments = _cues(words.moments)
        self._hints = frozenset(
            said.split()[0]
            for said in (
                *(*words.hints, *words.waits, *words.clauses, *words.vague),
                *(*words.at_once, *words.past, *language().calendar.weekdays),
                *language().calendar.months,
                *(f"{day}s" for day in language().calendar.weekdays),
            )
        )

    def hinted(self, words: Sequence[str]) -> bool:
        """Whether there may be any."""
        return any(part in self._hints for word in words for part in word.split())

    def of(self, words: Sequence[str]) -> Iterator[Occasion]:
        """Every stretch of `words` (each in its spoken form) that is one."""
        flat = [part for word in words for part in word.split()]
        ends = _borders(words)
        walk = self.grammar.over(flat)
        starts = {flat_at: at for at, flat_at in enumerate(_starts(words))}
        for flat_at, start in starts.items():
            for kind, slots, flat_end in self._at(walk, flat, flat_at):
                end = ends.get(flat_end)
                if end is not None:
                    yield Occasion(kind, slots, start, end)

    def joined(self, some: Sequence[Occasion]) -> dict[str, SlotValue] | None:
        """What several of one command say together; None where that is nothing."""
        kinds = {one.kind for one in some}
        if len(some) > 1 and (len(kinds) != len(some) or kinds not in TOGETHER):
            return None
        slots: dict[str, SlotValue] = {}
        for one in some:
            if slots.keys() & one.slots.keys() - {ASK}:
                return None
            slots |= one.slots
        if "hour" in slots:
            slots.pop(ASK, None)
            if not times_of(slots):
                return None
        return slots

    def beyond(self, words: Sequence[str]) -> Iterator[Occasion]:
        """Stretches that may be a condition of any kind, the longest command first;
        whether the rest is a command is for others to say."""
        many = len(words)
        for start in range(many):
            for said, refusal in _known(self._clauses, words, start):
                first = start + len(said)
                ends = range(first + 1, min(many, first + LONGEST_CLAUSE) + 1)
                for end in ends if start == 0 else (many,):
                    if end > first:
                        clause = self._mirrored(words[first:end])
                        slots: dict[str, SlotValue] = {CANNOT: refusal.format(clause)}
                        yield Occasion("cannot", slots, start, end)

    def _mirrored(self, clause: Sequence[str]) -> str:
        turned = {**language().commands.addressed, **self._tables.mirrored}
        return " ".join(turned.get(word, word) for word in clause)

    def _at(self, walk: PhraseWalk, words: Sequence[str], at: int) -> _Begun:
        """Kind, slots and end of all that begins there; `walk`: over the words."""
        yield from self._times(walk, words, at)
        yield from self._anyone(words, at)
        for said, (kind, slots) in _known(self._fixed, words, at):
            yield kind, dict(slots), at + len(said)
        yield from self._impossible(walk, words, at)

    def _times(self, walk: PhraseWalk, words: Sequence[str], at: int) -> _Begun:
        known = set()
        for kind in self._tables.rules:
            for way in walk.match(f"later_{kind}", at):
                slots: dict[str, SlotValue] = dict(way.slots)
                if len(slots) != len(way.slots):
                    continue
                if kind == "time" and not self._is_meant(slots, words[at]):
                    continue
                if kind in ("day", "repeat"):
                    slots[ASK] = "time"
                known.add(way.end)
                yield kind, slots, way.end
        yield from self._long(words, at, known)

    def _is_meant(self, slots: Mapping[str, SlotValue], first: str) -> bool:
        """Whether it is a time of day, and no amount."""
        alone = [*slots] == ["hour"] and isinstance(slots["hour"], int)
        return bool(times_of(slots)) and (not alone or first in self._tables.sure)

    def _long(self, words: Sequence[str], at: int, known: set[int]) -> _Begun:
        """A while beyond what the grammar has, and no time of any day."""
        for said, _ in _known(self._inside, words, at):
            first = at + len(said)
            below = first < len(words) and words[first] in BELOW
            for number, end in wholes(words, first + below):
                unit = words[end] if end < len(words) else ""
                named = next((u for u, names in UNITS.items() if unit in names), "")
                days = self._tables.long.get(unit, 0)
                if below and (named or days):
                    yield "cannot", {CANNOT: PAST}, end + 1
                elif days and end + 1 not in known:
                    yield "while", {"hours": int(number) * days * HOURS}, end + 1
                if below:
                    continue
                if named and number == 0:
                    yield "cannot", {CANNOT: "That is no time at all"}, end + 1
                elif named and end + 1 not in known:
                    yield "while", {named: int(number)}, end + 1
        for said, _ in _known(self._clock, words, at):
            first = last = at + len(said)
            while last < len(words) and self._clocked(words[last]):
                last += 1
            numbered = last > first and words[first] in NUMBER_VALUES
            if numbered and last not in known:
                yield "cannot", {CANNOT: "There is no such time of day"}, last

    def _clocked(self, word: str) -> bool:
        return word in NUMBER_VALUES or word in self._tables.hours

    def _anyone(self, words: Sequence[str], at: int) -> _Begun:
        """Somebody who comes or goes."""
        cues = sorted(_known(self._waits, words, at), key=lambda cue: -len(cue[0]))
        for said, sort in cues[:1]:
            first = at + len(said)
            for whole, (who, place) in _known(self._whole, words, first):
                yield "who", {SORT: sort, WHO: who, PLACE: place}, first + len(whole)
            for much in range(1, LONGEST_WHO + 1):
                name = " ".join(words[first : first + much])
                for does, place in _known(self._places, words, first + much):
                    who, where = self._who(name, place)
                    if who:
                        slots: dict[str, SlotValue] = {SORT: sort, WHO: who}
                        yield "who", {**slots, PLACE: where}, first + much + len(does)

    def _who(self, name: str, place: str) -> tuple[str, str]:
        known = self._tables.whos.get(name)
        if known == "none":
            return "all", "home" if place == "away" else "away"
        if known is not None:
            return known, place
        first = name.split()[0]
        small = language().commands.function | language().manners.fillers
        return ("", "") if first in small else (name, place)

    def _impossible(self, walk: PhraseWalk, words: Sequence[str], at: int) -> _Begun:
        """What is over, what lasts, and moments that no clock tells."""
        for way in walk.match("said_duration", at):
            if words[way.end : way.end + 1] == [self._tables.ago]:
                yield "cannot", {CANNOT: PAST}, way.end + 1
        for rule in self._spans:
            for way in walk.match(rule, at):
                said = " ".join(words[at : way.end])
                yield "cannot", {CANNOT: f"I can't do that only {said}"}, way.end
        if words[at : at + 1] and words[at] in self._tables.ats:
            for moment, _ in _known(self._moments, words, at + 1):
                said = " ".join(moment)
                end = at + 1 + len(moment)
                yield "cannot", {CANNOT: f"I can't tell when it is {said}"}, end


@cache
def known_occasions() -> Occasions:
    """Those of the language, whose rules are read once."""
    return Occasions()


def _by_words(table: Mapping[str, V]) -> dict[str, list[tuple[Phrase, V]]]:
    found: dict[str, list[tuple[Phrase, V]]] = {}
    for said, value in table.items():
        words = tuple(said.split())
        found.setdefault(words[0], []).append((words, value))
    return found


def _cues(phrases: Sequence[str]) -> dict[str, list[tuple[Phrase, None]]]:
    return _by_words(dict.fromkeys(phrases))


def _known(
    table: Mapping[str, Sequence[tuple[Phrase, V]]], words: Sequence[str], at: int
) -> Iterator[tuple[Phrase, V]]:
    """What of a table stands at a place."""
    for said, value in table.get(words[at], ()) if at < len(words) else ():
        if tuple(words[at : at + len(said)]) == said:
            yield said, value


def _starts(words: Sequence[str]) -> Iterator[int]:
    at = 0
    for word in words:
        yield at
        at += len(word.split())


def _borders(words: Sequence[str]) -> dict[int, int]:
    """The place behind each word, by the place among all parts of words."""
    found, at = {}, 0
    for number, word in enumerate(words, 1):
        at += len(word.split())
        found[at] = number
    return found
