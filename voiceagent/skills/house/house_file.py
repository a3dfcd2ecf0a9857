"""Reads a `house.toml`, strictly: every mistake is named with its line and remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from voiceagent.errors import PackError
from voiceagent.errors.foreign import cleaned
from voiceagent.skills.house.house import DOMAINS, Area, Entity, HouseModel
from voiceagent.templates.yaml_file import suggest

__all__ = ["load_house"]

FEATURES = ("brightness", "color", "position")
SLUG = re.compile(r"[^a-z0-9]+")
ENTITY_KEYS = (
    *("name", "domain", "area", "aliases", "features", "kind", "unit", "state"),
    *("attributes", "items", "id", "confirm"),
)


def load_house(file: Path) -> HouseModel:
    """Read a `house.toml`; raises `PackError` naming file, line and remedy."""
    try:
        text = file.read_text(encoding="utf-8")
        data = cleaned(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PackError(
            f"`{file}` is not valid TOML",
            cause=str(error),
            hint="mend that line; the head of the demo house explains the format",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"`{file}` cannot be read", cause=str(error)) from error
    return _HouseReader(file, text).house(data)


class _HouseReader:
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
        self._keys(table, ("name", "aliases", "floor"), "area")
        floor = table.get("floor", "")
        if not isinstance(floor, str):
            raise self._error("`floor` must be a text", "floor")
        return Area(self._name(table), self._texts(table, "aliases"), floor)

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
            confirm=self._flag(table, "confirm"),
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

    def _flag(self, table: Mapping[str, Any], key: str) -> bool | None:
        flag = table.get(key)
        if flag is None or isinstance(flag, bool):
            return flag
        raise self._error(f"`{key}` must be `true` or `false`", key)

    def _one_of(self, value: object, known: Iterable[str], what: str, at: str) -> str:
        known = sorted(known)
        if isinstance(value, str) and value in known:
            return value
        hint = suggest(str(value), known)
        raise self._error(f"`{at}`: unknown {what} `{value}`", str(value), hint)

    def _keys(self, table: Mapping[str, Any], known: Sequence[str], what: str) -> None:
        for key in table:
            if key not in known:
                hint = suggest(key, known)
                raise self._error(f"unknown key `{key}` in `{what}`", key, hint)

    def _unique(self, what: str, names: list[str]) -> None:
        seen: set[str] = set()
        for name in names:
            if name.lower() in seen:
                raise self._error(f"two of kind `{what}` are called `{name}`", name)
            seen.add(name.lower())

    def _error(self, cause: str, word: str, hint: str = "") -> PackError:
        lines = self._text.splitlines()
        found = (n for n, line in enumerate(lines, 1) if word and word in line)
        line = next(found, None)
        place = f"`{self._file}`" + (f", line {line}" if line else "")
        hint = hint or "see the head of the demo house for the format"
        return PackError(f"{place} is not a house", cause=cause, hint=hint)
