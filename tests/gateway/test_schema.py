"""Schemas of others: held to what they say, in bounded work, and nothing is fetched."""

import socket
import urllib.request
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upstream_tools import LOCK

from voiceagent.errors import RemoteFailed

pytest.importorskip("jsonschema", reason="the extra `gateway` is not installed")
pytest.importorskip("regex", reason="the extra `gateway` is not installed")

import jsonschema

from voiceagent.gateway.schema import tool_schema
from voiceagent.gateway.schema_bounds import DEEPEST, MOST_PARTS

pytestmark = pytest.mark.property


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **more: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(urllib.request, "urlopen", never)
    monkeypatch.setattr(socket.socket, "connect", never)


SCALAR = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from("abc")
VALUE = st.recursive(
    SCALAR,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from("abc"), inside, max_size=3)
    ),
    max_leaves=6,
)
TYPES = ["string", "integer", "number", "boolean", "null", "array", "object"]
SCHEMA = st.recursive(
    st.booleans()
    | st.fixed_dictionaries({"type": st.sampled_from(TYPES)})
    | st.fixed_dictionaries({"enum": st.lists(SCALAR, min_size=1, max_size=3)})
    | st.fixed_dictionaries({"const": VALUE})
    | st.fixed_dictionaries({"maximum": st.integers(-3, 3)})
    | st.fixed_dictionaries({"pattern": st.sampled_from(["^a", "b$", "[^c]", "a|b"])})
    | st.just({"uniqueItems": True}),
    lambda inside: (
        st.fixed_dictionaries(
            {
                "properties": st.dictionaries(st.sampled_from("abc"), inside),
                "required": st.lists(st.sampled_from("abc"), unique=True, max_size=2),
                "additionalProperties": inside,
            }
        )
        | st.fixed_dictionaries({"anyOf": st.lists(inside, min_size=1, max_size=2)})
        | st.fixed_dictionaries({"not": inside})
        | st.fixed_dictionaries({"items": inside})
    ),
    max_leaves=6,
)


@settings(max_examples=80)
@given(st.dictionaries(st.just("x"), SCHEMA), VALUE)
def test_it_says_what_the_library_says(inside: dict[str, Any], value: Any) -> None:
    schema = {"type": "object", "properties": inside}
    known = jsonschema.Draft202012Validator(schema)
    mine = tool_schema(schema)
    for one in (value, {"x": value}):
        assert (mine.wrong(one) == "") == known.is_valid(one)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"door": "front"}, "it lacks `locked`"),
        ({"door": "side", "locked": True}, "`door` has to be one of `front`, `back`"),
        ({"door": 1, "locked": True}, "`door` has to be of the type string"),
        (
            {"door": "front", "locked": True, "for": 1},
            "it has no `for`; there are `door`, `locked`, `after`",
        ),
        ({}, "it lacks `door`, `locked`"),
    ],
)
def test_words_that_a_call_can_be_mended_by(
    arguments: dict[str, Any], words: str
) -> None:
    assert words in tool_schema(LOCK).wrong(arguments)
    assert tool_schema(LOCK).wrong({"door": "front", "locked": True}) == ""


STRICT = {
    "properties": {
        "a": {"type": "integer"},
        "b": {"enum": ["x"]},
        "c": {"pattern": "^x"},
        "d": {"anyOf": [{"type": "null"}, {"maxLength": 1}]},
        "e": {"items": {"const": 1}},
        "f": {"maxLength": 2},
        "g": {"not": {}},
        "h": False,
    }
}


@given(st.text(min_size=6, max_size=12, alphabet="qz"))
def test_words_never_hold_a_value(secret: str) -> None:
    mine = STRICTLY
    for name in "abcdefgh":
        value: Any = [secret] if name == "e" else secret
        told = mine.wrong({name: value})
        assert told and secret not in told and (name == "h" or f"`{name}" in told)


STRICTLY = tool_schema(STRICT)


def deep(levels: int, key: str = "items") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(levels):
        made = {key: made}
    return made


