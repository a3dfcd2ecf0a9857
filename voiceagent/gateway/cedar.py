"""The only file that imports Cedar (`cedarpy`, which is not its makers' own).

It reads rules, holds them against a schema, and evaluates sets of them that were parsed
once. Cedar skips a rule whose condition fails: here that denies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voiceagent.errors import EngineMissing
from voiceagent.gateway.policy_rules import PolicyRule, RuleText, wrong_rule

try:
    import cedarpy
except ImportError:
    cedarpy = None  # type: ignore[assignment]

__all__ = [
    "UNKNOWN",
    "CedarAnswer",
    "RuleSet",
    "Things",
    "cedar_schema",
    "parsed",
    "refusals",
    "without_actions",
]

POLICY = re.compile(r"`?policy(\d+)`?")
UNKNOWN = {"__extn": {"fn": "unknown", "arg": ""}}
"""A value that is not known yet."""


@dataclass(frozen=True, slots=True)
class CedarAnswer:
    """What a set of rules says of one request."""

    allowed: bool | None
    """None: it depends on what is not known yet."""
    rules: tuple[PolicyRule, ...] = ()
    """Those that decided."""
    failed: str = ""
    """What could not be evaluated; then it is not allowed."""


class Things:
    """What rules can ask of the tool that is called: its server and class. One for each
    tool: what is not known yet is worked out over a copy of all that is in it."""

    def __init__(self, tools: Sequence[Mapping[str, Any]], schema: Any) -> None:
        """`tools`: as entities of Cedar in JSON."""
        made = _there().Entities.from_json_str(
            json.dumps(tools), schema, release_gil=True
        )
        self.inner = made


class RuleSet:
    """Rules that are evaluated together; parsed once."""

    def __init__(self, rules: Iterable[PolicyRule]) -> None:
        self._rules = tuple(rules)
        # Each was parsed alone before: together they are numbered in their order.
        text = "\n".join(rule.text for rule in self._rules)
        self._set = _there().PolicySet.from_str(text)

    def decide(self, request: Mapping[str, Any], things: Things) -> CedarAnswer:
        """All of it is known."""
        answer = _there().is_authorized(dict(request), self._set, things.inner)
        told = answer.diagnostics
        if told.errors:
            return CedarAnswer(False, failed=self._lined(told.errors[0]))
        return CedarAnswer(answer.allowed, self._of(told.reasons))

    def foresee(self, request: Mapping[str, Any], things: Things) -> CedarAnswer:
        """Whatever is `UNKNOWN` may turn out any way."""
        asked = dict(request)
        for name in ("principal", "action", "resource"):
            asked[name] = _written(request[name])
        answer = _there().is_authorized_partial(asked, self._set, things.inner)
        told = answer.diagnostics
        if told.errors:
            return CedarAnswer(False, failed=self._lined(told.errors[0]))
        sure = answer.decision in (cedarpy.Decision.Allow, cedarpy.Decision.Deny)
        return CedarAnswer(answer.allowed if sure else None, self._of(told.reasons))

    def _of(self, reasons: Iterable[str]) -> tuple[PolicyRule, ...]:
        numbers = [int(found[1]) for one in reasons if (found := POLICY.fullmatch(one))]
        return tuple(self._rules[number] for number in sorted(numbers))

    def _lined(self, error: str) -> str:
        return POLICY.sub(lambda found: self._line(int(found[1])), error)

    def _line(self, number: int) -> str:
        return f"line {self._rules[number].line}"


def parsed(rule: RuleText) -> Mapping[str, Any]:
    """What one rule says, in JSON; raises `ConfigError` with the line."""
    try:
        told = json.loads(_there().policies_to_json_str(rule.text))
    except (ValueError, RecursionError) as error:
        raise wrong_rule(rule.line, str(error) or "it is nested too deep") from None
    if told["templates"] or len(told["staticPolicies"]) != 1:
        raise wrong_rule(
            rule.line, "it has places to fill (`?principal`), never filled"
        )
    made: Mapping[str, Any] = next(iter(told["staticPolicies"].values()))
    return made


def without_actions(rule: PolicyRule, actions: set[str]) -> str:
    """The rule as it would be if its head did not name these."""
    told = json.loads(_there().policies_to_json_str(rule.text))
    [policy] = told["staticPolicies"].values()
    scope = policy["action"]
    scope["entities"] = [one for one in scope["entities"] if one["id"] not in actions]
    made: str = _there().policies_from_json_str(json.dumps(told))
    return made


def cedar_schema(told: Mapping[str, Any]) -> Any:
    """A schema, parsed once."""
    return _there().Schema.from_json_str(json.dumps(told), release_gil=True)


def refusals(rules: Sequence[tuple[PolicyRule, str]], schema: Any) -> list[str]:
    """What is wrong with rules, in the words that are given for them, by a schema; a
    line each."""
    text = "\n".join(words for _, words in rules)
    answer = _there().validate_policies(text, schema, release_gil=True)
    found: dict[str, None] = {}
    for error in answer.errors:
        number = POLICY.fullmatch(error.policy_id)
        line = rules[int(number[1])][0].line if number else 0
        words = POLICY.sub(
            "it", error.error.removeprefix(f"for policy `{error.policy_id}`, ")
        )
        found[f"line {line}: {words}"] = None
    if not answer.validation_passed and not found:
        found["the rules do not fit the tools"] = None
    return list(found)


def _written(entity: Mapping[str, str]) -> str:
    """An entity as Cedar writes it: signs that are none in a name are escaped."""
    name = "".join(
        sign
        if sign.isascii() and sign.isprintable() and sign not in '"\\'
        else f"\\u{{{ord(sign):x}}}"
        for sign in entity["id"]
    )
    return f'{entity["type"]}::"{name}"'


def _there() -> Any:
    if cedarpy is None:
        raise EngineMissing("policies of the gateway", extra="gateway")
    return cedarpy
