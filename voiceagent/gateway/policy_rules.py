"""The rules of a policy file, one by one: where each stands, and whom it is about.

A file is divided into its rules before anything parses it. Rules are bounded in length
and depth: the parser of Cedar recurses without a limit, and ends the process.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.errors import ConfigError
from voiceagent.gateway.tool import UpstreamTool

__all__ = [
    "LARGEST_FILE",
    "PolicyRule",
    "RuleText",
    "about",
    "read_rule",
    "rule_texts",
    "wrong_rule",
]

LARGEST_FILE = 8 << 20
"""Letters of a policy file: 10,000 rules have about one million."""
LONGEST = 65_536
"""Letters of one rule."""
DEEPEST = 24
"""Brackets in brackets."""
MOST_SIGNS = 250
"""Operators of one rule: each may stand within the one before."""
TOKEN = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\])*")|(?P<comment>//[^\n]*)|(?P<end>;)"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<space>\s+)|(?P<quiet>[,:@])"""
    r"""|(?P<sign>[&|=<>!+*/.-]+|\b(?:if|in|is|has|like)\b)|(?P<word>\w+)|(?P<odd>.)""",
    re.DOTALL,
)
FIELDS: Mapping[str, Collection[str]] = {
    "context": {
        *("caller", "region", "data_class", "remaining_ms", "offline", "arguments"),
    },
    "resource": {"name", "server", "class"},
    "principal": set(),
    "action": set(),
}
"""What there is: `has` of anything else would just be false."""
ANNOTATIONS = {"id", "confirm"}


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule as it is written."""

    line: int
    """Where it begins."""
    text: str
    number: int = 0
    """Which one of its file it is."""


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One rule as it was understood."""

    number: int
    """Which one of its file it is: several may stand on one line."""
    line: int
    text: str
    permits: bool
    name: str = ""
    """Its `@id`."""
    confirm: bool = False
    """`@confirm`: the user is asked first."""
    principal: str | None = None
    """Whom alone it is about; None: that has to be worked out."""
    actions: frozenset[str] | None = None
    """The tools alone that it is about."""
    resource: tuple[str, str] | None = None
    """The tool, server or class alone that it is about."""
    arguments: frozenset[str] = frozenset()
    """Arguments that it tests."""
    names: frozenset[tuple[str, str]] = frozenset()
    """What it names, by kind."""


def wrong_rule(line: int, cause: str) -> ConfigError:
    """A policy that cannot be put in force, and where it is wrong."""
    return ConfigError(
        f"line {line} of the policy cannot be put in force",
        cause=cause,
        hint="mend it; until then the policy of before stays in force",
    )


def rule_texts(text: str) -> Iterator[RuleText]:
    """The rules of a file; raises `ConfigError` for one that is too long, too deep or
    not ended."""
    if len(text) > LARGEST_FILE:
        raise wrong_rule(1, f"the file has more than {LARGEST_FILE:,} letters")
    line, number, reading = 1, 0, _OpenRule()
    for found in TOKEN.finditer(text):
        kind, token = found.lastgroup or "odd", found[0]
        if kind not in ("space", "comment"):
            reading.take(kind, line, found.start())
        line += token.count("\n")
        if kind == "end":
            yield RuleText(reading.line, text[reading.start : found.end()], number)
            number, reading = number + 1, _OpenRule()
    if reading.line:
        raise wrong_rule(reading.line, "the rule does not end: `;` is missing")


