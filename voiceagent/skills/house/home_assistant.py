"""A real Home Assistant as the house, over its REST API.

Same calls as `LocalHouse`. A call looks first, acts, and looks again:

    look    a server that hangs or refuses is met before anything was sent to it; what
            is missing or unavailable is left out and said to be so
    act     one service call for each domain
    look    whether things say that they did it, a few times within 1.2 s
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from threading import Event
from typing import Any
from urllib.parse import quote

from voiceagent.errors import HouseFailed
from voiceagent.skills.house.following import follows
from voiceagent.skills.house.hass_link import HassLink, HassTalk
from voiceagent.skills.house.house import (
    Entity,
    EntityState,
    HouseModel,
    Unmoved,
    Value,
)

__all__ = ["HomeAssistant"]

LOOK = 1.5
"""Seconds that a look may take."""
SETTLING = (0.0, 0.15, 0.35, 0.7)
"""Seconds before each look whether things have done what they were asked for."""
FEW = 12
"""Things that are looked at one by one; of more all states are read at once."""
OWN_ERRORS = (500, 501)
"""Statuses of Home Assistant's own errors; later ones are of what stands before it."""
MISSING = EntityState("missing")


class HomeAssistant:
    """Reads and changes the entities of a Home Assistant server."""

    def __init__(self, link: HassLink, model: HouseModel) -> None:
        self.model = model
        self._link = link
        self._pause = Event()

    def __repr__(self) -> str:
        return f"HomeAssistant({self._link.url!r})"

    def state(self, entity: Entity) -> EntityState:
        """How an entity is now; one request."""
        return self.states([entity])[entity]

    def states(self, entities: Sequence[Entity]) -> Mapping[Entity, EntityState]:
        """How each is now; `missing` where Home Assistant does not know it."""
        with self._link.talk(LOOK) as talk:
            return _states(talk, entities)

    def missing(self) -> Sequence[Entity]:
        """What Home Assistant does not know; one request."""
        if not self.model.entities:
            return ()
        with self._link.talk() as talk:
            known = _all_states(talk)
        return tuple(e for e in self.model.entities if e.id not in known)

    def call(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> Sequence[Unmoved]:
        """Call a service, once for each domain among the entities."""
        if service in ("add_item", "remove_item"):
            return self._change_list(entities, service, str(data["item"]))
        if service == "clear_list":
            every = ((e, item) for e in entities for item in self.items(e))
            return [
                unmoved
                for entity, item in every
                for unmoved in self._change_list([entity], "remove_item", item)
            ]
        before = self.states(entities)
        there = [
            e for e in entities if before[e].state not in ("missing", "unavailable")
        ]
        gone = [Unmoved(e, before[e].state) for e in entities if e not in there]
        trouble = self._act(there, service, data)
        return (*gone, *self._unmoved(there, service, data, before, trouble))

    def items(self, entity: Entity) -> list[str]:
        """What stands on a todo list and is not done."""
        with self._link.talk() as talk:
            return _items(talk, entity)

    def _act(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> HouseFailed | None:
        """Send it; an error that leaves open whether it was done."""
        ids: dict[str, list[str]] = {}
        for entity in entities:
            ids.setdefault(entity.domain, []).append(entity.id)
        trouble: HouseFailed | None = None
        for domain, group in ids.items():
            path = f"/api/services/{domain}/{quote(service)}"
            try:
                with self._link.talk() as talk:
                    talk.post(path, {**data, "entity_id": group})
            except HouseFailed as error:
                if not error.maybe:
                    raise
                trouble = error
                break
        return trouble

    def _unmoved(
        self,
        entities: Sequence[Entity],
        service: str,
        data: Mapping[str, Value],
        before: Mapping[Entity, EntityState],
        trouble: HouseFailed | None,
    ) -> list[Unmoved]:
        """Those that do not say that they did it."""
        left = list(entities)
        after: Mapping[Entity, EntityState] = {}
        for pause in SETTLING:
            if left:
                self._pause.wait(pause)
                after = self._looked(left, trouble)
                left = [
                    e
                    for e in left
                    if not follows(e, service, data, before[e], after[e])
                ]
        if left and trouble is not None:
            raise _erred(trouble) if trouble.status in OWN_ERRORS else _unsure(trouble)
        return [Unmoved(entity, after[entity].state) for entity in left]

    def _looked(
        self, entities: Sequence[Entity], trouble: HouseFailed | None
    ) -> Mapping[Entity, EntityState]:
        """How they are after it was sent; where nobody knows, it may have happened."""
        try:
            return self.states(entities)
        except HouseFailed as error:
            raise _unsure(trouble or error) from error

    def _change_list(
        self, entities: Sequence[Entity], service: str, item: str
    ) -> Sequence[Unmoved]:
        unmoved = []
        wanted = service == "add_item"
        for entity in entities:
            there = item in self.items(entity)
            if there is wanted:
                continue
            trouble = self._act([entity], service, {"item": item})
            known: list[str] | None = None
            with suppress(HouseFailed):
                known = self.items(entity)
            if known is None or (trouble and (item in known) is not wanted):
                raise _unsure(trouble or _silent())
            if (item in known) is not wanted:
                unmoved.append(Unmoved(entity, "other"))
        return unmoved


def _states(talk: HassTalk, entities: Sequence[Entity]) -> Mapping[Entity, EntityState]:
    if len(entities) > FEW:
        every = _all_states(talk)
        return {entity: every.get(entity.id, MISSING) for entity in entities}
    return {entity: _one(talk, entity.id) for entity in entities}


def _one(talk: HassTalk, entity_id: str) -> EntityState:
    try:
        found = _read(talk.get(f"/api/states/{quote(entity_id)}"))
    except HouseFailed as error:
        if error.status == 404:
            return MISSING
        raise
    if found is None:
        raise _nonsense("the answer is no state")
    return found


def _all_states(talk: HassTalk) -> Mapping[str, EntityState]:
    rows = talk.get("/api/states")
    if not isinstance(rows, list):
        raise _nonsense("the answer is no list of states")
    pairs = ((_id(row), _read(row)) for row in rows)
    return {name: state for name, state in pairs if name and state is not None}


def _id(row: Any) -> str:
    name = row.get("entity_id") if isinstance(row, dict) else None
    return name if isinstance(name, str) else ""


def _read(found: Any) -> EntityState | None:
    if not isinstance(found, dict) or not isinstance(found.get("state"), str):
        return None
    attributes = found.get("attributes")
    pairs = attributes.items() if isinstance(attributes, dict) else ()
    plain = {k: v for k, v in pairs if isinstance(v, str | int | float | bool)}
    return EntityState(found["state"], {**plain, **_colour(pairs)})


def _colour(pairs: Iterable[tuple[str, Any]]) -> dict[str, Value]:
    """The one list that is of use: what a lamp shines in, part by part."""
    shown = dict(pairs).get("rgb_color")
    if not isinstance(shown, list) or len(shown) != 3:
        return {}
    parts = zip("rgb", shown, strict=True)
    return {f"rgb_{k}": v for k, v in parts if isinstance(v, int | float)}


def _items(talk: HassTalk, entity: Entity) -> list[str]:
    body = {"entity_id": entity.id, "status": ["needs_action"]}
    found = talk.post("/api/services/todo/get_items?return_response", body)
    try:
        rows = found["service_response"][entity.id]["items"]
        return [str(row["summary"]) for row in rows]
    except (KeyError, TypeError) as error:
        raise _nonsense("the answer holds no list") from error


def _unsure(error: HouseFailed) -> HouseFailed:
    """It was sent, and nobody knows what became of it."""
    return HouseFailed(
        error.what,
        cause=f"{error.cause}, after the command was sent",
        hint=error.hint,
        said="I asked for it, but Home Assistant has not answered. It may still happen",
        status=error.status,
        maybe=True,
    )


def _erred(error: HouseFailed) -> HouseFailed:
    """It answered that it met an error, and things are as they were."""
    return HouseFailed(
        error.what,
        cause=f"{error.cause}, and nothing changed",
        hint=error.hint,
        said="Home Assistant met an error and has not done it",
        status=error.status,
    )


def _silent() -> HouseFailed:
    return HouseFailed("Home Assistant does not answer", cause="the list was not read")


def _nonsense(cause: str) -> HouseFailed:
    return HouseFailed(
        "Home Assistant answered nonsense",
        cause=cause,
        hint="check that the address is a Home Assistant's",
        said="What answers there is not Home Assistant",
    )
