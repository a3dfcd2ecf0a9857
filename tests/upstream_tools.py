"""Tools of upstreams, made for tests."""

from __future__ import annotations

from typing import Any

from voiceagent.gateway.tool import ToolClass, UpstreamTool

__all__ = ["LOCK", "upstream_tool"]

LOCK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "door": {"type": "string", "enum": ["front", "back"]},
        "locked": {"type": "boolean"},
        "after": {"type": "number"},
    },
    "required": ["door", "locked"],
    "additionalProperties": False,
}


def upstream_tool(name: str = "set_lock", server: str = "house", **more: Any) -> Any:
    """A tool that locks a door, but for what is given."""
    made = {
        "description": "Locks a door",
        "input_schema": LOCK,
        "annotations": {"readOnlyHint": False},
        "klass": ToolClass.IDEMPOTENT,
        **more,
    }
    return UpstreamTool(server, name, **made)
