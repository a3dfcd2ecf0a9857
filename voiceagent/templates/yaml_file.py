"""Reads YAML that people write: remembers lines, refuses what YAML would swallow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from voiceagent.errors import PackError
from voiceagent.errors.foreign import cleaned, words_of_others
from voiceagent.errors.meant import did_you_mean

__all__ = ["Issue", "TemplateSource", "read_yaml", "scan_yaml", "suggest"]

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C reader where PyYAML has one: a tenth of the time."""
MOST = 200_000
"""Values in one file; Home Assistant's largest has some thousands."""
PLACE = re.compile(r"`(?P<file>[^`]+)`(?:, line (?P<line>\d+))?")


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong with a pack, and where."""

    file: Path
    line: int | None
    cause: str
    hint: str = ""
    what: str = "the pack is broken"

    def error(self) -> PackError:
        """The same as an error that names file and line."""
        place = f"`{self.file}`" + (f", line {self.line}" if self.line else "")
        return PackError(f"{place}: {self.what}", cause=self.cause, hint=self.hint)

    @classmethod
    def of(cls, error: PackError, file: Path) -> Issue:
        """An error as an issue; `file`: where it is, if it does not say so itself."""
        found = PLACE.search(error.what)
        named = Path(found["file"]) if found and "/" in found["file"] else file
        line = int(found["line"]) if found and found["line"] else None
        return cls(named, line, error.cause or error.what, error.hint, error.what)


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """One YAML file with the line of every key and item."""

    file: Path
    data: Mapping[str, Any]
    lines: Mapping[tuple[object, ...], int]
    """Line of the value found by that path of keys and indexes."""
    group: str = ""
    """Files of one group are one collection: all may add to the same intent."""

    def issue(self, path: Sequence[object], cause: str, hint: str = "") -> Issue:
        """What is wrong at a path, with the nearest known line."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        return Issue(self.file, self.lines.get(known), cause, hint)

    def error(self, path: Sequence[object], cause: str, hint: str = "") -> PackError:
        """The same as an error."""
        return self.issue(path, cause, hint).error()


def suggest(word: object, known: Iterable[str]) -> str:
    """A "did you mean" for a word that is not known, else what is known."""
    names = sorted(known)
    told = "known are " + ", ".join(f"`{name}`" for name in names)
    return did_you_mean(str(word), names) or told


def read_yaml(file: Path) -> TemplateSource:
    """Read a YAML file that must hold a mapping; raises `PackError`."""
    source, issues = scan_yaml(file)
    if issues or source is None:
        raise issues[0].error()
    return source


def scan_yaml(file: Path) -> tuple[TemplateSource | None, list[Issue]]:
    """The file as far as it can be read, and everything that is wrong with it."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), LOADER)
    except yaml.YAMLError as error:
        return None, [_not_yaml(file, error)]
    except (OSError, UnicodeDecodeError) as error:
        hint = "check its name, rights and that it is UTF-8 text"
        return None, [Issue(file, None, str(error), hint, "it cannot be read")]
    reader = _YamlReader(file, {}, [])
    try:
        data = reader.value(node, ())
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return None, [_not_yaml(file, error)]
    source = TemplateSource(file, data if isinstance(data, dict) else {}, reader.lines)
    if not isinstance(data, dict):
        hint = "begin it with `intents:`"
        reader.issues.append(source.issue((), "the file holds no mapping", hint))
    return source, reader.issues


def _not_yaml(file: Path, error: Exception) -> Issue:
    mark = getattr(error, "problem_mark", None)
    cause = str(getattr(error, "problem", "") or error)
    hint = "mend the indentation, quotes or brackets there"
    line = mark.line + 1 if mark else None
    return Issue(file, line, cause, hint, "it is not valid YAML")


@dataclass(frozen=True, slots=True)
class _YamlReader:
    """Makes plain values of YAML nodes, noting lines; a key written twice is wrong."""

    file: Path
    lines: dict[tuple[object, ...], int]
    issues: list[Issue]

    def value(self, node: yaml.Node | None, path: tuple[object, ...]) -> Any:
        if node is None:
            return None
        if len(self.lines) > MOST:  # aliases of aliases make a small file endless
            raise ValueError("it holds too many values")
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return cleaned(yaml.SafeLoader("").construct_object(node, deep=True))

    def _mapping(self, node: yaml.MappingNode, path: tuple[object, ...]) -> Any:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = words_of_others(str(key_node.value))
            line = key_node.start_mark.line + 1
            if key in result:
                hint = "join the two or rename one"
                cause = f"`{key}` is written twice"
                self.issues.append(Issue(self.file, line, cause, hint))
                continue
            self.lines[(*path, key)] = line
            result[key] = self.value(value_node, (*path, key))
        return result
