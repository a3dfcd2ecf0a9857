"""What a policy can test of arguments: which types it sees, and values as such.

A policy sees whole numbers, texts, yes and no, decimals, and sets of these. Everything
else of an argument it cannot name, and so it cannot be wrong about it. A value that is
not exactly what the policy would see is refused: a rounded one could be on the other
side of a limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

__all__ = ["ArgumentType", "PolicyUnfit", "argument_types", "policy_value"]

SCALARS = {
    "string": "String",
    "integer": "Long",
    "boolean": "Boolean",
    "number": "decimal",
}
LARGEST = 2**63 - 1
DECIMALS = Decimal("0.0001")
"""As far as Cedar's decimals go."""
LARGEST_DECIMAL = Decimal(LARGEST).scaleb(-4)
MOST_REFERENCES = 8
"""References within a schema that are followed for one argument."""


class PolicyUnfit(ValueError):
    """A value that a policy cannot see as it is; the words say why."""


@dataclass(frozen=True, slots=True)
class ArgumentType:
    """What a policy sees of one argument."""

    name: str
    """`String`, `Long`, `Boolean` or `decimal`."""
    many: bool = False
    """A set of them."""
    required: bool = False
    """It is always there."""

    def declared(self) -> dict[str, Any]:
        """As a schema of Cedar says it in JSON."""
        one: dict[str, Any] = {"type": self.name}
        if self.name == "decimal":
            one = {"type": "Extension", "name": "decimal"}
        if self.many:
            one = {"type": "Set", "element": one}
        return {**one, "required": self.required}


def argument_types(schema: Mapping[str, Any]) -> dict[str, ArgumentType | None]:
    """The arguments that a schema declares; None: of no type that a policy sees."""
    properties = schema.get("properties")
    required = schema.get("required")
    if not isinstance(properties, Mapping):
        return {}
    always = set(required) if isinstance(required, Sequence) else set()
    return {
        str(name): _type_of(of, schema, name in always)
        for name, of in properties.items()
    }


def policy_value(value: object, of: ArgumentType) -> Any:
    """The value as a request of Cedar has it in JSON; raises `PolicyUnfit`."""
    if not of.many:
        return _scalar(value, of.name)
    if not isinstance(value, list | tuple):
        raise PolicyUnfit("it is no list")
    return [_scalar(one, of.name) for one in value]


def _scalar(value: object, name: str) -> Any:
    match name, value:
        case "String", str():
            return value
        case "Boolean", bool():
            return value
        case "Long" | "decimal", bool():
            raise PolicyUnfit("it is no number")
        case "Long", int() | float():
            return _whole(value)
        case "decimal", int() | float():
            return {"__extn": {"fn": "decimal", "arg": _decimal(value)}}
    raise PolicyUnfit(f"it is no {name.lower()}")


def _whole(value: int | float) -> int:
    if isinstance(value, float):
        if not value.is_integer():
            raise PolicyUnfit("it is no whole number")
        value = int(value)
    if abs(value) > LARGEST:
        raise PolicyUnfit("it is too large")
    return value


def _decimal(value: int | float) -> str:
    if isinstance(value, int) and abs(value) > LARGEST:
        raise PolicyUnfit("it is too large")  # before its digits are worked out
    exact = Decimal(repr(value))
    if not exact.is_finite() or abs(exact) > LARGEST_DECIMAL:
        raise PolicyUnfit("it is no number of bounded size")
    cut = exact.quantize(DECIMALS)
    if cut != exact:
        raise PolicyUnfit("it has more than four decimals")
    return str(cut)


def _type_of(
    schema: object, root: Mapping[str, Any], required: bool
) -> ArgumentType | None:
    resolved = _resolved(schema, root)
    if resolved is None:
        return None
    one, nullable = _without_null(resolved, root)
    if one is None:
        return None
    name, many = one.get("type", _of_choices(one)), False
    if isinstance(name, list):
        nullable = nullable or "null" in name
        rest = [kind for kind in name if kind != "null"]
        name = rest[0] if len(rest) == 1 else None
    if name == "array":
        items = _resolved(one.get("items"), root)
        if items is None or "prefixItems" in one:
            return None
        name, many = items.get("type", _of_choices(items)), True
    if not isinstance(name, str) or name not in SCALARS:
        return None
    return ArgumentType(SCALARS[name], many, required and not nullable)


def _of_choices(schema: Mapping[str, Any]) -> str | None:
    """The type of a choice that names none: texts alone are told for sure."""
    choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if not isinstance(choices, list) or not choices:
        return None
    return "string" if all(isinstance(one, str) for one in choices) else None


def _without_null(
    schema: Mapping[str, Any], root: Mapping[str, Any]
) -> tuple[Mapping[str, Any] | None, bool]:
    """The one that is meant beside "or nothing"; None: there are several."""
    ways = schema.get("anyOf", schema.get("oneOf"))
    if "allOf" in schema or not isinstance(ways, list):
        return (None if "allOf" in schema else schema), False
    if "type" in schema:
        return None, False
    found = [way for one in ways if (way := _resolved(one, root)) is not None]
    rest = [way for way in found if way.get("type") != "null"]
    if len(found) != len(ways) or len(rest) != 1 or "anyOf" in rest[0]:
        return None, False
    return rest[0], len(found) > len(rest)


def _resolved(schema: object, root: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What stands behind references within the schema itself; None: nothing that can
    be told."""
    for _ in range(MOST_REFERENCES):
        if not isinstance(schema, Mapping):
            return None
        where = schema.get("$ref")
        if where is None:
            return schema
        if not isinstance(where, str) or not where.startswith("#/"):
            return None
        found: object = root
        for step in where[2:].split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, Mapping) else None
        schema = found
    return None
