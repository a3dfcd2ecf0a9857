"""Names for a house that people can say apart, made of those that a hub has."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count

from voiceagent.errors.foreign import words_of_others
from voiceagent.lang.en_house import NOUNS
from voiceagent.lang.spoken import foreign, number_words
from voiceagent.skills.house.house import Area, Entity, ways

__all__ = ["alike", "apart", "clean", "sayable"]

LONGEST = 60
"""Letters of a name; nobody says a longer one."""
NOT_PLAIN = re.compile(r"[^\w\s'’&%+./:-]")
SOUNDS = (
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"ck|q"), "k"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"c"), "k"),
    (re.compile(r"z"), "s"),
    (re.compile(r"s\b"), ""),
    (re.compile(r"[aeiouy]+"), "a"),
    (re.compile(r"a\b"), ""),
)
"""From letters to about what is heard of them."""


def clean(name: object) -> str:
    """A name as plain text: no control, bidirectional or markup characters."""
    text = unicodedata.normalize("NFC", words_of_others(str(name or "")))
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    kept = re.sub(r"<[^<>]{0,80}>", " ", kept)
    kept = NOT_PLAIN.sub(" ", kept).replace("_", " ")
    return " ".join(kept.split())[:LONGEST].strip()


def sayable(name: str) -> bool:
    """Whether it can be said and heard: words in Latin letters."""
    return bool(ways(name)) and not foreign(name)


def apart(entities: Sequence[Entity], areas: Sequence[Area]) -> list[Entity]:
    """The same with names that differ in every room and from the rooms themselves.

    What stands twice gets its room in front, keeps what it is called in common as an
    alias (asked for, where the room does not say which), and a number where that does
    not help.
    """
    rooms = {said for a in areas for n in (a.name, *a.aliases) for said in ways(n)}
    found = [_not_a_room(entity, rooms) for entity in entities]
    for how in (_by_room, _by_noun):
        changed = {e.id: e for same in _twins(found) for e in how(same)}
        found = [changed.get(entity.id, entity) for entity in found]
    return _own_aliases(_numbered(found, rooms))


def alike(entities: Sequence[Entity]) -> list[tuple[str, str]]:
    """Pairs of names that sound nearly the same, for whoever may choose others."""
    heard: dict[str, list[str]] = defaultdict(list)
    for entity in entities:
        heard[_heard(entity.name)].append(entity.name)
    return [
        (names[0], other)
        for names in heard.values()
        for other in dict.fromkeys(names[1:])
    ]


def _heard(name: str) -> str:
    text = next(iter(ways(name)), name.lower())
    for pattern, sound in SOUNDS:
        text = pattern.sub(sound, text)
    return text


def _twins(entities: Iterable[Entity]) -> list[list[Entity]]:
    """Things whose names are said the same way."""
    groups: dict[str, list[Entity]] = defaultdict(list)
    for entity in entities:
        groups[ways(entity.name)[0]].append(entity)
    return [same for same in groups.values() if len(same) > 1]


def _not_a_room(entity: Entity, rooms: set[str]) -> Entity:
    if not rooms & {*ways(entity.name)}:
        return entity
    return replace(entity, name=f"{entity.name} {NOUNS.get(entity.domain, 'device')}")


def _by_room(same: Sequence[Entity]) -> list[Entity]:
    return [
        _renamed(entity, f"{entity.area} {entity.name}")
        if entity.area and not _within(entity.area, entity.name)
        else entity
        for entity in same
    ]


def _by_noun(same: Sequence[Entity]) -> list[Entity]:
    """Where they are of several sorts."""
    if len({entity.domain for entity in same}) == 1:
        return list(same)
    return [
        _renamed(entity, f"{entity.name} {noun}")
        if not _within(noun := NOUNS.get(entity.domain, "device"), entity.name)
        else entity
        for entity in same
    ]


def _numbered(entities: Sequence[Entity], rooms: set[str]) -> list[Entity]:
    """Those that still have one name are counted, past names that are taken."""
    twins = {entity.id for same in _twins(entities) for entity in same}
    taken = rooms | {ways(e.name)[0] for e in entities if e.id not in twins}
    found = []
    for entity in entities:
        if entity.id in twins:
            numbers = (f"{entity.name} {number_words(n)}" for n in count(1))
            name = next(name for name in numbers if ways(name)[0] not in taken)
            taken.add(ways(name)[0])
            entity = _renamed(entity, name)
        found.append(entity)
    return found


def _renamed(entity: Entity, name: str) -> Entity:
    aliases = dict.fromkeys((entity.name, *entity.aliases))
    return replace(entity, name=name, aliases=tuple(aliases))


def _within(part: str, name: str) -> bool:
    return f" {ways(part)[0]} " in f" {ways(name)[0]} "


def _own_aliases(entities: Sequence[Entity]) -> list[Entity]:
    """Without aliases that are another thing's name, or shared in one room."""
    names = {said for entity in entities for said in ways(entity.name)}
    shared = Counter(
        (said, entity.area)
        for entity in entities
        for alias in entity.aliases
        for said in {*ways(alias)}
    )
    return [
        replace(entity, aliases=tuple(_kept(entity, names, shared)))
        for entity in entities
    ]


def _kept(
    entity: Entity, names: set[str], shared: Mapping[tuple[str, str], int]
) -> Iterable[str]:
    for alias in dict.fromkeys(entity.aliases):
        said = set(ways(alias))
        once = all(shared[each, entity.area] == 1 for each in said)
        if said and not said & names and once and not foreign(alias):
            yield alias
