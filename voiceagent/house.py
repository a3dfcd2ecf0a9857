"""The house: areas and entities with the names people call them, and their state.

`HouseModel` is what a `house.toml` says; it never changes while the agent runs.
`House` is how skills read and change the world: `LocalHouse` keeps states in the store
(a demo, or a house without a hub); the Home Assistant adapter answers to the same calls.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

from voiceagent.errors import PackError
from voiceagent.store import Store

__all__ = [
    "DOMAINS",
    "Area",
    "Entity",
    "EntityState",
    "House",
    "HouseModel",
    "LocalHouse",
    "Value",
    "load_house",
]

Value = str | int | float | bool
"""What an attribute of an entity can be."""

DOMAINS: Mapping[str, str] = {
    "light": "off",
    "switch": "off",
    "fan": "off",
    "cover": "closed",
    "lock": "locked",
    "climate": "heat",
    "sensor": "unknown",
    "binary_sensor": "off",
    "media_player": "off",
    "scene": "",
    "script": "",
    "todo": "",
    "vacuum": "docked",
    "weather": "unknown",
}
"""The kinds of entity, named as in Home Assistant, and the state they start in."""

FEATURES = ("brightness", "color", "position")
SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Area:
    """A room or place."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing in the house."""

    id: str
    """As Home Assistant writes it: `light.bed_light`."""
    name: str
    domain: str
    area: str = ""
    aliases: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    kind: str = ""
    """What sort of cover or sensor: `window`, `garage`, `temperature`, ..."""
    unit: str = ""
    state: str = ""
    """The state at the very first start."""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    items: tuple[str, ...] = ()
    """Of a list: what stands on it at the very first start."""


@dataclass(frozen=True, slots=True)
class EntityState:
    """How an entity is right now."""

    state: str
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HouseModel:
    """Everything a `house.toml` says."""

    name: str = "house"
    areas: tuple[Area, ...] = ()
    entities: tuple[Entity, ...] = ()

    def find(self, name: str) -> Entity | None:
        """The entity of that canonical name."""
        return next((e for e in self.entities if e.name == name), None)

    def select(
        self, *domains: str, area: str = "", kind: str = ""
    ) -> tuple[Entity, ...]:
        """Entities of these domains, in an area and of a kind where given."""
        return tuple(
            entity
            for entity in self.entities
            if (not domains or entity.domain in domains)
            and (not area or entity.area == area)
            and (not kind or entity.kind == kind)
        )


