"""What was spoken of just now: `it`, `both`, `there`, `again`, and `no, the bedroom`.

The last two commands are remembered for a while. What a sentence takes from them is
put in, and it is read like any other (`nlu/referring.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from voiceagent.lang.languages import language
from voiceagent.lang.part_tables import PartWords
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.correction import DURATION, TIME, mended, takes_back
from voiceagent.nlu.intent import SEVERAL, UNDO, Intent
from voiceagent.nlu.made import about_made, one_more
from voiceagent.nlu.parts import ReadOne, together
from voiceagent.nlu.phrase_words import closing, leading, split_at
from voiceagent.nlu.referring import TARGETS, exchanged, same_thing, things_of
from voiceagent.nlu.replanned import planned, put_off, replanned

__all__ = ["FORGOTTEN", "LastCommand", "Referred"]

FORGOTTEN = 120.0
"""Seconds after which nothing is referred to any more."""
CARRIED = 3
"""Words of a verb that another command may share."""
LONGEST = 6
"""Words of what is exchanged."""
VERBS = language().commands.verbs
ABOUT_PLANS = ("later.move", "later.status")
AS_IT_IS = (((), ()),)
WITH_ARTICLE = (*AS_IT_IS, (("the",), ()))
AS_LIGHTS = ((("the",), ("lights",)),)
"""What is put around words that take the place of others, before and behind."""
ADDING = ("timer.set", "alarm.set", "reminder.set", "list.add")
"""Intents that leave something behind: put right, it has to go."""


@dataclass(frozen=True, slots=True)
class Referred:
    """A command that says less than it means."""

    intent: Intent
    sure: bool = True
    """False: it is spoken back before it is done."""
    anyway: bool = False
    """True: whatever else the words could be."""


@dataclass(frozen=True, slots=True)
class _Past:
    """A command, and when it was done."""

    intent: Intent
    at: float


class LastCommand:
    """The last commands, while they may be referred to."""

    def __init__(self, tables: PartWords | None = None) -> None:
        self._tables = tables or language().parts
        self._past: tuple[_Past, ...] = ()

    def did(self, intent: Intent, at: float) -> None:
        """Something was done, or answered, at that loop time."""
        if intent.name == SEVERAL and intent.parts[0].name == UNDO:
            intent = intent.parts[-1]  # what was put right
        if intent.name in ABOUT_PLANS and self._past and planned(self._past[-1].intent):
            intent = self._past[-1].intent  # it is still what was spoken of
            self._past = self._past[:-1]
        before = [one for one in self._past if at - one.at <= FORGOTTEN]
        self._past = (*before[-1:], _Past(intent, at))

    def read(
        self, text: str, parse: ReadOne, at: float, single: ReadOne | None = None
    ) -> Referred | None:
        """The command that `text` is after the last ones; None where it is none.
        `single`: a quicker `parse`, for one command that is done now."""
        past = [one.intent for one in self._past if at - one.at <= FORGOTTEN]
        if not past:
            return None
        last, tables = past[-1], self._tables
        one = parse if single is None or planned(last) else single
        said = spoken(text)
        if (change := replanned(last, said)) is not None:
            return Referred(change, anyway=True)
        if said in tables.again:
            return Referred(last)
        words = said.split()
        if (made := about_made(words, last, one)) is not None:
            return Referred(made, anyway=True)
        if front := leading(words, tables.anew):
            return _instead(last, words[front:], one, sure=False)
        if front := leading(words, tables.rather):
            found = _instead(last, words[front:], one, sure=True)
            if found is not None and not _targets_apart(found.intent, last):
                return replace(found, anyway=True)
        last, past = put_off(last), [*map(put_off, past)]
        if len(past) > 1 and (found := self._of_both(words, past, parse)):
            return found
        bare = words[leading(words, tables.joints) :]
        bare = bare[: len(bare) - closing(bare, tables.also_behind)]
        for candidate in exchanged(bare, last, tables):
            if (found := _read(candidate, parse)) and same_thing(found.intent, last):
                return replace(found, anyway=words[0] in VERBS)
        if last.parts and (found := self._of_all(words, last, parse)):
            return found
        return self._the_same(words, last, one) or self._elided(bare, last, one)

    def _of_all(
        self, words: Sequence[str], last: Intent, parse: ReadOne
    ) -> Referred | None:
        """`switch both off`, of what was done to several at once."""
        things = next(things_of(last), "")
        cues = self._tables.both_of_them
        for new in _exchanges(words, cues, things) if things else ():
            if (found := _read(new, parse)) and same_thing(found.intent, last):
                return found
        return None

    def _elided(
        self, words: Sequence[str], last: Intent, parse: ReadOne
    ) -> Referred | None:
        """How the thing is to be, and no more: `twice as bright`."""
        if len(words) > LONGEST or words[0] in VERBS or "name" not in last.slots:
            return None
        thing = next(things_of(last))
        for front in self._tables.elided:
            found = parse(" ".join(filter(None, (front, thing, *words))))
            if found is not None and same_thing(found, last):
                return Referred(found)
        return None

    def _the_same(
        self, words: Sequence[str], last: Intent, parse: ReadOne
    ) -> Referred | None:
        """The last command for another thing: `and the bed light too`."""
        rest = words[leading(words, self._tables.also) :]
        rest = rest[: len(rest) - closing(rest, self._tables.also_behind)]
        made = one_more(rest, spoken(last.text).split(), last, parse)
        if made is not None and last.name in ADDING:
            return Referred(made)
        if len(rest) == len(words):
            return None
        if last.name in self._tables.added:
            found = _instead(last, rest, parse, sure=True, more=True)
            items = _apart(found.intent, last) if found else set()
            return found if items and all(i.startswith("item") for i in items) else None
        pieces = split_at(tuple(rest), self._tables.joints)
        each = [self._for_another(piece, last, parse) for piece in pieces]
        some = [found for found in each if found is not None]
        if not some or len(some) < len(each):
            return None
        both = together([found.intent for found in some], " ".join(words))
        return Referred(both, sure=all(found.sure for found in some))

    def _for_another(
        self, rest: Sequence[str], last: Intent, parse: ReadOne
    ) -> Referred | None:
        """The last command for one other thing, perhaps with a value of its own."""
        for way in _with_noun(rest, last, self._tables):
            found = _instead(last, way, parse, sure=True)
            if found is not None and _targets_apart(found.intent, last):
                return found
        said = spoken(last.text).split()
        for carried in range(1, min(CARRIED, len(said) - 1) + 1):
            made = parse(" ".join([*said[:carried], *rest]))
            if made and made.name == last.name and _targets_apart(made, last):
                keys = made.slots.keys() == last.slots.keys()
                return Referred(made) if keys else None
        return None

    def _of_both(
        self, words: Sequence[str], past: Sequence[Intent], parse: ReadOne
    ) -> Referred | None:
        """`turn both off`, `the other one`: of the last two commands."""
        earlier, last = past
        if same_thing(earlier, last):
            return None
        one, other = (next(things_of(each), "") for each in past)
        if not (one and other):
            return None
        for new in _exchanges(words, self._tables.the_other, one):
            if (found := _read(new, parse)) and same_thing(found.intent, earlier):
                return found
        single = "name" in last.slots and "name" in earlier.slots
        joint = self._tables.joint
        for new in _exchanges(
            words, self._tables.both_of_them, f"{one} {joint} {other}"
        ):
            found = _read(new, parse)
            if found and single and _each(found.intent, past):
                alike = earlier.name == last.name
                return replace(found, sure=found.sure and alike)
        return None


def _with_noun(
    rest: Sequence[str], last: Intent, tables: PartWords
) -> Iterator[Sequence[str]]:
    """The words, and what `the kitchen one` is of."""
    yield rest
    name = spoken(str(last.slots.get("name", ""))).split()
    if name and rest[-1] in tables.one and len(rest) > 1:
        yield [*rest[:-1], name[-1]]


def _each(found: Intent, past: Sequence[Intent]) -> bool:
    """Whether it is about both, and about nothing else."""
    if len(found.parts) != len(past):
        return False
    return all(map(same_thing, found.parts, past))


def _read(text: str, parse: ReadOne) -> Referred | None:
    """The command that a text is, also where it corrects itself."""
    if (found := parse(text)) is not None:
        return Referred(found)
    better = mended(text, parse) if takes_back(text) else None
    return Referred(better.intent, sure=better.plain) if better else None


def _exchanges(words: Sequence[str], cues: Sequence[str], things: str) -> Iterator[str]:
    for cue in cues:
        said = cue.split()
        for at in range(len(words) - len(said) + 1):
            if list(words[at : at + len(said)]) == said:
                yield " ".join([*words[:at], things, *words[at + len(said) :]])


def _instead(
    last: Intent, rest: Sequence[str], parse: ReadOne, *, sure: bool, more: bool = False
) -> Referred | None:
    """The last command with something else in it; what it has left behind goes, unless
    the other is wanted as well (`more`)."""
    words = spoken(last.text).split()
    plain = more or "item" in last.slots
    for glues in (AS_IT_IS,) if plain else (WITH_ARTICLE, AS_LIGHTS):
        found: dict[object, tuple[int, Intent]] = {}
        for start in range(1, len(words)):
            for end in range(start + 1, min(len(words), start + LONGEST) + 1):
                for front, back in glues:
                    way = [*words[:start], *front, *rest, *back, *words[end:]]
                    made = parse(" ".join(way))
                    if made and made.name == last.name and _one_apart(made, last):
                        much = max(end - start, found.get(made.meaning, (0, made))[0])
                        found[made.meaning] = much, made
        if found:
            return _put_right(last, [*found.values()], sure=sure, more=more)
    return None


def _put_right(
    last: Intent, found: Sequence[tuple[int, Intent]], *, sure: bool, more: bool
) -> Referred | None:
    """The one of these that is meant: where it is another value, that one; else where
    most words are exchanged."""
    others = [each for each in found if not _targets_apart(each[1], last)]
    some = others if sure and others else found
    numbers = [each for each in some if _apart(each[1], last) <= DURATION | TIME]
    some = numbers or some
    most = max(much for much, _ in some)
    longest = [made for much, made in some if much == most]
    if len(longest) != 1:
        return None
    (made,) = longest
    if last.name in ADDING and not (more or _targets_apart(made, last)):
        parts = (Intent(UNDO, text=last.text), made)
        made = Intent(SEVERAL, {}, 1.0, made.text, parts=parts)
    return Referred(made, sure=sure)


def _apart(one: Intent, other: Intent) -> set[str]:
    keys = {*one.slots, *other.slots}
    return {key for key in keys if one.slots.get(key) != other.slots.get(key)}


def _one_apart(one: Intent, other: Intent) -> bool:
    apart = _apart(one, other)
    kinds = ({*TARGETS}, DURATION, TIME)
    return len(apart) == 1 or any(bool(apart) and apart <= kind for kind in kinds)


def _targets_apart(one: Intent, other: Intent) -> bool:
    """Whether they are about different things."""
    return bool(_apart(one, other) & {*TARGETS})
