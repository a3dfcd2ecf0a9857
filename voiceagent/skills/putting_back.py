"""What puts a thing of the house back as it was before it was told to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from voiceagent.skills.caution import Wish
from voiceagent.skills.house.following import SILENT
from voiceagent.skills.house.house import Entity, EntityState, Value
from voiceagent.skills.phrases import be, said_name, sentence

__all__ = ["NO_WAY_BACK", "as_before", "back_wishes"]

NO_WAY_BACK = "I can't undo that"

States = Mapping[Entity, EntityState]
Items = Mapping[Entity, Sequence[str]]
SWITCHED = ("switch", "fan", "input_boolean")
PLAYERS = {"off": "turn_off", "playing": "media_play", "paused": "media_pause"}
LISTS = ("add_item", "remove_item", "clear_list")


def back_wishes(wishes: Sequence[Wish], states: States, items: Items) -> list[Wish]:
    """What undoes `wishes`, where things were as `states` and lists as `items` before
    them; empty where any of it cannot be undone."""
    found: list[Wish] = []
    for wish in reversed(wishes):
        for entity in wish.entities:
            back = [*_back(wish, entity, states, items)]
            if not back and wish.service not in LISTS:
                return []
            found += back
    return found


def _back(wish: Wish, entity: Entity, states: States, items: Items) -> Iterator[Wish]:
    if wish.service in LISTS:
        yield from _listed_back(wish, entity, items.get(entity, ()))
        return
    before = states.get(entity)
    if before is None or before.state in SILENT:
        return
    call = _call(wish, entity, before)
    if call is not None:
        service, data = call
        yield Wish([entity], service, data)


def _call(
    wish: Wish, entity: Entity, before: EntityState
) -> tuple[str, Mapping[str, Value]] | None:
    """The service that makes it so again; None where there is none."""
    state = before.state
    match entity.domain:
        case "light":
            return ("turn_off", {}) if state == "off" else ("turn_on", _light(before))
        case "lock" if state in ("locked", "unlocked"):
            return ("lock" if state == "locked" else "unlock"), {}
        case "cover":
            return _cover(entity, before)
        case "climate":
            return _climate(wish, before)
        case "media_player":
            return _player(wish, before)
        case domain if domain in SWITCHED and state in ("on", "off"):
            return f"turn_{state}", {}
    return None


def _light(before: EntityState) -> dict[str, Value]:
    data: dict[str, Value] = {}
    if (percent := before.number("brightness_pct")) is not None:
        data["brightness_pct"] = percent
    elif (level := before.number("brightness")) is not None:
        data["brightness"] = level
    if "color_name" in before.attributes:
        data["color_name"] = before.attributes["color_name"]
    return data


def _cover(
    entity: Entity, before: EntityState
) -> tuple[str, Mapping[str, Value]] | None:
    position = before.number("current_position")
    position = before.number("position") if position is None else position
    if "position" in entity.features and position is not None:
        return "set_cover_position", {"position": position}
    calls = {"open": "open_cover", "closed": "close_cover"}
    service = calls.get(before.state)
    return (service, {}) if service else None


def _climate(wish: Wish, before: EntityState) -> tuple[str, Mapping[str, Value]] | None:
    if wish.service == "set_hvac_mode":
        return "set_hvac_mode", {"hvac_mode": before.state}
    degrees = before.number("temperature")
    return None if degrees is None else ("set_temperature", {"temperature": degrees})


def _player(wish: Wish, before: EntityState) -> tuple[str, Mapping[str, Value]] | None:
    match wish.service:
        case "volume_set":
            level = before.number("volume_level")
            return None if level is None else ("volume_set", {"volume_level": level})
        case "volume_mute":
            muted = before.attributes.get("is_volume_muted", False)
            return "volume_mute", {"is_volume_muted": muted}
        case "media_next_track" | "media_previous_track":
            return None
    return PLAYERS.get(before.state, "turn_on"), {}


def _listed_back(wish: Wish, todo: Entity, before: Sequence[str]) -> Iterator[Wish]:
    item = str(wish.data.get("item", ""))
    match wish.service:
        case "add_item" if item not in before:
            yield Wish([todo], "remove_item", {"item": item})
        case "remove_item" if item in before:
            yield Wish([todo], "add_item", {"item": item})
        case "clear_list":
            yield from (Wish([todo], "add_item", {"item": one}) for one in before)


def as_before(wishes: Sequence[Wish]) -> str:
    """What is said of it."""
    if any(wish.service in LISTS for wish in wishes):
        todo = wishes[0].entities[0]
        return sentence(f"your {said_name(todo.name)} is as it was")
    things = {entity: wish for wish in wishes for entity in wish.entities}
    if len(things) > 1:
        return "All of it is as it was"
    ((entity, wish),) = things.items()
    name = said_name(entity.name)
    word = WORDS.get(wish.service, "as it was")
    word = "as it was" if wish.data else word
    return sentence(f"{name} {be(name)} {word}")


WORDS = {
    **{"turn_on": "on again", "turn_off": "off again", "lock": "locked again"},
    **{"unlock": "unlocked again", "open_cover": "open again"},
    "close_cover": "closed again",
}
