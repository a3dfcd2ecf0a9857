"""Tools of upstreams: plain names, and classes that hints make stricter at most."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import RemoteFailed
from voiceagent.gateway.tool import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    ToolClass,
    class_of,
    is_server_name,
    is_tool_name,
    look_alike,
    tool_of,
)

pytestmark = pytest.mark.property

CLASSES = st.sampled_from(list(ToolClass))
HINT = st.one_of(st.none(), st.booleans(), st.text(max_size=3), st.integers())
HINTS = st.dictionaries(
    st.sampled_from(["readOnlyHint", "idempotentHint", "destructiveHint", "title"]),
    HINT,
)
PLAIN = st.text("abcXYZ019_-.", min_size=1, max_size=20)
ALL_ELSE = "/ \n\r\t\u2028\u0430\u00e9\uff41\u0000\u200b"
"""Line breaks, blanks, Cyrillic, full width, nothing to be seen."""


@given(PLAIN, CLASSES, HINTS)
def test_annotations_make_a_class_stricter_never_looser(
    name: str, klass: ToolClass, hints: dict[str, Any]
) -> None:
    assert class_of(name, {"*": klass}, hints).strictness >= klass.strictness


@given(PLAIN, HINTS)
def test_what_is_not_named_is_an_effect(name: str, hints: dict[str, Any]) -> None:
    assert class_of(name, {}, hints) is ToolClass.EFFECT
    assert class_of(name, {f"{name}x": ToolClass.READ}, hints) is ToolClass.EFFECT


@pytest.mark.parametrize(
    ("hints", "klass"),
    [
        ({}, ToolClass.READ),
        ({"readOnlyHint": True}, ToolClass.READ),
        ({"readOnlyHint": True, "idempotentHint": False}, ToolClass.READ),
        ({"readOnlyHint": False}, ToolClass.EFFECT),
        ({"readOnlyHint": False, "idempotentHint": True}, ToolClass.IDEMPOTENT),
        ({"readOnlyHint": True, "destructiveHint": True}, ToolClass.EFFECT),
        ({"idempotentHint": False}, ToolClass.EFFECT),
        ({"readOnlyHint": "true"}, ToolClass.EFFECT),
    ],
)
def test_a_read_by_configuration_that_says_otherwise(
    hints: dict[str, Any], klass: ToolClass
) -> None:
    assert class_of("get", {"*": ToolClass.READ}, hints) is klass


def test_the_closest_pattern_decides_and_the_stricter_of_two_as_close() -> None:
    classes = {"*": ToolClass.READ, "set_*": ToolClass.IDEMPOTENT}
    classes |= {"set_lock": ToolClass.EFFECT, "get_?": ToolClass.READ}
    classes |= {"?et_a": ToolClass.EFFECT}
    found = [class_of(n, classes, {}) for n in ("x", "set_x", "set_lock", "get_a")]
    assert found == ["read", "idempotent", "effect", "effect"]


@given(PLAIN, st.sampled_from(ALL_ELSE), st.data())
def test_names_that_are_not_plain_are_refused(
    name: str, sign: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(name)))
    wrong = name[:at] + sign + name[at:]
    assert is_tool_name(name) and not is_tool_name(wrong)
    with pytest.raises(RemoteFailed) as error:
        tool_of("house", {"name": wrong}, {})
    assert "\n" not in error.value.what and "\u200b" not in error.value.what


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"name": None},
        {"name": ""},
        {"name": 3},
        {"name": "a" * (LONGEST_NAME + 1)},
        {"name": "a" * (LONGEST_NAME - len("house__") + 1)},
        {"name": "a", "description": "x" * (LONGEST_DESCRIPTION + 1)},
        {"name": "a", "description": 5},
        {"name": "a", "inputSchema": []},
        {"name": "a", "annotations": "readOnlyHint"},
        {"name": "a", "outputSchema": "{}"},
    ],
)
def test_what_no_tool_can_be_made_of_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(RemoteFailed):
        tool_of("house", told, {"*": ToolClass.READ})


def test_a_schema_nested_too_deep_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(5_000):
        schema = {"not": schema}
    with pytest.raises(RemoteFailed, match="is not listed"):
        tool_of("house", {"name": "a", "inputSchema": schema}, {})
    while schema:  # taken apart by hand: the collector of it all recurses
        schema = schema.pop("not")


def test_what_nobody_sees_is_taken_out_of_a_description() -> None:
    told = {"name": "a", "description": "Tells\u202e the\u200b time\x1b[31m\nnow"}
    told["inputSchema"] = {"properties": {"x": {"title": "a\U000e0041b"}}}  # type: ignore[assignment]
    tool = tool_of("house", told, {})
    assert tool.description == "Tells the time\nnow"
    assert tool.input_schema["properties"]["x"]["title"] == "ab"


@given(
    st.from_regex(r"[a-z0-9_-]{1,6}", fullmatch=True).filter(is_server_name),
    st.from_regex(r"[a-z0-9_-]{1,6}", fullmatch=True).filter(is_server_name),
    PLAIN,
    PLAIN,
)
def test_a_listed_name_has_one_meaning(a: str, b: str, one: str, two: str) -> None:
    first, second = tool_of(a, {"name": one}, {}), tool_of(b, {"name": two}, {})
    same = (a, one) == (b, two)
    assert (first.listed_name == second.listed_name) == same
    assert tool_of(a, {"name": one}, {}, bare=True).listed_name == one


@pytest.mark.parametrize(
    "name", ["", "A", "a__b", "a_", "_a", "-a", "a.b", "a b", "a\n", "\u0430", "a" * 65]
)
def test_names_that_no_server_may_have(name: str) -> None:
    assert not is_server_name(name)


def test_names_that_look_alike() -> None:
    assert look_alike("Set_l.O") == look_alike("set-1_0") == look_alike("SET_I.0")
    assert look_alike("set_lamp") != look_alike("get_lamp")
