"""Reads a `house.toml`, strictly: every mistake is named with its line and remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from voiceagent.errors import PackError
from voiceagent.errors.foreign import cleaned
from voiceagent.skills.house.house import DOMAINS, Area, Entity, HouseModel, Value, ways
from voiceagent.templates.yaml_file import suggest

__all__ = ["load_house"]

FEATURES = ("brightness", "color", "position")
SLUG = re.compile(r"[^a-z0-9]+")
ID = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
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
        self._at = ("", 0)
        """Kind and number of the table that is being read."""

    def house(self, data: Mapping[str, Any]) -> HouseModel:
        self._keys(data, ("name", "area", "entity"), "house")
        areas = tuple(map(self._area, self._tables(data, "area")))
        names = {area.name for area in areas}
        tables = self._tables(data, "entity")
        entities = tuple(self._entity(table, names) for table in tables)
        self._at = ("", 0)
        self._unique("area", [(area.name, "") for area in areas])
        self._unique("entity", [(each.name, each.area) for each in entities])
        return HouseModel(str(data.get("name", "house")), areas, entities)

    def _area(self, table: Mapping[str, Any]) -> Area:
        self._keys(table, ("name", "aliases", "floor"), "area")
        floor = self._text_of(table, "floor")
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
            id=self._id(table, domain, name),
            name=name,
            domain=domain,
            area=area,
            aliases=self._texts(table, "aliases"),
            features=features,
            kind=self._text_of(table, "kind"),
            unit=self._text_of(table, "unit"),
            state=self._text_of(table, "state", DOMAINS[domain]),
            attributes=self._attributes(table),
            items=self._texts(table, "items"),
            confirm=self._flag(table, "confirm"),
        )

    def _tables(self, data: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
        """Each table, while the place of errors is its own."""
        tables = data.get(key, [])
        self._at = ("", 0)
        if isinstance(tables, list) and all(isinstance(t, dict) for t in tables):
            for number, table in enumerate(tables):
                self._at = (key, number)
                yield table
            return
        raise self._error(f"`{key}` must be written as `[[{key}]]` tables", key)

    def _name(self, table: Mapping[str, Any]) -> str:
        name = table.get("name")
        if isinstance(name, str) and name.strip():
            return name.strip()
        raise self._error("an entry has no `name`", "name")

    def _texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        texts = table.get(key, [])
        if isinstance(texts, list) and all(isinstance(t, str) for t in texts):
            return tuple(texts)
        raise self._error(f"`{key}` must be a list of texts", key)

    def _text_of(self, table: Mapping[str, Any], key: str, usual: str = "") -> str:
        text = table.get(key, usual)
        if isinstance(text, str):
            return text
        raise self._error(f"`{key}` must be a text", key)

    def _id(self, table: Mapping[str, Any], domain: str, name: str) -> str:
        given = self._text_of(table, "id")
        if given and not ID.fullmatch(given):
            cause = f"`{name}`: `{given}` is no id such as `{domain}.kitchen`"
            raise self._error(cause, given)
        if given and not given.startswith(f"{domain}."):
            cause = f"`{name}` is of domain `{domain}`, and its id `{given}` is not"
            raise self._error(cause, given)
        return given or f"{domain}.{SLUG.sub('_', name.lower())}"

    def _attributes(self, table: Mapping[str, Any]) -> dict[str, Value]:
        found = table.get("attributes", {})
        if isinstance(found, dict):
            if all(isinstance(v, str | int | float | bool) for v in found.values()):
                return found
        cause = "`attributes` must be a table of texts, numbers and flags"
        raise self._error(cause, "attributes")

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

    def _unique(self, what: str, names: Sequence[tuple[str, str]]) -> None:
        """One name may stand in several rooms, and in each of them once."""
        seen: set[tuple[str, str]] = set()
        for number, (name, area) in enumerate(names):
            self._at = what, number
            if (key := (next(iter(ways(name)), name.lower()), area)) in seen:
                where = f" in `{area}`" if area else ""
                cause = f"two of kind `{what}` are called `{name}`{where}"
                raise self._error(cause, name)
            seen.add(key)

    def _error(self, cause: str, word: str, hint: str = "") -> PackError:
        place = f"`{self._file}`, line {self._line(word)}"
        hint = hint or "see the head of the demo house for the format"
        return PackError(f"{place} is not a house", cause=cause, hint=hint)

    def _line(self, word: str) -> int:
        """Where `word` stands in the table that is being read, else that table."""
        lines = self._text.splitlines()
        heads = [n for n, line in enumerate(lines, 1) if self._heads(line)]
        kind, number = self._at
        first = heads[number] if kind and number < len(heads) else 1
        until = (
            heads[number + 1] - 1 if kind and number + 1 < len(heads) else len(lines)
        )
        for at in range(first, until + 1):
            if word and word in lines[at - 1]:
                return at
        return first

    def _heads(self, line: str) -> bool:
        kind = self._at[0]
        return bool(kind) and re.match(rf"\s*\[\[\s*{kind}\s*\]\]", line) is not None
