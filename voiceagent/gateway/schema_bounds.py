"""What a schema of somebody else's may hold so that it can be worked with: nothing that
is fetched, nothing that never ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = [
    "SchemaUnfit",
    "bounded_schema",
    "bounded_value",
    "python_pattern",
    "schema_parts",
]

DEEPEST = 64
"""Levels of a schema, and of a value."""
MOST_PARTS = 10_000
"""Values, texts and numbers of one schema, and of one value."""
LONGEST_PATTERN = 500
LONGEST_NAME = 256
"""Letters of the name of a field."""
LARGEST_NUMBER = 2**64
MOST_REPEATS = 10_000
"""What the counts of a pattern come to, multiplied: an engine may unroll them."""
DIALECTS = ("$schema", "$id", "id")
"""What a part says of where it comes from."""
MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Keywords whose objects have names of somebody's, and schemas behind these."""
NOT_SCHEMAS = ("const", "default", "enum", "example", "examples")
NEVER = (
    *("$dynamicRef", "$recursiveRef", "unevaluatedItems", "unevaluatedProperties"),
)
"""Keywords whose work nothing here bounds."""
GROUPS = re.compile(r"\(\?(?!:|=|!|<=|<!|<[A-Za-z_]\w*>)")
COUNTS = re.compile(r"\{(\d*)(?:,(\d*))?\}")
PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
SIMPLE = re.compile(r"\^?(?:\\.|\[[^\]]*\]|[^\\()|*+?{}\[\]])*[*+?]?\$?")
"""A pattern without groups and with one repetition at most, at its end."""


class SchemaUnfit(ValueError):
    """A schema or a value that is not worked with; the words say why."""


def bounded_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as it is compiled; raises `SchemaUnfit`.

    References that lead out of it are refused, never followed. Which dialect a part
    names is left out: the whole is of one.
    """
    bounded_value(schema)
    made: dict[str, Any] = _copied(schema)
    for part in schema_parts(made):
        for name in DIALECTS:
            if isinstance(part.get(name), str):
                del part[name]
        _checked(part, made)
    return made


def bounded_value(value: Any) -> int:
    """Roughly its letters; raises `SchemaUnfit` for what is no JSON of bounded depth
    and number of parts."""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    parts, letters = 0, 0
    while waiting:
        one, depth = waiting.pop()
        parts += 1
        if parts > MOST_PARTS:
            raise SchemaUnfit(f"it has more than {MOST_PARTS} parts")
        if depth > DEEPEST:
            raise SchemaUnfit(f"it is nested more than {DEEPEST} levels deep")
        letters += _plain(one)
        if isinstance(one, Mapping):
            letters += sum(map(_field, one))
            waiting.extend((of, depth + 1) for of in one.values())
        elif isinstance(one, list):
            waiting.extend((of, depth + 1) for of in one)
    return parts + letters


def python_pattern(pattern: str) -> str:
    """A pattern of JSON Schema in the dialect of Python: `$` is the very end. Raises
    `SchemaUnfit` for one that an engine could not even read in bounded time."""
    if len(pattern) > LONGEST_PATTERN:
        raise SchemaUnfit(f"a pattern has more than {LONGEST_PATTERN} letters")
    pieces = PIECE.findall(pattern)
    plain = "".join(one if len(one) == 1 else "x" for one in pieces)
    if GROUPS.search(plain) or plain.count("(") > 50:
        raise SchemaUnfit("a pattern has groups that are not known here")
    repeats = 1
    for low, high in COUNTS.findall(plain):
        repeats *= max(1, int(low or 0), int(high or 0))
        if repeats > MOST_REPEATS:
            raise SchemaUnfit("a pattern counts too far")
    return "".join(r"\Z" if one == "$" else one for one in pieces)


def _plain(value: Any) -> int:
    """The letters of something that holds nothing further."""
    match value:
        case bool() | None:
            return 1
        case int() if abs(value) > LARGEST_NUMBER:
            raise SchemaUnfit("a number is too large")
        case float() if not abs(value) < float("inf"):
            raise SchemaUnfit("there is a number that is none")
        case str():
            return len(value)
        case int() | float() | list() | Mapping():
            return 1
    raise SchemaUnfit("there is a value that JSON does not have")


def _field(name: Any) -> int:
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise SchemaUnfit(f"a name of a field has more than {LONGEST_NAME} letters")
    return len(name)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(of) for key, of in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def schema_parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every part of it that is a schema."""
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            yield one
            for key, of in one.items():
                if key in MAPS and isinstance(of, dict):
                    waiting.extend(of.values())
                elif key not in NOT_SCHEMAS:
                    waiting.append(of)


def _checked(part: Mapping[str, Any], root: Mapping[str, Any]) -> None:
    where = part.get("$ref")
    if isinstance(where, str) and not _leads_somewhere(where, root):
        raise SchemaUnfit("it refers to something that is not in it")
    if odd := [key for key in NEVER if key in part]:
        raise SchemaUnfit(f"`{odd[0]}` is not known here")
    if isinstance(pattern := part.get("pattern"), str):
        python_pattern(pattern)
    of_names = part.get("patternProperties")
    if isinstance(of_names, Mapping):
        for pattern in of_names:
            if not SIMPLE.fullmatch(pattern):
                raise SchemaUnfit("a pattern for names of fields is not a simple one")


def _leads_somewhere(where: str, root: Mapping[str, Any]) -> bool:
    """Whether a reference stays within the schema and finds something."""
    if where == "#":
        return True
    if not where.startswith("#/") or "%" in where:
        return False
    found: Any = root
    for step in where[2:].split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            at = int(step) if step.isascii() and step.isdecimal() else len(found)
            found = found[at] if at < len(found) else None
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return isinstance(found, dict | bool)
