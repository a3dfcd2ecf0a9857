"""Reads YAML that people write: remembers lines, refuses what YAML would swallow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from voiceagent.errors import PackError

__all__ = ["Source", "read_yaml", "suggest"]

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C reader where PyYAML has one: a tenth of the time."""


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML file with the line of every key and item."""

    file: Path
    data: Mapping[str, Any]
    lines: Mapping[tuple[object, ...], int]
    """Line of the value found by that path of keys and indexes."""

    def error(self, path: Sequence[object], cause: str, hint: str = "") -> PackError:
        """A `PackError` that names the file and the nearest known line."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        line = self.lines.get(known)
        place = f"`{self.file}`" + (f", line {line}" if line else "")
        return PackError(f"{place}: the pack is broken", cause=cause, hint=hint)


def suggest(word: object, known: Iterable[str]) -> str:
    """A "did you mean" for a word that is not known, else what is known."""
    names = sorted(known)
    close = get_close_matches(str(word), names, 1)
    if close:
        return f"did you mean `{close[0]}`?"
    return "known are " + ", ".join(f"`{name}`" for name in names)


def read_yaml(file: Path) -> Source:
    """Read a YAML file that must hold a mapping; raises `PackError`."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        cause = str(getattr(error, "problem", "") or error)
        hint = "mend the indentation, quotes or brackets there"
        what = f"`{file}`{line} is not valid YAML"
        raise PackError(what, cause=cause, hint=hint) from error
    except (OSError, UnicodeDecodeError) as error:
        hint = "check its name, rights and that it is UTF-8 text"
        raise PackError(
            f"`{file}` cannot be read", cause=str(error), hint=hint
        ) from error
    lines: dict[tuple[object, ...], int] = {}
    try:
        data = _value(node, (), lines, file)
    except yaml.YAMLError as error:
        raise PackError(f"`{file}` is not valid YAML", cause=str(error)) from error
    source = Source(file, data if isinstance(data, dict) else {}, lines)
    if not isinstance(data, dict):
        raise source.error((), "the file holds no mapping", "begin it with `intents:`")
    return source


def _value(
    node: yaml.Node | None,
    path: tuple[object, ...],
    lines: dict[tuple[object, ...], int],
    file: Path,
) -> Any:
    """The plain value of a node, noting lines; a key written twice is an error."""
    if node is None:
        return None
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        items = enumerate(node.value)
        return [_value(item, (*path, n), lines, file) for n, item in items]
    loader = yaml.SafeLoader("")
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node, deep=True)
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in result:
            what = f"`{file}`, line {line}: `{key}` is written twice"
            raise PackError(what, hint="join the two or rename one")
        lines[(*path, key)] = line
        result[key] = _value(value_node, (*path, key), lines, file)
    return result
