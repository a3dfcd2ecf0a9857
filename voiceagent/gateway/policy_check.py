"""Whether rules fit the tools that there are: nothing is put in force that could not
be evaluated, or that names what no server has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voiceagent.errors import ConfigError
from voiceagent.gateway.cedar import (
    Things,
    cedar_schema,
    parsed,
    refusals,
    without_actions,
)
from voiceagent.gateway.policy_rules import (
    PolicyRule,
    read_rule,
    rule_texts,
    wrong_rule,
)
from voiceagent.gateway.policy_values import ArgumentType, argument_types
from voiceagent.gateway.tool import SEPARATOR, ToolClass, UpstreamTool

__all__ = ["CheckedRules", "PolicyWorld", "checked_rules"]

TOLD = 3
"""Mistakes that are told of one file."""
CONTEXT = {
    "caller": {"type": "String"},
    "region": {"type": "String"},
    "data_class": {"type": "String"},
    "remaining_ms": {"type": "Long"},
    "offline": {"type": "Boolean"},
}
STRING = {"type": "String"}
TOOL = {
    "memberOfTypes": ["Server", "Class"],
    "shape": {
        "type": "Record",
        "attributes": {"name": STRING, "server": STRING, "class": STRING},
    },
}
NO_TOOL = "no tool"
"""An action for rules that are about any: a schema needs one."""


@dataclass(frozen=True, slots=True)
class PolicyWorld:
    """What a policy can be about."""

    tools: Sequence[UpstreamTool] = ()
    """All that are pinned, also of servers that are not there now."""
    servers: Collection[str] = ()
    """Those that the configuration names."""
    bare: str = ""
    """The one whose tools are listed without its name."""

    def awaits(self, name: str) -> bool:
        """Whether a tool of that name may still be seen for the first time: nothing is
        known of its server yet."""
        server, sign, _ = name.partition(SEPARATOR)
        if not (sign and server in self.servers):
            server = self.bare
        return server in self.unseen()

    def unseen(self) -> set[str]:
        """Servers of which no tool is known."""
        return set(self.servers) - {tool.server for tool in self.tools}


@dataclass(frozen=True, slots=True)
class CheckedRules:
    """Rules that can be put in force."""

    rules: tuple[PolicyRule, ...]
    tools: Mapping[str, UpstreamTool]
    """By the name that they are listed under."""
    types: Mapping[str, Mapping[str, ArgumentType | None]]
    """The arguments of each tool."""
    schema: Any
    """Of Cedar."""
    waiting: tuple[str, ...] = ()
    """Tools that rules name and of whose servers nothing is known yet."""

    def things(self, tool: UpstreamTool) -> Things:
        """What the rules can ask of that tool."""
        return Things([_entity(tool)], self.schema)


def checked_rules(text: str, world: PolicyWorld) -> CheckedRules:
    """The rules of a file; raises `ConfigError` for one that cannot be put in force."""
    rules = tuple(read_rule(one, parsed(one)) for one in rule_texts(text))
    tools = {tool.listed_name: tool for tool in world.tools}
    types = {name: argument_types(tool.input_schema) for name, tool in tools.items()}
    waiting = set(_waiting(rules, tools, world))
    declared = {name for one in types.values() for name in one}
    if not world.unseen():
        _all_declared(rules, declared)
    schema = cedar_schema(_schema(rules, types, waiting))
    if wrong := refusals(list(_stated(rules, waiting)), schema):
        more = f"; and {len(wrong) - TOLD} more" if len(wrong) > TOLD else ""
        raise ConfigError(
            "the policy cannot be put in force",
            cause="; ".join(wrong[:TOLD]) + more,
            hint="mend it; until then the policy of before stays in force",
        )
    return CheckedRules(rules, tools, types, schema, tuple(sorted(waiting)))


def _waiting(
    rules: Iterable[PolicyRule], tools: Collection[str], world: PolicyWorld
) -> Iterator[str]:
    """What is named and not there yet; raises `ConfigError` for what never will be: a
    misspelt name in a `forbid` would forbid nothing."""
    for rule in rules:
        for kind, name in sorted(rule.names):
            if kind in ("Action", "Tool") and name not in tools:
                if not world.awaits(name):
                    raise wrong_rule(rule.line, f"no server has a tool `{name}`")
                yield name
            elif kind == "Server" and name not in world.servers:
                raise wrong_rule(rule.line, f"no server is configured as `{name}`")
            elif kind == "Class" and name not in set(ToolClass):
                raise wrong_rule(rule.line, f"`{name}` is no class of tools")


def _all_declared(rules: Iterable[PolicyRule], declared: Collection[str]) -> None:
    for rule in rules:
        if unknown := sorted(rule.arguments.difference(declared)):
            raise wrong_rule(rule.line, f"no tool has an argument `{unknown[0]}`")


def _stated(
    rules: Iterable[PolicyRule], waiting: set[str]
) -> Iterator[tuple[PolicyRule, str]]:
    """Rules as they are held against the schema: as far as they are about tools that
    are known. What is about others alone waits with them."""
    for rule in rules:
        actions = rule.actions or frozenset()
        if not actions & waiting:
            yield rule, rule.text
        elif actions - waiting:
            yield rule, without_actions(rule, waiting)


def _schema(
    rules: Iterable[PolicyRule],
    types: Mapping[str, Mapping[str, ArgumentType | None]],
    waiting: Iterable[str],
) -> Mapping[str, Any]:
    """Of Cedar, in JSON: an action for each tool that rules name, and one for all that
    look the same to the rules otherwise."""
    tested = {name for rule in rules for name in rule.arguments}
    named = {name for rule in rules for kind, name in rule.names if kind == "Action"}
    shapes: dict[object, str] = {}
    actions = dict.fromkeys((*waiting, NO_TOOL), _action({}))
    for tool, arguments in types.items():
        seen = {n: of for n, of in arguments.items() if of is not None and n in tested}
        shape = frozenset(seen.items())
        if tool in named or shapes.setdefault(shape, tool) == tool:
            actions[tool] = _action(seen)
    kinds = {"Caller": {}, "Server": {}, "Class": {}, "Tool": TOOL}
    return {"": {"entityTypes": kinds, "actions": actions}}


def _action(arguments: Mapping[str, ArgumentType]) -> Mapping[str, Any]:
    told = {name: of.declared() for name, of in arguments.items()}
    context = {**CONTEXT, "arguments": {"type": "Record", "attributes": told}}
    return {
        "appliesTo": {
            "principalTypes": ["Caller"],
            "resourceTypes": ["Tool"],
            "context": {"type": "Record", "attributes": context},
        }
    }


def _entity(tool: UpstreamTool) -> Mapping[str, Any]:
    return {
        "uid": {"type": "Tool", "id": tool.listed_name},
        "attrs": {
            "name": tool.name,
            "server": tool.server,
            "class": str(tool.klass),
        },
        "parents": [
            {"type": "Server", "id": tool.server},
            {"type": "Class", "id": str(tool.klass)},
        ],
    }
