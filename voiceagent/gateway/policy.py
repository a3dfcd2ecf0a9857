"""Policy: who may call which tool with which arguments. Whatever is not permitted is
denied, and so is whatever cannot be decided.

    permit (principal == Caller::"kiosk", action, resource in Server::"clock");
    @confirm("unlock") permit (
        principal, action == Action::"house__set_lock", resource
    ) when { context.arguments.door == "front" && context.remaining_ms > 300 };

Rules can test `context.caller` ("agent", "region", "client"), `.region`, `.data_class`,
`.remaining_ms`, `.offline` and `.arguments`, and `resource.server`, `.name`, `.class`.
Listing asks the same rules: a tool is listed where some arguments would be permitted.
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, TypeVar

from voiceagent.gateway.cedar import UNKNOWN, CedarAnswer, RuleSet, Things
from voiceagent.gateway.policy_check import CheckedRules, PolicyWorld, checked_rules
from voiceagent.gateway.policy_rules import PolicyRule, about
from voiceagent.gateway.policy_values import PolicyUnfit, policy_value
from voiceagent.gateway.tool import UpstreamTool

__all__ = ["PolicyDecision", "PolicyQuestion", "PolicyWorld", "ToolPolicies"]

T = TypeVar("T")

MOST_SETS = 4096
"""Pairs of a caller and a tool whose rules are kept parsed."""
MOST_LISTED = 50_000
"""Decisions over lists that are kept; a catalogue of 10,000 for five callers."""
STRANGER = "the policy in force does not know this tool as it is now"
LONGEST_MS = 10**12


@dataclass(frozen=True, slots=True)
class PolicyQuestion:
    """May this be called, now?"""

    principal: str
    tool: UpstreamTool
    arguments: Mapping[str, Any]
    remaining: float
    """Seconds."""
    caller: str = "client"
    """Who asks in kind: "agent", "region" or "client"."""
    region: str = ""
    data_class: str = ""
    offline: bool = False


@dataclass(frozen=True, slots=True)
class PolicyDecision:
    """Yes or no, and by which lines."""

    allowed: bool
    why: str
    """A sentence without any argument's value."""
    lines: tuple[str, ...] = ()
    """`policy.cedar:12`, with the name of the rule where it has one."""
    confirm: bool = False
    """The user is to be asked first."""
    policy: str = ""
    """Which policy that was: the beginning of its SHA-256."""


class ToolPolicies:
    """The policy in force. It is swapped whole: a decision is by one policy."""

    def __init__(self) -> None:
        """Nothing is allowed until something was loaded."""
        self._force = _InForce("", "", "no policy", None)
        self._loads = count(1)

    @property
    def version(self) -> str:
        """The same for as long as the same rules hold for the same tools."""
        return self._force.version

    @property
    def waiting(self) -> tuple[str, ...]:
        """Tools that it names and of whose servers nothing is known yet."""
        return self._force.checked.waiting if self._force.checked else ()

    def load(self, text: str, world: PolicyWorld, file: str = "policy") -> None:
        """Put it in force; raises `ConfigError`, and then that of before stays. Takes
        long for a long one, and may run in a thread."""
        checked = checked_rules(text, world)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        version = f"{digest}-{next(self._loads)}"
        self._force = _InForce(digest, version, file, checked)

    def decide(self, asked: PolicyQuestion) -> PolicyDecision:
        """Whether this call may be made."""
        return self._force.decide(asked)

    def lists(self, asked: PolicyQuestion) -> PolicyDecision:
        """Whether the tool is listed: arguments and time are not known yet. Kept for
        the next list."""
        return self._force.lists(asked)


