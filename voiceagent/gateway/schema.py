"""Arguments and results against the schema that was pinned, compiled once.

    schema = tool_schema(tool.input_schema)
    if words := schema.wrong(arguments): ...   # words that a call can be mended by

The words name fields and what the schema asks for, never a value of the call. A check
takes a bounded number of steps, whatever the schema and the value do to each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import islice
from typing import Any

from voiceagent.errors import EngineMissing, RemoteFailed
from voiceagent.errors.foreign import one_line
from voiceagent.gateway.schema_bounds import (
    SchemaUnfit,
    bounded_schema,
    bounded_value,
    python_pattern,
    schema_parts,
)

try:
    import jsonschema.validators
    import referencing
    import regex
except ImportError:
    jsonschema = None

__all__ = ["ToolSchema", "tool_schema"]

MOST_STEPS = 10_000
"""Keywords that are worked through for one value: 0.2 to 0.5 s on a slow core."""
LEAST_STEPS = 500
WORK = 10**9
"""Steps times letters: what a step has to do with a value grows with that."""
TOLD = 3
"""Mistakes that are told at once."""
PATTERN_TIME = 0.02
"""Seconds that one pattern may search; the library gives up by itself."""
LIMITS = {
    "minimum": "be at least",
    "maximum": "be at most",
    "exclusiveMinimum": "be more than",
    "exclusiveMaximum": "be less than",
    "multipleOf": "be a multiple of",
    "minLength": "have so many letters at least:",
    "maxLength": "have so many letters at most:",
    "minItems": "have so many items at least:",
    "maxItems": "have so many items at most:",
    "minProperties": "have so many fields at least:",
    "maxProperties": "have so many fields at most:",
}
_work = threading.local()
"""Steps that the check of this thread may still take."""


class ToolSchema:
    """A schema that values are held against."""

    def __init__(self, validator: Any) -> None:
        self._validator = validator

    def wrong(self, value: Any) -> str:
        """What is wrong with the value, in words that it can be mended by; empty:
        nothing."""
        try:
            letters = bounded_value(value)
            _work.left = max(LEAST_STEPS, min(MOST_STEPS, WORK // letters))
            errors = list(islice(self._validator.iter_errors(value), TOLD))
        except SchemaUnfit as error:
            return str(error)
        except (RecursionError, ArithmeticError):
            return "it cannot be held against its schema"
        return "; ".join(dict.fromkeys(map(_words, errors)))


def tool_schema(schema: Mapping[str, Any]) -> ToolSchema:
    """Compile a schema; raises `RemoteFailed` for one that is none, that refers to
    something elsewhere, or that nobody can work through in bounded time."""
    if jsonschema is None:
        raise EngineMissing("schemas of the gateway", extra="gateway")
    try:
        made = bounded_schema(schema)
        dialect = _dialect(schema.get("$schema"))
        _work.left = MOST_STEPS
        errors = dialect(dialect.META_SCHEMA).iter_errors(made)
        if (error := next(errors, None)) is not None:
            raise SchemaUnfit(f"{_place(error)} is not as JSON Schema has it")
        _compiled_all(made)
    except SchemaUnfit as error:
        raise _unusable(str(error)) from None
    except RecursionError:
        raise _unusable("it is nested too deep") from None
    return ToolSchema(dialect(made, registry=referencing.Registry()))


def _unusable(cause: str) -> RemoteFailed:
    hint = "its server has to mend it; its other tools are not touched by this"
    return RemoteFailed("the schema of the tool cannot be used", cause=cause, hint=hint)


@lru_cache(32)
def _dialect(name: object) -> Any:
    """The validators of a dialect, each step of which is counted."""
    latest = jsonschema.validators.Draft202012Validator
    known = jsonschema.validators.validator_for({"$schema": str(name)}, latest)
    own = {"pattern": _pattern, "uniqueItems": _unique}
    keywords = {**known.VALIDATORS, **own}
    counted = {name: partial(_counted, of) for name, of in keywords.items()}
    return jsonschema.validators.extend(known, counted)


def _counted(
    check: Callable[..., Any], validator: Any, wanted: Any, value: Any, schema: Any
) -> Iterator[Any]:
    """One step; what it yields is taken at once, so that it is counted here."""
    _work.left -= 1 + (len(wanted) if isinstance(wanted, list | dict) else 0)
    if _work.left < 0:
        raise SchemaUnfit("it takes too many steps to hold it against its schema")
    return check(validator, wanted, value, schema) or iter(())


@lru_cache(4096)
def _expression(pattern: str) -> Any:
    try:
        return regex.compile(python_pattern(pattern), regex.ASCII)
    except regex.error:
        raise SchemaUnfit("a pattern is none") from None


def _pattern(validator: Any, wanted: str, value: Any, schema: Any) -> Iterator[Any]:
    if not isinstance(value, str):
        return
    try:
        found = _expression(wanted).search(value, timeout=PATTERN_TIME)
    except TimeoutError:
        raise SchemaUnfit("a text could not be held against its pattern") from None
    if not found:
        yield jsonschema.exceptions.ValidationError("another pattern")


def _unique(validator: Any, wanted: bool, value: Any, schema: Any) -> Iterator[Any]:
    """Without comparing each with each."""
    if not wanted or not isinstance(value, list):
        return
    _work.left -= len(value)
    if len(set(map(_frozen, value))) < len(value):
        yield jsonschema.exceptions.ValidationError("twice the same")


def _frozen(value: Any) -> Hashable:
    """The same for what is the same in JSON: 1 is 1.0, and no `true`."""
    if isinstance(value, dict):
        return "object", frozenset((key, _frozen(of)) for key, of in value.items())
    if isinstance(value, list):
        return "list", tuple(map(_frozen, value))
    return isinstance(value, bool), value


def _compiled_all(schema: Mapping[str, Any]) -> None:
    """Every pattern of it, so that none fails while somebody waits."""
    for part in schema_parts(schema):
        if isinstance(pattern := part.get("pattern"), str):
            _expression(pattern)


def _place(error: Any) -> str:
    """The field that it is about, as a caller would write it."""
    place = ""
    for step in error.absolute_path:
        place += f"[{step}]" if isinstance(step, int) else f".{step}"
    return f"`{one_line(place.lstrip('.'), 80)}`" if place else "it"


def _words(error: Any) -> str:
    """What is wrong, without the value that is."""
    place, wanted = _place(error), error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in error.instance]
            return f"{place} lacks {_names(missing)}"
        case "additionalProperties":
            known = error.schema.get("properties", {})
            more = [name for name in error.instance if name not in known]
            return f"{place} has no {_names(more)}; there are {_names(known)}"
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"{place} has to be of the type {' or '.join(map(str, kinds))}"
        case "enum" | "const" as kind:
            ways = wanted if kind == "enum" else [wanted]
            return f"{place} has to be one of {_names(ways)}"
        case "pattern":
            return f"{place} has to match `{one_line(str(wanted), 120)}`"
        case "anyOf" | "oneOf" | "not" | "if" | "contains" | None:
            return f"{place} has none of the forms that it may have"
        case str() as keyword if keyword in LIMITS:
            return f"{place} has to {LIMITS[keyword]} {one_line(str(wanted), 40)}"
    return f"{place} is not as `{one_line(error.validator, 40)}` of its schema has it"


def _names(names: Any) -> str:
    """Some of them, and how many more."""
    told = [f"`{one_line(str(name), 60)}`" for name in islice(names, 10)]
    more = len(names) - len(told)
    return (", ".join(told) or "nothing") + (f" and {more} more" if more else "")
