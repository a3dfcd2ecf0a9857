"""Which things of the house a sentence is about, and what to call them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from voiceagent.lang.spoken import number_words, spoken
from voiceagent.nlu.clarify import Option, Question
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.skills.house.house import Entity, HouseModel
from voiceagent.skills.phrases import be, listed, said_name, sentence
from voiceagent.skills.skill import Answer, TurnContext

__all__ = [
    "Targets",
    "are",
    "find_targets",
    "how_many",
    "left_out",
    "meant",
    "named",
    "silent_words",
    "which_are",
]

EVERY = ("all", "all of them", "everywhere", "the whole house")
"""What is answered where it is asked how wide something is meant."""


MOST_NAMED = 6
"""Things that are named in an answer; of more the rest is counted."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Entities with the words for them, or why there are none."""

    entities: tuple[Entity, ...]
    phrase: str
    """`the bed light`, `kitchen lights`, `all lights`."""
    problem: str = ""
    """A sentence to say instead, when there is nothing to act upon."""
    question: Question | None = None
    """Which of several of one name is meant."""

    @property
    def refusal(self) -> Answer:
        """What is said where there is nothing to act upon."""
        return Answer(self.problem, question=self.question)


def named(
    house: HouseModel, intent: Intent, context: TurnContext, *domains: str
) -> Targets | None:
    """The thing in slot `name`; None where no name was said, or none that is known.

    One name may stand in several rooms: the room that was said decides, then the one
    of the device, else it is asked for. `domains`: of what could be meant.
    """
    same = house.named(str(intent.slots.get("name", "")))
    same = tuple(e for e in same if e.domain in domains) or same
    if not same:
        return None
    area = str(intent.slots.get("area", ""))
    if len(same) == 1:
        return _one(same[0], area)
    for place in filter(None, (area, "" if area else context.area)):
        here = tuple(entity for entity in same if entity.area == place)
        if here:
            return Targets(here[:1], _the(here[0]))
        if area:
            name = said_name(same[0].name)
            problem = f"There is no {name} in the {said_name(area)}"
            return Targets((), _the(same[0]), problem)
    return _which(same, intent)


def _which(same: Sequence[Entity], intent: Intent) -> Targets:
    """Ask for the room; where rooms do not tell them apart, say so."""
    placed = {entity.area: entity for entity in same if entity.area}
    name = said_name(str(intent.slots["name"]))
    if len(placed) < 2:
        problem = f"There are {len(same)} things called {name}, and I can't tell which"
        return Targets((), f"the {name}", problem)
    options = tuple(
        Option(said_name(area), replace(intent, slots={**intent.slots, "area": area}))
        for area in placed
    )
    rooms = listed([option.words for option in options], "or")
    text = f"Which {name}: {rooms}?"
    asked = Question(text, options, f"{len(options)} of one name")
    return Targets((), f"the {name}", text, asked)


def meant(house: HouseModel, intent: Intent) -> Hashable:
    """What an intent comes to: the place of a thing that is named adds nothing where
    its name is the only one."""
    if len(house.named(str(intent.slots.get("name", "")))) != 1:
        return intent.meaning
    slots = {name: value for name, value in intent.slots.items() if name != "area"}
    return replace(intent, slots=slots).meaning


def find_targets(
    house: HouseModel,
    intent: Intent,
    context: TurnContext,
    domains: tuple[str, ...],
    *,
    noun: str,
    kind: str = "",
    nameable: tuple[str, ...] = (),
    asks: bool = False,
) -> Targets:
    """The thing named, else those of `domains` (and `kind`) in the place meant.

    Place: the area said, or the room of the device; the whole house only where all
    was said, or where it is only `asks`: nothing is done. `noun`: what several of them
    are called; `nameable`: what may be named besides.
    """
    area = str(intent.slots.get("area", ""))
    one = named(house, intent, context, *domains, *nameable)
    # A thing that is called "Lights" is none of the lights in another room.
    sort = area and spoken(str(intent.slots.get("name", ""))) == noun
    if one is not None and not (sort and one.problem):
        return one
    scope = intent.slots.get("scope", "")
    if not area and scope == "here" and not context.area:
        return Targets((), noun, "I don't know which room I am in. Please name it")
    if scope == "mine":
        return Targets((), noun, "I don't know which room is yours. Please name it")
    floor = str(intent.slots.get("floor", ""))
    if not (area or floor) and scope != "all":
        area = context.area
    found = house.select(*domains, area=area, kind=kind)
    if floor and not area:
        rooms = {each.name for each in house.areas if each.floor == floor}
        found = tuple(entity for entity in found if entity.area in rooms)
        area = floor
    place = said_name(area)
    phrase = f"{place} {noun}" if area else f"all {noun}"
    if len(found) > 1 and "one" in intent.slots:
        return _which_one(found, intent)
    many = intent.slots.get("many")
    whole = scope == "all" or (many is not None and int(many) == len(found))
    if found and many is not None and int(many) != len(found) and not asks:
        return Targets((), noun, _so_many(found, said_name(area)))
    whole = whole or bool(intent.without)  # "the lights but the lamp" are all of them
    if found and not (area or asks or whole):
        return _how_wide(found, intent, noun)
    if found:
        return left_out(house, Targets(found, phrase), intent, context)
    where = f"in the {place}" if area else "here"
    return Targets((), phrase, f"There are no {noun} {where}")