class _InForce:
    """One policy, for the tools that it was checked for."""

    def __init__(
        self, digest: str, version: str, file: str, checked: CheckedRules | None
    ) -> None:
        self.version, self.checked = version, checked
        self._digest, self._file = digest, file
        self._rules: OrderedDict[Hashable, tuple[PolicyRule, ...]] = OrderedDict()
        self._sets: OrderedDict[Hashable, RuleSet] = OrderedDict()
        self._seen: OrderedDict[Hashable, Things] = OrderedDict()
        self._listed: OrderedDict[Hashable, PolicyDecision] = OrderedDict()

    def decide(self, asked: PolicyQuestion) -> PolicyDecision:
        rules = self._about(asked)
        if isinstance(rules, PolicyDecision):
            return rules
        try:
            seen = self._arguments(asked, rules)
            remaining = _milliseconds(asked.remaining)
        except PolicyUnfit as error:
            return self._no(str(error))
        request = _request(asked, seen, remaining)
        return self._told(self._set(rules).decide(request, self._things(asked.tool)))

    def lists(self, asked: PolicyQuestion) -> PolicyDecision:
        if not self._knows(asked.tool):  # before anything that was kept of its name
            return self._no(STRANGER)
        key = (
            *(asked.principal, asked.caller, asked.region, asked.data_class),
            *(asked.offline, asked.tool.listed_name),
        )
        return _kept(self._listed, key, MOST_LISTED, lambda: self._foreseen(asked))

    def _foreseen(self, asked: PolicyQuestion) -> PolicyDecision:
        rules = self._about(asked)
        if isinstance(rules, PolicyDecision):
            return rules
        request = _request(asked, UNKNOWN, UNKNOWN)
        return self._told(self._set(rules).foresee(request, self._things(asked.tool)))

    def _about(self, asked: PolicyQuestion) -> tuple[PolicyRule, ...] | PolicyDecision:
        """The rules that can say anything of it; a decision where none permits."""
        checked, tool = self.checked, asked.tool
        if checked is None:
            return self._no("no policy is in force")
        if not self._knows(tool):
            return self._no(STRANGER)
        rules = _kept(
            self._rules,
            (asked.principal, tool.listed_name),
            MOST_SETS,
            lambda: tuple(r for r in checked.rules if about(r, asked.principal, tool)),
        )
        if not any(rule.permits for rule in rules):
            return self._no("no line permits it")
        return rules

    def _knows(self, tool: UpstreamTool) -> bool:
        known = self.checked.tools.get(tool.listed_name) if self.checked else None
        return known is tool or known == tool

    def _set(self, rules: tuple[PolicyRule, ...]) -> RuleSet:
        key = tuple(rule.number for rule in rules)
        return _kept(self._sets, key, MOST_SETS, lambda: RuleSet(rules))

    def _things(self, tool: UpstreamTool) -> Things:
        assert self.checked is not None
        make = partial(self.checked.things, tool)
        return _kept(self._seen, tool.listed_name, MOST_SETS, make)

    def _arguments(
        self, asked: PolicyQuestion, rules: tuple[PolicyRule, ...]
    ) -> Mapping[str, Any]:
        """What the rules test of the arguments; raises `PolicyUnfit`."""
        assert self.checked is not None
        types = self.checked.types[asked.tool.listed_name]
        seen = {}
        for name in {name for rule in rules for name in rule.arguments}:
            value = asked.arguments.get(name)
            if value is None:  # not given, or given as nothing
                continue
            of = types.get(name)
            try:
                if of is None:
                    raise PolicyUnfit("a rule tests it, and its type says too little")
                seen[name] = policy_value(value, of)
            except PolicyUnfit as error:
                raise PolicyUnfit(f"`{name}` cannot be tested: {error}") from None
        return seen

    def _told(self, answer: CedarAnswer) -> PolicyDecision:
        if answer.failed:
            return self._no(f"a rule could not be evaluated: {answer.failed}")
        lines = tuple(self._line(rule) for rule in answer.rules)
        if answer.allowed is False:
            why = f"forbidden by {', '.join(lines)}" if lines else "no line permits it"
            return PolicyDecision(False, why, lines, policy=self._digest)
        confirm = any(rule.confirm for rule in answer.rules)
        if answer.allowed is None:
            why = "it depends on the arguments and the time"
            return PolicyDecision(True, why, lines, policy=self._digest)
        why = f"permitted by {', '.join(lines)}"
        return PolicyDecision(True, why, lines, confirm, self._digest)

    def _line(self, rule: PolicyRule) -> str:
        name = f" {rule.name}" if rule.name else ""
        return f"{self._file}:{rule.line}{name}"

    def _no(self, why: str) -> PolicyDecision:
        return PolicyDecision(False, why, policy=self._digest)


def _request(asked: PolicyQuestion, arguments: Any, remaining: Any) -> dict[str, Any]:
    name = asked.tool.listed_name
    return {
        "principal": {"type": "Caller", "id": asked.principal},
        "action": {"type": "Action", "id": name},
        "resource": {"type": "Tool", "id": name},
        "context": {
            "caller": asked.caller,
            "region": asked.region,
            "data_class": asked.data_class,
            "remaining_ms": remaining,
            "offline": asked.offline,
            "arguments": arguments,
        },
    }


def _milliseconds(seconds: float) -> int:
    if math.isnan(seconds):
        raise PolicyUnfit("it is not known how much time is left")
    return math.floor(max(-LONGEST_MS, min(LONGEST_MS, seconds * 1000)))


def _kept(
    cache: OrderedDict[Hashable, T], key: Hashable, most: int, make: Callable[[], T]
) -> T:
    """What was made for that before, or is made now; the oldest goes."""
    found = cache.get(key)
    if found is None:
        found = cache[key] = make()
        while len(cache) > most:
            cache.popitem(last=False)
    return found