class House(Protocol):
    """Reads and changes the world; blocking, raises `VoiceAgentError`."""

    model: HouseModel

    def state(self, entity: Entity) -> EntityState:
        """How it is now."""
        ...

    def call(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> None:
        """Do `service` (Home Assistant's name: `turn_on`, `lock`, ...) to them."""
        ...

    def items(self, entity: Entity) -> list[str]:
        """What stands on a list."""
        ...


NEW_STATES: Mapping[str, str] = {
    "turn_on": "on",
    "turn_off": "off",
    "open_cover": "open",
    "close_cover": "closed",
    "lock": "locked",
    "unlock": "unlocked",
    "media_play": "playing",
    "media_pause": "paused",
    "media_stop": "idle",
    "start": "cleaning",
    "return_to_base": "docked",
}
PERCENT_OF_255 = 2.55


class LocalHouse:
    """A house whose states live in the store: the demo, and houses without a hub."""

    def __init__(self, model: HouseModel, store: Store) -> None:
        self.model = model
        self._store = store

    def state(self, entity: Entity) -> EntityState:
        """What the store remembers, else what the house file starts with."""
        sql = "SELECT state FROM entities WHERE id = ?"
        rows = self._store.read(sql, (entity.id,))
        if not rows:
            return EntityState(entity.state, dict(entity.attributes))
        kept = json.loads(rows[0][0])
        return EntityState(kept["state"], kept["attributes"])

    def call(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> None:
        """Change the remembered states, all of them or none."""
        if service in ("add_item", "remove_item"):
            return self._change_list(entities, service, str(data["item"]))
        sql = "INSERT OR REPLACE INTO entities VALUES (?, ?)"
        rows = [(sql, (e.id, self._after(e, service, data))) for e in entities]
        self._store.write(*rows)

    def items(self, entity: Entity) -> list[str]:
        """What stands on a list, in the order it was put there."""
        if not self._store.setting(f"list:{entity.id}"):
            return list(entity.items)
        sql = "SELECT item FROM items WHERE list = ? ORDER BY rowid"
        return [str(row[0]) for row in self._store.read(sql, (entity.id,))]

    def _after(self, entity: Entity, service: str, data: Mapping[str, Value]) -> str:
        before = self.state(entity)
        attributes = {**before.attributes, **data}
        state = NEW_STATES.get(service, before.state)
        if service == "set_cover_position":
            state = "open" if data["position"] else "closed"
        if entity.domain == "media_player" and service == "turn_on":
            state = "on"
        return json.dumps({"state": state, "attributes": attributes})

    def _change_list(
        self, entities: Sequence[Entity], service: str, item: str
    ) -> None:
        add = "INSERT OR IGNORE INTO items VALUES (?, ?)"
        remove = "DELETE FROM items WHERE list = ? AND item = ?"
        seen = "INSERT OR REPLACE INTO settings VALUES (?, 'kept')"
        for entity in entities:
            first = [(add, (entity.id, kept)) for kept in self.items(entity)]
            last = add if service == "add_item" else remove
            mark = (seen, (f"list:{entity.id}",))
            self._store.write(*first, mark, (last, (entity.id, item)))


ENTITY_KEYS = (
    *("name", "domain", "area", "aliases", "features", "kind", "unit", "state"),
    *("attributes", "items", "id"),
)


def load_house(file: Path) -> HouseModel:
    """Read a `house.toml`; raises `PackError` naming file, line and remedy."""
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(
            f"`{file}` is not valid TOML",
            cause=str(error),
            hint="mend that line; the head of the demo house explains the format",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"`{file}` cannot be read", cause=str(error)) from error
    return _Reader(file, text).house(data)


class _Reader:
    """Turns the parsed TOML into a model, with errors that say where."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._text = text

    def house(self, data: Mapping[str, Any]) -> HouseModel:
        self._keys(data, ("name", "area", "entity"), "house")
        areas = tuple(self._area(table) for table in self._tables(data, "area"))
        names = {area.name for area in areas}
        tables = self._tables(data, "entity")
        entities = tuple(self._entity(table, names) for table in tables)
        self._unique("area", [area.name for area in areas])
        self._unique("entity", [entity.name for entity in entities])
        return HouseModel(str(data.get("name", "house")), areas, entities)

    def _area(self, table: Mapping[str, Any]) -> Area:
        self._keys(table, ("name", "aliases"), "area")
        return Area(self._name(table), self._texts(table, "aliases"))

    def _entity(self, table: Mapping[str, Any], areas: set[str]) -> Entity:
        self._keys(table, ENTITY_KEYS, "entity")
        name = self._name(table)
        domain = self._one_of(table.get("domain"), DOMAINS, "domain", name)
        area = table.get("area", "")
        if area:
            self._one_of(area, areas, "area", name)
        features = self._texts(table, "features")
        for feature in features:
            self._one_of(feature, FEATURES, "feature", name)
        return Entity(
            id=str(table.get("id") or f"{domain}.{SLUG.sub('_', name.lower())}"),
            name=name,
            domain=domain,
            area=area,
            aliases=self._texts(table, "aliases"),
            features=features,
            kind=str(table.get("kind", "")),
            unit=str(table.get("unit", "")),
            state=str(table.get("state", DOMAINS[domain])),
            attributes=dict(table.get("attributes", {})),
            items=self._texts(table, "items"),
        )

    def _tables(self, data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        tables = data.get(key, [])
        if isinstance(tables, list) and all(isinstance(t, dict) for t in tables):
            return tables
        raise self._error(f"`{key}` must be written as `[[{key}]]` tables", key)

    def _name(self, table: Mapping[str, Any]) -> str:
        name = table.get("name")
        if isinstance(name, str) and name.strip():
            return name.strip()
        raise self._error("an entry has no `name`", "")

    def _texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        texts = table.get(key, [])
        if isinstance(texts, list) and all(isinstance(t, str) for t in texts):
            return tuple(texts)
        raise self._error(f"`{key}` must be a list of texts", key)

    def _one_of(self, value: object, known: Iterable[str], what: str, at: str) -> str:
        known = sorted(known)
        if isinstance(value, str) and value in known:
            return value
        hint = self._meant(str(value), known)
        raise self._error(f"`{at}`: unknown {what} `{value}`", str(value), hint)

    def _keys(self, table: Mapping[str, Any], known: Sequence[str], what: str) -> None:
        for key in table:
            if key not in known:
                hint = self._meant(key, known)
                raise self._error(f"unknown key `{key}` in `{what}`", key, hint)

    def _unique(self, what: str, names: list[str]) -> None:
        seen: set[str] = set()
        for name in names:
            if name.lower() in seen:
                raise self._error(f"two of kind `{what}` are called `{name}`", name)
            seen.add(name.lower())

    def _meant(self, word: str, known: Sequence[str]) -> str:
        close = get_close_matches(word, known, 1)
        choice = ", ".join(f"`{name}`" for name in known)
        return f"did you mean `{close[0]}`?" if close else f"it can be: {choice}"

    def _error(self, cause: str, word: str, hint: str = "") -> PackError:
        lines = self._text.splitlines()
        found = (n for n, line in enumerate(lines, 1) if word and word in line)
        line = next(found, None)
        place = f"`{self._file}`" + (f", line {line}" if line else "")
        hint = hint or "see the head of the demo house for the format"
        return PackError(f"{place} is not a house", cause=cause, hint=hint)