def read_rule(rule: RuleText, told: Mapping[str, Any]) -> PolicyRule:
    """What Cedar says in JSON of a rule; raises `ConfigError` for what would have no
    effect here."""
    notes: Mapping[str, Any] = told.get("annotations", {})
    permits = told["effect"] == "permit"
    if odd := sorted(set(notes) - ANNOTATIONS):
        raise wrong_rule(rule.line, f"nothing is known of `@{odd[0]}`")
    if "confirm" in notes and not permits:
        raise wrong_rule(rule.line, "`@confirm` belongs to what is permitted")
    walk = _Walk()
    for condition in told["conditions"]:
        walk.through(condition["body"])
    for base, name in sorted(walk.fields):
        if name not in FIELDS.get(base, ()):
            raise wrong_rule(rule.line, f"there is no `{base}.{name}`")
    if walk.whole:
        what = 'compare single fields: `context.arguments.door == "front"`'
        raise wrong_rule(rule.line, what)
    scopes = [told["principal"], told["action"], told["resource"]]
    walk.names.update(name for scope in scopes for name in _named(scope))
    principal, resource = _single(scopes[0]), _single(scopes[2])
    actions = frozenset(name for _, name in _named(scopes[1]))
    return PolicyRule(
        rule.number,
        rule.line,
        rule.text,
        permits,
        str(notes.get("id") or ""),
        "confirm" in notes,
        principal[1] if principal else None,
        actions if scopes[1]["op"] in ("==", "in") else None,
        resource,
        frozenset(walk.arguments),
        frozenset(walk.names),
    )


def about(rule: PolicyRule, principal: str, tool: UpstreamTool) -> bool:
    """Whether it can say anything of that caller and that tool."""
    if rule.principal is not None and rule.principal != principal:
        return False
    if rule.actions is not None and tool.listed_name not in rule.actions:
        return False
    match rule.resource:
        case ("Tool", name):
            return name == tool.listed_name
        case ("Server", name):
            return name == tool.server
        case ("Class", name):
            return name == tool.klass
    return True


@dataclass(slots=True)
class _OpenRule:
    """One rule while it is read."""

    line: int = 0
    start: int = 0
    depth: int = 0
    signs: int = 0

    def take(self, kind: str, line: int, at: int) -> None:
        """The next token of it, which is no space and no comment."""
        if not self.line:
            self.line, self.start = line, at
        self.depth += (kind == "open") - (kind == "close")
        self.signs += kind in ("sign", "open", "odd")
        if kind == "odd":
            raise wrong_rule(line, "there is a sign that no policy has")
        if self.depth > DEEPEST or self.signs > MOST_SIGNS:
            raise wrong_rule(self.line, "the rule is nested too deep; divide it")
        if at - self.start > LONGEST:
            raise wrong_rule(self.line, f"the rule has more than {LONGEST} letters")


@dataclass(slots=True)
class _Walk:
    """What the conditions of a rule name."""

    arguments: set[str] = field(default_factory=set)
    names: set[tuple[str, str]] = field(default_factory=set)
    fields: set[tuple[str, str]] = field(default_factory=set)
    """What is asked for of the context, the tool and the caller."""
    whole: bool = False
    """It tests all of the context or of the arguments at once, of which only what is
    named is there."""

    def through(self, node: Any, *, base: bool = False) -> None:
        """`base`: a field of it is asked for."""
        if isinstance(node, list):
            for one in node:
                self.through(one)
            return
        if not isinstance(node, dict):
            return
        if not base and (_is_context(node) or _is_arguments(node)):
            self.whole = True
        for kind, inside in node.items():
            if kind in (".", "has"):
                if _is_arguments(inside["left"]):
                    self.arguments.add(inside["attr"])
                if variable := inside["left"].get("Var"):
                    self.fields.add((variable, inside["attr"]))
                self.through(inside["left"], base=True)
            elif kind == "__entity":
                self.names.add((inside["type"], inside["id"]))
            elif kind == "Record":  # its names are anybody's
                self.through(list(inside.values()))
            else:
                self.through(inside)


def _is_context(node: Any) -> bool:
    return bool(node == {"Var": "context"})


def _is_arguments(node: Any) -> bool:
    inside = node.get(".") if isinstance(node, dict) and len(node) == 1 else None
    return (
        isinstance(inside, dict)
        and inside.get("attr") == "arguments"
        and _is_context(inside.get("left"))
    )


def _named(scope: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the head of a rule names."""
    inner = scope.get("in")
    found = [scope.get("entity"), *scope.get("entities", [])]
    if isinstance(inner, Mapping):
        found.append(inner.get("entity"))
    return [(str(one["type"]), str(one["id"])) for one in found if one]


def _single(scope: Mapping[str, Any]) -> tuple[str, str] | None:
    """What alone the head of a rule is about; None: more than that, or any."""
    named = _named(scope)
    return named[0] if scope["op"] in ("==", "in") and len(named) == 1 else None
