"""Which things Home Assistant's slots mean, and the answers to questions about them."""

from __future__ import annotations

from collections.abc import Sequence

from voiceagent.lang.spoken import number_words, spoken
from voiceagent.nlu.intent import Intent
from voiceagent.skills.house.following import SILENT
from voiceagent.skills.house.house import Entity, House, HouseModel
from voiceagent.skills.phrases import be, listed, said_name, sentence, shown_number
from voiceagent.skills.skill import TurnContext
from voiceagent.skills.targets import Targets, named

__all__ = ["find_meant", "tell_state"]

NOUNS = {
    "light": "lights",
    "fan": "fans",
    "switch": "switches",
    "cover": "covers",
    "lock": "doors",
    "valve": "valves",
    "media_player": "players",
    "person": "people",
    "vacuum": "vacuums",
}


def find_meant(
    house: HouseModel, intent: Intent, context: TurnContext, *, domain: str = ""
) -> Targets:
    """The thing in slot `name`, else all of a domain and kind in a room, on a floor or
    in the house. `domain`: what is meant where no slot says so."""
    slots = intent.slots
    place = str(slots.get("area") or slots.get("floor") or "")
    domain = str(slots.get("domain") or domain)
    kind = str(slots.get("device_class", ""))
    if "name" in slots:
        return _named(house, intent, context, domain, kind)
    found = [
        entity
        for entity in house.entities
        if (not domain or entity.domain == domain)
        and (not kind or entity.kind == kind)
        and (not place or place in (entity.area, _floor(house, entity)))
    ]
    noun = f"{kind.replace('_', ' ')}s" if kind else NOUNS.get(domain, "things")
    phrase = f"{said_name(place)} {noun}" if place else f"all {noun}"
    if found:
        return Targets(tuple(found), phrase)
    where = f"in the {said_name(place)}" if place else "here"
    return Targets((), phrase, f"There are no {noun} {where}")


def _named(
    house: HouseModel, intent: Intent, context: TurnContext, domain: str, kind: str
) -> Targets:
    """Things may share a name (a phone and its battery): the sort decides."""
    name = str(intent.slots["name"])
    same = house.named(name)
    alike = [e for e in same if e.domain == domain and kind in ("", e.kind)]
    if len({entity.area for entity in (alike or same)}) < 2 or len(same) == 1:
        problem = "" if same else f"There is nothing called {said_name(name)}"
        return Targets(tuple(alike or same)[:1], f"the {said_name(name)}", problem)
    found = named(house, intent, context, *({domain} if domain else ()))
    assert found is not None
    return found


def _floor(house: HouseModel, entity: Entity) -> str:
    areas = (area for area in house.areas if area.name == entity.area)
    return next((area.floor for area in areas), "")


def tell_state(house: House, meant: Targets, intent: Intent) -> str:
    """The answer to a question about one thing or several."""
    wanted = str(intent.slots.get("state", ""))
    states = {e: s.state for e, s in house.states(meant.entities).items()}
    if "name" in intent.slots or not wanted:
        return sentence(_one(meant, *next(iter(states.items())), wanted))
    hits = [entity for entity, state in states.items() if _same(state, wanted)]
    misses = [entity for entity in states if entity not in hits]
    words = spoken(intent.text).split()
    if "many" in words:
        return sentence(number_words(len(hits)))
    if words[:1] in (["which"], ["what"], ["who"]):
        return sentence(_listed(hits)) if hits else "None of them"
    if "all" in words or "everyone" in words or "every" in words:
        return f"No, not {_listed(misses)}" if misses else "Yes"
    return f"Yes, {_listed(hits)}" if hits else "No"


def _listed(entities: Sequence[Entity]) -> str:
    return listed([f"the {said_name(entity.name)}" for entity in entities])


def _one(meant: Targets, entity: Entity, state: str, wanted: str) -> str:
    if state in SILENT:
        return f"{meant.phrase} does not tell its state"
    binary = entity.domain == "binary_sensor"
    if wanted and _same(state, wanted):
        return "Yes" if binary else f"Yes, {meant.phrase} {be(meant.phrase)} {state}"
    if wanted:
        return "No" if binary else f"No, {meant.phrase} {be(meant.phrase)} {state}"
    shown = f"{shown_number(state)} {entity.unit}".rstrip().replace("_", " ")
    return f"{meant.phrase} {be(meant.phrase)} {shown}"


def _same(state: str, wanted: str) -> bool:
    return spoken(state) == spoken(wanted)