def _so_many(found: Sequence[Entity], place: str) -> str:
    """How many there are, where another number of them was said."""
    there = "is only one" if len(found) == 1 else f"are {number_words(len(found))}"
    return f"There {there} {f'in the {place}' if place else 'here'}"


def _which_one(found: Sequence[Entity], intent: Intent) -> Targets:
    """One of several was said: which one is asked for."""
    options = tuple(
        Option(
            f"the {said_name(entity.name)}",
            replace(intent, slots=_only(intent, entity)),
            (said_name(entity.name), said_name(entity.area)),
        )
        for entity in found
    )
    told = listed([option.words for option in options], "or")
    text = f"Which one: {told}?"
    asked = Question(text, options, f"{len(options)} of one kind")
    return Targets((), text, text, asked)


def _only(intent: Intent, entity: Entity) -> dict[str, SlotValue]:
    kept = {k: v for k, v in intent.slots.items() if k not in SORTING}
    return {**kept, "name": entity.name}


SORTING = ("kind", "one", "many", "scope", "area")
"""Slots that a name takes the place of."""


def left_out(
    house: HouseModel, found: Targets, intent: Intent, context: TurnContext
) -> Targets:
    """Without what is to be left as it is; a problem where that is none of them."""
    for spared in intent.without:
        name, area = spared.slots.get("name"), spared.slots.get("area")
        one = named(house, spared, context) if name else None
        if one is not None and one.problem:
            return one
        gone = (
            set(one.entities) if one else {e for e in found.entities if e.area == area}
        )
        phrase = f"the {said_name(str(name or area))}"
        if not gone & {*found.entities}:
            problem = sentence(f"{phrase} is not one of {found.phrase}")
            return Targets((), found.phrase, problem)
        kept = tuple(entity for entity in found.entities if entity not in gone)
        joint = " and" if " but " in found.phrase else " but"
        said = _the(kept[0]) if len(kept) == 1 else f"{found.phrase}{joint} {phrase}"
        found = Targets(kept, said, found.problem)
    if found.entities or found.problem:
        return found
    return Targets((), found.phrase, f"There are no others than {found.phrase}")


def _how_wide(found: tuple[Entity, ...], intent: Intent, noun: str) -> Targets:
    """Nobody said where, or all: the only one, or the room is asked for."""
    rooms = tuple(dict.fromkeys(entity.area for entity in found if entity.area))
    if len(found) == 1:
        return _one(found[0], "")
    if len(rooms) == 1 and all(entity.area for entity in found):
        return Targets(found, f"{said_name(rooms[0])} {noun}")
    every = replace(intent, slots={**intent.slots, "scope": "all"})
    there = [
        Option(said_name(room), replace(intent, slots={**intent.slots, "area": room}))
        for room in (rooms if len(rooms) > 1 else ())
    ]
    text = f"In which room, or all {noun}?" if there else f"All {noun}?"
    ways = (*(EVERY if there else ()), f"all {noun}")
    options = (*there, *(Option(words, every) for words in ways))
    asked = Question(text, options, "nobody said where, or all")
    return Targets((), f"the {noun}", text, asked)


def _one(entity: Entity, area: str) -> Targets:
    if area and entity.area and entity.area != area:
        name = said_name(entity.name)
        problem = f"The {name} is in the {said_name(entity.area)}"
        return Targets((), name, f"{problem}, not in the {said_name(area)}")
    return Targets((entity,), _the(entity))


def _the(entity: Entity) -> str:
    return f"the {said_name(entity.name)}"


def are(found: Targets, word: str) -> str:
    """`Kitchen lights are on`."""
    phrase = found.phrase.removeprefix("the ")
    verb = be(phrase) if len(found.entities) == 1 else "are"
    return sentence(f"{phrase} {verb if phrase[:5] != 'every' else 'is'} {word}")


def how_many(found: Targets, hits: Sequence[Entity], wanted: str) -> str:
    """None, all, or which of several are as asked."""
    if not hits:
        return f"None of the {found.phrase.removeprefix('all ')} are {wanted}"
    if len(hits) == len(found.entities):
        return sentence(f"{found.phrase} are {wanted}")
    return sentence(which_are(hits, wanted))


def which_are(entities: Sequence[Entity], state: str) -> str:
    """`the bed light and the lamp are on`."""
    names = [f"the {said_name(entity.name)}" for entity in entities]
    if len(names) > MOST_NAMED:
        rest = len(names) - MOST_NAMED + 1
        names = [*names[: MOST_NAMED - 1], f"{rest} more"]
    verb = "are" if len(names) > 1 else be(names[0])
    return f"{listed(names)} {verb} {state}"


def silent_words(entities: Sequence[Entity], state: str = "") -> str:
    """`the lamp does not answer`, of things that do not tell how they are."""
    names = [f"the {said_name(entity.name)}" for entity in entities]
    if state == "missing":
        return f"I don't find {listed(names)} in the house any more"
    if len(names) > 3:
        return f"{len(names)} of them do not answer"
    return f"{listed(names)} {'do' if len(names) > 1 else 'does'} not answer"