BOMB = {
    f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]}
    for n in range(40)
}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.com/schema.json"},
        {"properties": {"a": {"$ref": "http://127.0.0.1:1/x"}}},
        {"properties": {"a": {"$ref": "file:///etc/passwd"}}},
        {"properties": {"a": {"$ref": "other.json#/x"}}},
        {"$id": "https://example.com/", "items": {"$ref": "other"}},
        {"$ref": "#/$defs/none"},
        {"$ref": "#/$defs/%2e"},
        {"$ref": "#anchor"},
        {"$dynamicRef": "#meta"},
        {"$recursiveRef": "#"},
        {"unevaluatedProperties": False},
        {"type": "thing"},
        {"type": 3},
        {"properties": []},
        {"required": "a"},
        {"pattern": "["},
        {"pattern": "(?R)"},
        {"pattern": "((((a{1000}){1000}){1000}){1000})"},
        {"pattern": "a{99999999}"},
        {"pattern": "a" * 1000},
        {"pattern": "(" * 200 + ")" * 200},
        {"patternProperties": {"(a+)+$": {}}},
        {"maximum": float("nan")},
        {"const": 10**400},
        deep(DEEPEST + 1),
        {"enum": list(range(MOST_PARTS + 1))},
    ],
)
def test_schemas_that_are_not_worked_with(schema: dict[str, Any]) -> None:
    with pytest.raises(RemoteFailed) as error:
        tool_schema({"type": "object", "properties": {"x": schema}})
    assert error.value.cause


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"$ref": "#"}, {}),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, {}),
        ({"$defs": {**BOMB, "d40": {}}, "$ref": "#/$defs/d0"}, {}),
        ({"$defs": {**BOMB, "d40": {}}, "not": {"$ref": "#/$defs/d0"}}, {}),
        (
            {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "definitions": {"a": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}},
                "anyOf": [{"$ref": "#/definitions/a"}, {"$ref": "#/definitions/a"}],
            },
            {},
        ),
        ({"items": {"enum": list(range(5000))}}, [-1] * 5000),
        ({"items": {"anyOf": [{"type": "null"}] * 500}}, ["a"] * 5000),
        ({"items": {"type": "string"}}, [["x" * 10_000] * 50] * 100),
        ({"pattern": "^(a+)+$"}, "a" * 200 + "!"),
        ({"pattern": "^(a|a)*$"}, "a" * 200 + "!"),
        ({"pattern": ".*.*.*.*.*x"}, "y" * 10_000),
        ({"type": "null"}, deep(DEEPEST + 2)),
        ({"type": "null"}, list(range(MOST_PARTS + 1))),
        ({"multipleOf": 1e-300}, 10**19),
        ({"maximum": 3}, 10**400),
        ({}, float("nan")),
        ({}, [float("-inf")]),
        ({}, {1: 2}),
        ({}, b"bytes"),
        ({}, {"a": {1, 2}}),
        ({}, {"a" * 1000: 1}),
    ],
)
def test_bombs_are_refused_in_bounded_work(schema: dict[str, Any], value: Any) -> None:
    assert tool_schema(schema).wrong(value)  # without bounds: minutes, or for ever


def test_many_different_objects_are_compared_in_one_go() -> None:
    mine = tool_schema({"uniqueItems": True})
    many = [{"a": n} for n in range(4000)]
    assert mine.wrong(many) == ""
    assert mine.wrong([*many, {"a": 3.0}])
    assert mine.wrong([1, True, 0, False, "1"]) == ""


@pytest.mark.parametrize("dialect", ["draft-04", "draft-06", "draft-07"])
def test_older_dialects_are_worked_with(dialect: str) -> None:
    schema = {
        "$schema": f"http://json-schema.org/{dialect}/schema#",
        "definitions": {"door": {"type": "string"}},
        "properties": {
            "door": {"$ref": "#/definitions/door"},
            "$ref": {"type": "null"},
        },
    }
    mine = tool_schema(schema)
    assert mine.wrong({"door": "a"}) == "" != mine.wrong({"door": 1})
    assert mine.wrong({"$ref": 1})


def test_a_part_that_names_another_dialect_is_bounded_too() -> None:
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#"}
    mine = tool_schema({"properties": {"x": {**schema, "pattern": "a$"}}})
    assert mine.wrong({"x": {"x": {"x": "a\n"}}})


def test_names_of_fields_may_be_those_of_keywords() -> None:
    names = ["enum", "const", "default", "pattern", "$ref", "type", "items", "id"]
    names += ["$schema", "unevaluatedProperties", "properties"]
    schema = {"properties": {name: {"type": "integer"} for name in names}}
    schema["properties"]["const"] = {"const": {"id": "x", "$ref": "http://x"}}
    mine = tool_schema(schema)
    for name in {*names} - {"const"}:
        assert mine.wrong({name: "x"}) and not mine.wrong({name: 1})
    assert mine.wrong({"const": {"$ref": "http://x"}})
    assert not mine.wrong({"const": {"id": "x", "$ref": "http://x"}})


def test_the_end_of_a_text_is_its_end() -> None:
    mine = tool_schema({"pattern": r"^[a-z$]+$"})
    assert mine.wrong("abc\n") and mine.wrong("abc$") == "" == mine.wrong("abc")
    mine = tool_schema({"pattern": r"^\d+\$$"})
    assert mine.wrong("12$") == "" and mine.wrong("\u0663$") and mine.wrong("12")


def test_an_empty_schema_takes_anything_that_is_json() -> None:
    mine = tool_schema({})
    for value in ({}, [], "", 0, None, {"a": [1.5, {"b": None}]}, 2**63):
        assert mine.wrong(value) == ""
