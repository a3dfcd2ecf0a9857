"""Policies and what they are asked, for tests."""

from __future__ import annotations

from typing import Any

from upstream_tools import upstream_tool

from voiceagent.gateway.policy import PolicyDecision, PolicyQuestion, ToolPolicies
from voiceagent.gateway.policy_check import PolicyWorld
from voiceagent.gateway.tool import ToolClass, UpstreamTool

__all__ = ["CLOCK", "HOUSE", "LAMP", "asked", "policies", "world"]

CLOCK = upstream_tool("get_time", "clock", klass=ToolClass.READ)
HOUSE = upstream_tool()
LAMP = upstream_tool(
    "set_lamp",
    input_schema={
        "$defs": {"Room": {"type": "string"}},
        "type": "object",
        "properties": {
            "room": {"$ref": "#/$defs/Room"},
            "level": {"type": "integer"},
            "warmth": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            "scenes": {"type": "array", "items": {"type": "string"}},
            "either": {"type": ["string", "integer"]},
            "nested": {"type": "object"},
        },
        "required": ["room", "warmth"],
    },
)


def world(*tools: UpstreamTool, servers: tuple[str, ...] = ()) -> PolicyWorld:
    """With these tools; else with all three."""
    there = tools or (CLOCK, HOUSE, LAMP)
    return PolicyWorld(there, servers or tuple({tool.server for tool in there}))


def policies(text: str, *tools: UpstreamTool) -> ToolPolicies:
    """With that in force."""
    made = ToolPolicies()
    made.load(text, world(*tools), "policy.cedar")
    return made


def asked(
    text: str | ToolPolicies, tool: UpstreamTool = HOUSE, /, **more: Any
) -> PolicyDecision:
    """What it says of a call; what is none of the question's is an argument."""
    names = ("principal", "remaining", "caller", "region", "data_class", "offline")
    told = {name: more.pop(name) for name in names if name in more}
    told = {"principal": "kiosk", "remaining": 0.5, **told}
    made = policies(text) if isinstance(text, str) else text
    return made.decide(PolicyQuestion(tool=tool, arguments=more, **told))
