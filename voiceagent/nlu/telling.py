"""Why a command cannot be meant so: a number beyond its range, a room nobody knows.

Nobody reads such a sentence. With another number, or the name of a room or a thing that
is there, in the place of what was said, it would be a command: so it is told what there
is instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voiceagent.lang.languages import language
from voiceagent.lang.number_words import number_words
from voiceagent.lang.numerals import Numeral, numerals
from voiceagent.lang.spoken import as_said, foreign, spoken
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.occasions import known_occasions
from voiceagent.nlu.parts import MOST_WORDS, ReadOne
from voiceagent.nlu.phrase_words import places as phrase_places
from voiceagent.nlu.ranges import LeastAndMost, Ranges

__all__ = ["Telling"]

LANGUAGE = language()
WORDS, PARTS = LANGUAGE.telling, LANGUAGE.parts
LONG = LANGUAGE.later.long
VERBS = LANGUAGE.commands.verbs
HOURS = LANGUAGE.quantities.say.units["hours"][1]
SHORT = 10
"""Words of a command whose names are looked at."""
TRIED = (10, 20, 2, 5, 50, 1)
"""Numbers that most commands take."""
MOST_NAMED = 5
"""Rooms or things that are named in an answer."""
LONGEST = 4
"""Words of a name that nobody knows."""
DOMAINS = ("light", "switch", "fan", "cover", "lock", "media_player", "climate")
"""Kinds of things that a name may be of."""
ACTING = ("device.", "light.", "cover.", "lock.", "climate.set")
"""How intents begin for which something is done."""


@dataclass(frozen=True, slots=True)
class _Instead:
    """A command with another value in it, and the slot that has it."""

    intent: Intent
    slot: str


class Telling:
    """Tells of one sentence after the other; no state, any thread."""

    def __init__(
        self,
        parse: ReadOne,
        rooms: Sequence[str],
        things: Mapping[str, Sequence[str]],
        ranges: Ranges,
    ) -> None:
        """`parse`: the command that a text is; `things`: names by their domain."""
        self._parse, self._ranges = parse, ranges
        self._rooms, self._by_domain = rooms, things
        self._occasions = known_occasions()

    def of(self, text: str) -> str:
        """What is said of a sentence that is no command; empty: nothing."""
        every, said = _words(text), ""
        for places in self._ways(every):
            words = [every[place] for place in places]
            said = said or self._beyond(words) or self._unknown(words, text, places)
        for places in _pieces(every) if not said else ():
            words = [every[place] for place in places]
            if not said and self._parse(" ".join(words)) is None:
                said = self._unknown(words, text, places)
        return _sentence(said)

    def numbers(self, text: str) -> str:
        """The same of its numbers alone."""
        every = _words(text)
        told = (self._beyond([every[at] for at in way]) for way in self._ways(every))
        return _sentence(next(filter(None, told), ""))

    def _ways(self, words: Sequence[str]) -> Iterator[Sequence[int]]:
        """Places of the words of what is to be done, without when it is to be done;
        then of all of them."""
        every = range(len(words))
        when = self._when(words) if self._occasions.hinted(words) else set()
        rest = [at for at in every if at not in when]
        if 1 < len(rest) < len(words):
            # What is a command by itself has nothing in it that nobody knows.
            if self._parse(" ".join(words[at] for at in rest)) is None:
                yield rest
        yield every

    def _when(self, words: Sequence[str]) -> set[int]:
        """Places of the words that say when, or on what condition."""
        found: set[int] = set()
        longest = sorted(self._occasions.of(words), key=lambda one: one.start - one.end)
        for one in longest:
            places = {*range(one.start, one.end)}
            named = one.start > 0 and words[one.start - 1] in WORDS.the
            if not places & found and not named:
                found |= places
        for one in self._occasions.beyond(words) if not found else ():
            last = one.end == len(words)
            if words[0] in VERBS if last else words[one.end] in VERBS:
                return {*range(one.start, one.end)}
        return found

    def _beyond(self, words: Sequence[str]) -> str:
        """A number that is too large, or too small."""
        numbers = numerals(words)
        if len(numbers) != 1:
            return ""
        (said,) = numbers
        found = self._with_number(words, said)
        if found is None:
            return ""
        span = self._ranges(found.intent.name, found.slot)
        fits = said.value and span is not None and span[0] <= said.value <= span[1]
        if span is None or (fits and not _long(words, said)):
            return ""
        return self._limit(words, said, found, span)

    def _with_number(self, words: Sequence[str], said: Numeral) -> _Instead | None:
        rest = words[said.end :]
        rest = [HOURS, *rest[1:]] if _long(words, said) else rest
        for number in TRIED:
            way = [*words[: said.start], number_words(number), *rest]
            made = self._parse(" ".join(way))
            if made is not None:
                for slot, value in made.slots.items():
                    if isinstance(value, int | float) and abs(value) == number:
                        return _Instead(made, slot)
        return None

    def _limit(
        self, words: Sequence[str], said: Numeral, found: _Instead, span: LeastAndMost
    ) -> str:
        if found.slot.removeprefix("to_") in WORDS.clock:
            return WORDS.no_time
        unit = next(iter(words[said.end : said.end + 1]), "")
        unit = f" {unit}" if unit in LANGUAGE.guards.loose.units else ""
        number = " ".join(words[said.start : said.end])
        if _long(words, said):
            most = f"{number_words(int(span[1]))} {HOURS}"
            return WORDS.too_much.format(
                number=f"{number} {words[said.end]}", unit="", most=most
            )
        if said.value > span[1]:
            return WORDS.too_much.format(
                number=number, unit=unit, most=number_words(int(span[1]))
            )
        if not said.value:
            return WORDS.nothing.format(number=number, unit=unit)
        least = number_words(max(0, int(span[0])))
        return WORDS.too_little.format(number=number, unit=unit, least=least)

    def _unknown(self, words: Sequence[str], text: str, places: Sequence[int]) -> str:
        """A room or a thing by a name that nobody has; `places`: those of the words
        in the text."""
        if not words or words[0] not in VERBS or len(words) > SHORT:
            return ""
        rooms = self._rooms
        for start, end in _stretches(words):
            said = as_said(text, places[start], " ".join(words[start:end]))
            if words[start - 1] in WORDS.before_rooms or _behind_the(words, start):
                if rooms and self._is("area", words, start, end, rooms[0]):
                    return _told(said, [f"the {room.lower()}" for room in rooms])
        for start, end in _stretches(words):
            said = as_said(text, places[start], " ".join(words[start:end]))
            named = words[start - 1] in WORDS.the | WORDS.particles
            if named and (things := self._things(words, start, end)):
                return _told(said, things)
        return ""

    def _is(
        self, slot: str, words: Sequence[str], start: int, end: int, name: str
    ) -> bool:
        """Whether it would be a command with a name that is known."""
        before = words[:start]
        if before[-1] in WORDS.the:
            before = [*before[:-1], WORDS.article]
        way = [*before, spoken(name), *words[end:]]
        made = self._parse(" ".join(way))
        return made is not None and _acts(made) and made.slots.get(slot) == name

    def _things(self, words: Sequence[str], start: int, end: int) -> list[str]:
        """What could stand there instead."""
        for domain in DOMAINS:
            every = self._by_domain.get(domain, ())
            if every and self._is("name", words, start, end, every[0]):
                return [f"the {name.lower()}" for name in every]
        return []


def _long(words: Sequence[str], said: Numeral) -> bool:
    """Whether it counts years, or what is as long."""
    return said.end < len(words) and words[said.end] in LONG


def _pieces(words: Sequence[str]) -> Iterator[Sequence[int]]:
    """Places of each of two joined commands, or of the thing that shares a verb."""
    for at, many in phrase_places(tuple(words), PARTS.joints):
        behind = range(at + many, len(words))
        yield range(at)
        yield behind
        if behind and words[behind[0]] in WORDS.the:
            yield from ([*range(much), *behind] for much in range(1, min(4, at)))


def _words(text: str) -> Sequence[str]:
    """None of a text that is no sentence of ours."""
    words = spoken(text).split()
    return () if foreign(text) or not 1 < len(words) <= MOST_WORDS else words


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _acts(intent: Intent) -> bool:
    return intent.name.startswith(ACTING)


def _behind_the(words: Sequence[str], start: int) -> bool:
    return (
        start > 1
        and words[start - 1] in WORDS.the
        and words[start - 2] in WORDS.before_rooms
    )


def _stretches(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places of words that may be a name, the longer ones first."""
    for many in range(LONGEST, 0, -1):
        for start in range(1, len(words) - many + 1):
            piece = words[start : start + many]
            ends = {piece[0], piece[-1]}
            if not ends & WORDS.no_edges and not WORDS.no_inside & {*piece}:
                yield start, start + many


def _told(said: str, names: Sequence[SlotValue]) -> str:
    some = [str(name) for name in names[:MOST_NAMED]]
    more = len(names) - len(some)
    if more > 0:
        some.append(WORDS.more.format(many=number_words(more)))
    there = WORDS.joint.join((", ".join(some[:-1]), some[-1])) if some[1:] else some[0]
    verb = WORDS.one_is if len(names) == 1 else WORDS.many_are
    return WORDS.unknown.format(said=said, verb=verb, there=there)
