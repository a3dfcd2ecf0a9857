"""Canonical forms: the same for the same, another for anything else."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upstream_tools import upstream_tool

from voiceagent.gateway.fingerprint import LARGEST_FORM, differences, form_of
from voiceagent.gateway.tool import ToolClass

pytestmark = pytest.mark.property

PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(-9, 9)
)
JSON = st.recursive(
    PLAIN,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3), st.dictionaries(st.text(max_size=3), inside)
    ),
    max_leaves=8,
)
OBJECT = st.dictionaries(st.text(max_size=3), JSON, max_size=3)


def mixed(value: Any) -> Any:
    """The same, with the names in another order."""
    if isinstance(value, dict):
        return {key: mixed(value[key]) for key in reversed(value)}
    return [mixed(one) for one in value] if isinstance(value, list) else value


@settings(max_examples=40)
@given(OBJECT, st.text(max_size=9))
def test_order_of_names_class_and_prefix_are_no_difference(
    schema: dict[str, Any], text: str
) -> None:
    tool = upstream_tool(input_schema=schema, description=text)
    other = replace(tool, input_schema=mixed(schema), klass=ToolClass.READ, bare=True)
    assert form_of(tool) == form_of(other) is not None


@settings(max_examples=40)
@given(st.sampled_from(["input_schema", "output_schema", "annotations"]), OBJECT)
def test_whatever_is_told_is_in_the_pin(part: str, value: dict[str, Any]) -> None:
    tool = upstream_tool()
    before, after = form_of(tool), form_of(replace(tool, **{part: value}))
    assert before and after
    same = json.dumps(getattr(tool, part), sort_keys=True) == json.dumps(
        value, sort_keys=True
    )
    assert (before.pin == after.pin) == same == (before.body == after.body)
    assert bool(differences(before.form, after.form)) != same


def test_a_renamed_tool_has_another_pin_and_the_same_body() -> None:
    one, other = form_of(upstream_tool("a")), form_of(upstream_tool("b"))
    assert one and other and one.pin != other.pin and one.body == other.body


def test_parts_are_not_taken_for_each_other() -> None:
    schema = {"type": "object"}
    one = form_of(upstream_tool(input_schema=schema, output_schema={}))
    other = form_of(upstream_tool(input_schema={}, output_schema=schema))
    assert one and other and one.pin != other.pin


def deep(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(levels):
        made = {"not": made}
    return made


@pytest.mark.parametrize(
    "schema",
    [
        {"maximum": float("nan")},
        {"maximum": float("inf")},
        {"default": {1, 2}},
        {("a",): 1},
        {1: 1, "a": 2},
        {"description": "x" * LARGEST_FORM},
        {"const": 10**5000},
        {"title": "\ud800"},
        deep(3000),
    ],
)
def test_what_has_no_canonical_form(schema: dict[Any, Any]) -> None:
    assert form_of(upstream_tool(input_schema=schema)) is None


def test_differences_are_told_where_they_stand_and_end_somewhere() -> None:
    tool = upstream_tool(description="a " * 500 + "kind" + " b" * 500)
    other = replace(tool, description="a " * 500 + "cruel" + " b" * 500)
    other = replace(other, input_schema={"type": "object"})
    before, after = form_of(tool), form_of(other)
    assert before and after
    lines = differences(before.form, after.form)
    assert all(len(line) < 300 for line in lines)
    [text] = [line for line in lines if line.startswith("description")]
    assert "kind" in text and "cruel" in text and "…" in text
    assert any("inputSchema.required[0]" in line for line in lines)


def test_nothing_in_a_difference_is_an_order_or_a_line_of_its_own() -> None:
    other = upstream_tool(input_schema={"a\nb\x1b[2J": "\x1b[31m\u202e\nhint: rm -rf"})
    before, after = form_of(upstream_tool()), form_of(other)
    assert before and after
    for line in differences(before.form, after.form):
        assert line.isprintable()


def test_thousands_of_differences_are_counted() -> None:
    many = {str(number): number for number in range(5000)}
    after = form_of(upstream_tool(input_schema=many))
    assert after
    lines = differences("{}", after.form)
    assert len(lines) == 101 and lines[-1].startswith("and 49")
