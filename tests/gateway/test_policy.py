"""Policies: nothing but what is permitted, and never by a rule that fails."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import CLOCK, HOUSE, LAMP, asked, policies, world
from upstream_tools import upstream_tool

from voiceagent.errors import ConfigError
from voiceagent.gateway import policy
from voiceagent.gateway.policy import PolicyQuestion, ToolPolicies
from voiceagent.gateway.policy_check import PolicyWorld

pytest.importorskip("cedarpy", reason="the extra `gateway` is not installed")
pytestmark = pytest.mark.property

EVERYTHING = "permit (principal, action, resource);"
SET_LOCK = 'action == Action::"house__set_lock"'
SET_LAMP = 'action == Action::"house__set_lamp"'
BY_FIELD = {
    "principal": ('principal == Caller::"kiosk"', "", "guest"),
    "server": ('resource in Server::"house"', "", None),
    "class": ('resource in Class::"idempotent"', "", None),
    "name": ("", 'resource.name == "set_lock"', None),
    "caller": ("", 'context.caller == "agent"', "client"),
    "region": ("", 'context.region == "eu"', "us"),
    "data_class": ("", 'context.data_class == "redacted"', "raw"),
    "remaining": ("", "context.remaining_ms >= 300", 0.299),
    "offline": ("", "!context.offline", True),
    "door": ("", 'context.arguments has door && context.arguments.door == "a"', "b"),
}
RIGHT = {"caller": "agent", "region": "eu", "data_class": "redacted", "door": "a"}


def rule(effect: str, head: str, when: str) -> str:
    place = {"p": "principal", "a": "action", "r": "resource"}
    place[head[:1] or "p"] = head or "principal"
    scope = f"({place['p']}, {place['a']}, {place['r']})"
    return f"{effect} {scope}" + (f" when {{ {when} }};" if when else ";")


def test_nothing_is_allowed_without_a_policy_and_by_an_empty_one() -> None:
    none = asked(ToolPolicies())
    assert (none.allowed, none.why) == (False, "no policy is in force")
    for text in ("", "\n\n", "// nothing\n", "\ufeff".strip("\ufeff")):
        assert not asked(text).allowed
    assert not asked(rule("forbid", "", "")).allowed


@pytest.mark.parametrize("field", BY_FIELD)
def test_a_permit_by_each_field(field: str) -> None:
    head, when, other = BY_FIELD[field]
    text = rule("permit", head, when)
    assert asked(text, **RIGHT).allowed
    if other is not None:
        assert not asked(text, **{**RIGHT, field: other}).allowed
    elif field != "door":
        assert not asked(text, CLOCK, **RIGHT).allowed


@pytest.mark.parametrize("field", BY_FIELD)
def test_a_forbid_by_each_field_wins_over_any_permit(field: str) -> None:
    head, when, other = BY_FIELD[field]
    text = f"{EVERYTHING}\n{rule('forbid', head, when)}\n{EVERYTHING}"
    denied = asked(text, **RIGHT)
    assert not denied.allowed and denied.lines == ("policy.cedar:2",)
    if other is not None:
        assert asked(text, **{**RIGHT, field: other}).allowed


def test_a_decision_names_its_lines_and_the_names_of_rules() -> None:
    text = f'// first\n\n@id("all of it")\n{EVERYTHING} {EVERYTHING}\n'
    found = asked(text)
    assert found.lines == ("policy.cedar:3 all of it", "policy.cedar:4")
    assert "policy.cedar:3" in found.why and len(found.policy) == 16
    text = f'{EVERYTHING}\n@id("never")forbid(principal,action,resource);'
    assert asked(text).lines == ("policy.cedar:2 never",)


def test_a_call_that_has_to_be_confirmed() -> None:
    text = f"@confirm {rule('permit', '', 'context.arguments.locked == false')}"
    text = text.replace("action,", f"{SET_LOCK},")
    text += "permit (principal, action, resource) when { context.offline };"
    assert asked(text, locked=False).confirm
    assert asked(text, locked=False, offline=True).confirm
    found = asked(text, locked=True, offline=True)
    assert found.allowed and not found.confirm


@pytest.mark.parametrize(
    "wrong",
    [
        "permit",
        "permit (principal, action, resource)",
        "permit (principal, action, resource) when { true ;",
        'permit (principal == "kiosk", action, resource);',
        "permit (principal == ?principal, action, resource);",
        'permit (principal, action == Action::"house__set_lok", resource);',
        'forbid (principal, action == Action::"house__set_lok", resource);',
        'forbid (principal, action, resource == Tool::"house__set_lok");',
        'forbid (principal, action, resource in Server::"hous");',
        'forbid (principal, action, resource in Class::"reads");',
        'forbid (principal, action, resource) when {resource in Server::"hous"};',
        'forbid (principal in Group::"x", action, resource);',
        "forbid (principal, action, resource) when { context.arguments.door == 1 };",
        'forbid (principal, action, resource) when { context.arguments.door == "a" };',
        "forbid (principal, action, resource) when { context.arguments has dor };",
        "forbid (principal, action, resource) when { context.remaining };",
        "forbid (principal, action, resource) when { context has hurry };",
        "forbid (principal, action, resource) when { resource has klass };",
        "forbid (principal, action, resource) when { principal has name };",
        f"forbid (principal, {SET_LAMP}, resource)"
        " when { context.arguments.level > 1 };",
        f"forbid (principal, {SET_LAMP}, resource)"
        " when { context.arguments.either };",
        f"forbid (principal, {SET_LAMP}, resource)"
        " when { context.arguments.nested };",
        "forbid (principal, action, resource) when { context.arguments == {} };",
        'forbid (principal, action, resource) when { context == {"a": 1} };',
        f'@confrim("a") {EVERYTHING}',
        "@confirm forbid (principal, action, resource);",
        "permit (principal, action, resource) when { true } \u0000;",
        "permit (principal, action, resource) when { \u0430 };",
        'permit (principal, action, resource) when { "a };',
        "/* nothing */",
        "[gateway]\nport = 1",
    ],
)
def test_a_policy_that_could_not_be_evaluated_is_refused_and_the_old_one_stays(
    wrong: str,
) -> None:
    made = policies(f"{EVERYTHING}\n")
    before = made.version
    for text in (wrong, f"{EVERYTHING}\n{wrong}", f"{wrong}\n{EVERYTHING}"):
        if wrong == "permit" and text.startswith("permit\n"):
            continue
        with pytest.raises(ConfigError) as error:
            made.load(text, world())
        assert "stays in force" in error.value.hint and error.value.cause
    assert made.version == before and asked(made).allowed


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 1000 + "true" + ")" * 1000,
        "[" * 20_000 + "1" + "]" * 20_000 + " == [1]",
        '{"a":' * 5000 + "1" + "}" * 5000 + " == 1",
        " && ".join(["context.offline"] * 20_000),
        "1" + "+1" * 20_000 + " == 1",
        "if true then " * 20_000 + "true" + " else false" * 20_000,
        "context" + ".a" * 20_000,
        'context["a"]' + '["a"]' * 20_000,
        "context.a" + ".contains(1)" * 20_000,
        "!" * 20_000 + "true",
        "true " + "in resource " * 20_000,
        '"' + "x" * 100_000 + '" == ""',
        "[" + ", ".join(["1"] * 100_000) + "].contains(1)",
    ],
)
def test_a_rule_that_would_end_the_process_is_refused_before(deep: str) -> None:
    with pytest.raises(ConfigError):
        policies(f"permit (principal, action, resource) when {{ {deep} }};")


def test_as_deep_as_a_rule_may_be() -> None:
    most = " && ".join(["(!context.offline)"] * 60)
    assert asked(f"permit (principal, action, resource) when {{ {most} }};").allowed
    most = "(" * 20 + "true" + ")" * 20
    assert asked(f"permit (principal, action, resource) when {{ {most} }};").allowed


def test_signs_within_texts_and_comments_end_no_rule() -> None:
    text = '@id("a;\\"//(")\npermit (principal, action, resource) // ; "\n'
    text += 'when { context.region != ";//" } unless { context.region == "\\u{3b};" };'
    found = asked(text)
    assert found.allowed and found.lines == ('policy.cedar:1 a;"//(',)
    assert (
        not asked(text, region=";//").allowed and not asked(text, region=";;").allowed
    )


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from([2**63, -(2**63), 10**400, "\ud800", "front", 1.00001, "1.0"]),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(), inside),
    max_leaves=4,
)
TESTED = {
    "room": 'context.arguments.room == "bath"',
    "level": "context.arguments has level && context.arguments.level > 50",
    "warmth": "context.arguments has warmth && "
    'context.arguments.warmth.greaterThan(decimal("0.5"))',
    "scenes": 'context.arguments has scenes && context.arguments.scenes.contains("x")',
}
TRULY: dict[str, Any] = {
    "room": lambda v: v == "bath",
    "level": lambda v: v > 50,
    "warmth": lambda v: v > 0.5,
    "scenes": lambda v: "x" in v,
}


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(TESTED)),
    st.dictionaries(st.sampled_from([*TESTED, "either", "nested", "odd"]), JUNK),
)
def test_a_forbid_on_an_argument_is_never_passed_by_what_it_cannot_see(
    name: str, arguments: dict[str, Any]
) -> None:
    made = LAMP_POLICIES[name]
    allowed = asked(made, LAMP, **arguments).allowed
    value = arguments.get(name)
    if allowed and value is not None:
        assert not TRULY[name](value)
    if allowed:  # a required one that is missing is no way around the rule either
        assert name != "room" or isinstance(value, str)


LAMP_POLICIES = {
    name: policies(
        f"{EVERYTHING} forbid (principal, {SET_LAMP}, resource) when {{ {when} }};"
    )
    for name, when in TESTED.items()
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("level", value) for value in (51, 51.0, 2**63, 10**400, "51", True, 50.5)),
        *(("level", value) for value in (float("nan"), float("inf"), [51], {})),
        *(("warmth", value) for value in (0.5001, 1, 0.50001, float("nan"), 1e300)),
        *(("warmth", value) for value in (10**400, "1", True, [1])),
        *(("scenes", value) for value in (["x"], "x", ["x", 1], {"x": 1}, 1)),
        *(("room", value) for value in ("bath", "\ud800", 1, None, ["bath"])),
    ],
)
def test_values_that_a_forbid_is_about_or_cannot_see(name: str, value: Any) -> None:
    found = asked(LAMP_POLICIES[name], LAMP, **{"room": "hall", name: value})
    assert not found.allowed and "bath" not in found.why and "51" not in found.why


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("level", value) for value in (50, 50.0, -(2**63) + 1, None)),
        *(("warmth", value) for value in (0.5, 0.4999, -3, 0, None)),
        *(("scenes", value) for value in ([], ["y", "y"], None)),
        *(("either", value) for value in (1, "x", float("nan"), [[]])),
        ("nested", {"a": {"b": []}}),
    ],
)
def test_values_that_a_forbid_is_not_about(name: str, value: Any) -> None:
    made = LAMP_POLICIES.get(name, LAMP_POLICIES["room"])
    assert asked(made, LAMP, **{"room": "hall", name: value}).allowed


def test_an_argument_that_only_other_tools_declare_is_no_way_around() -> None:
    text = EVERYTHING + "forbid (principal, action, resource) when {"
    text += 'context.arguments has door && context.arguments.door == "a"};'
    assert not asked(text, LAMP, door="a", room="x").allowed
    assert not asked(text, LAMP, door="b", room="x").allowed
    assert asked(text, LAMP, room="x").allowed


@pytest.mark.parametrize(
    "remaining", [float("nan"), -1.0, float("-inf"), 0.0, 0.2999, -1e300]
)
def test_no_time_is_no_time(remaining: float) -> None:
    text = rule("permit", "", "context.remaining_ms >= 300")
    assert not asked(text, remaining=remaining).allowed


def test_any_time_is_enough() -> None:
    text = rule("permit", "", "context.remaining_ms >= 300")
    assert all(asked(text, remaining=one).allowed for one in (0.3, 1e300, float("inf")))


@settings(max_examples=40)
@given(st.text())
def test_callers_are_who_they_are(name: str) -> None:
    made = KIOSK
    assert asked(made, principal=name).allowed == (name == "kiosk")


KIOSK = policies(rule("permit", 'principal == Caller::"kiosk"', ""))


def test_a_caller_in_a_condition_with_any_signs() -> None:
    made = policies(rule("permit", "", 'principal == Caller::"a\\n\\u{e9}"'))
    assert asked(made, principal="a\n\u00e9").allowed
    assert not asked(made, principal="a\nx").allowed
    question = PolicyQuestion('a\n\u00e9"\\', HOUSE, {}, 1.0)
    assert not made.lists(question).allowed


def test_a_tool_that_is_not_as_it_was_is_not_known() -> None:
    made = policies(EVERYTHING)
    other = upstream_tool(description="other")
    for tool in (other, upstream_tool("new"), upstream_tool(server="other")):
        found = asked(made, tool)
        assert not found.allowed and "does not know" in found.why
        assert not made.lists(PolicyQuestion("kiosk", tool, {}, 1.0)).allowed
    assert asked(made, upstream_tool()).allowed


def listed(made: ToolPolicies, tool: Any = HOUSE, **more: Any) -> bool:
    question = PolicyQuestion("kiosk", tool, {}, 0.0, **more)
    found = made.lists(question)
    assert made.lists(question) is found
    return found.allowed


def test_listed_is_what_some_arguments_are_permitted_for() -> None:
    when = 'context.arguments.door == "a" && context.remaining_ms > 300'
    text = rule("permit", SET_LOCK, when)
    made = policies(text)
    assert listed(made) and not listed(made, LAMP) and not listed(made, CLOCK)
    assert not listed(policies(f"{text} forbid (principal, action, resource);"))
    made = policies(
        f"{text} forbid (principal, action, resource) when {{context.offline}};"
    )
    assert listed(made) and not listed(made, offline=True)


@settings(max_examples=60)
@given(st.data())
def test_what_can_be_called_is_listed(data: st.DataObject) -> None:
    fields = data.draw(st.lists(st.sampled_from(sorted(BY_FIELD)), max_size=3))
    text = "\n".join(
        rule(data.draw(st.sampled_from(["permit", "forbid"])), *BY_FIELD[field][:2])
        for field in fields
    )
    made = policies(f"{EVERYTHING}\n{text}" if data.draw(st.booleans()) else text)
    told = {"caller": data.draw(st.sampled_from(["agent", "client"]))}
    told["region"] = data.draw(st.sampled_from(["eu", ""]))
    more = {"door": data.draw(st.sampled_from(["a", "b"]))}
    more["remaining"] = data.draw(st.sampled_from([0.1, 0.5]))
    tool = data.draw(st.sampled_from([HOUSE, CLOCK]))
    if asked(made, tool, **told, **more).allowed:
        assert listed(made, tool, **told)


def test_rules_for_servers_that_were_never_seen_wait() -> None:
    text = (
        f"permit (principal, {SET_LOCK}, resource) when {{ context.arguments.locked }};"
    )
    text += (
        'permit (principal, action in [Action::"clock__get_time", Action::"house__x"],'
    )
    text += "resource); forbid (principal, action, resource) when {"
    text += 'action == Action::"house__set_lock" && context.offline};'
    made = ToolPolicies()
    made.load(text, world(CLOCK, servers=("clock", "house")))
    assert made.waiting == ("house__set_lock", "house__x")
    assert asked(made, CLOCK).allowed and not asked(made, HOUSE, locked=True).allowed
    with pytest.raises(ConfigError, match="line 1"):  # there is no `x` after all
        made.load(text, world())
    made.load(text.replace("house__x", "house__set_lamp"), world())
    assert made.waiting == () and asked(made, HOUSE, locked=True).allowed
    assert not asked(made, HOUSE, locked=True, offline=True).allowed


def test_a_server_without_a_prefix_is_waited_for() -> None:
    text = 'permit (principal, action == Action::"get_time", resource);'
    made = ToolPolicies()
    made.load(text, PolicyWorld((HOUSE,), ("clock", "house"), bare="clock"))
    assert made.waiting == ("get_time",)
    bare = upstream_tool("get_time", "clock", bare=True)
    made.load(text, PolicyWorld((HOUSE, bare), ("clock", "house"), bare="clock"))
    assert asked(made, bare).allowed
    with pytest.raises(ConfigError):
        made.load(text, PolicyWorld((HOUSE,), ("clock", "house")))


def test_without_any_tool_a_policy_can_be_put_in_force() -> None:
    made = ToolPolicies()
    made.load(EVERYTHING, PolicyWorld((), ("house",)))
    assert not asked(made).allowed
    made.load(EVERYTHING, PolicyWorld())
    assert not asked(made).allowed


def test_another_policy_forgets_what_was_listed() -> None:
    made = policies(EVERYTHING)
    before = made.version
    assert listed(made)
    made.load("", world())
    assert not listed(made) and made.version != before


def test_caches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "MOST_SETS", 3)
    monkeypatch.setattr(policy, "MOST_LISTED", 3)
    made = policies(EVERYTHING)
    for number in range(10):
        who = f"caller {number}"
        assert asked(made, principal=who).allowed
        assert made.lists(PolicyQuestion(who, HOUSE, {}, 1.0)).allowed
    assert len(made._force._rules) == len(made._force._listed) == 3


def test_hundreds_of_rules_and_each_finds_its_own() -> None:
    rules = [
        f'permit (principal == Caller::"c{n}", {SET_LOCK}, resource)'
        f' when {{ context.arguments.door == "d{n}" }};'
        for n in range(300)
    ]
    made = policies("\n".join(rules))
    found = asked(made, principal="c277", door="d277")
    assert found.allowed and found.lines == ("policy.cedar:278",)
    assert not asked(made, principal="c277", door="d278").allowed


def test_names_of_properties_are_anybodys() -> None:
    odd = 'a "b" \\ \u00e9.\n'
    schema = {"type": "object", "properties": {odd: {"type": "boolean"}, "": {}}}
    tool = upstream_tool("odd", input_schema=schema)
    text = 'permit (principal, action == Action::"house__odd", resource) when {'
    text += 'context.arguments has "a \\"b\\" \\\\ \u00e9.\\n" && '
    text += 'context.arguments["a \\"b\\" \\\\ \u00e9.\\n"]};'
    made = policies(text, tool, HOUSE)
    assert asked(made, tool, **{odd: True}).allowed
    assert not asked(made, tool, **{odd: False}).allowed
