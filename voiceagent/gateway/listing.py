"""What a caller is shown: the tools that the policy lets them see, as MCP has them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from cachetools import LRUCache

from voiceagent.gateway.caller import Caller
from voiceagent.gateway.catalogue import Catalogue
from voiceagent.gateway.pins import SeenTool
from voiceagent.gateway.tool import ToolClass, UpstreamTool

__all__ = ["TTL_MS", "Listing", "wire_tool"]

TTL_MS = 5000
"""How long a client may hold a list: a tool that was added is seen by then."""
KEPT = 256
"""Lists that are kept, by caller, policy and catalogue."""


class Listing:
    """Lists, decided once for each caller, policy and state of the catalogue."""

    def __init__(
        self,
        catalogue: Catalogue,
        may_see: Callable[[Caller, SeenTool], bool],
        version: Callable[[], Hashable],
    ) -> None:
        """`version`: of the policy and of all else that is decided by."""
        self._catalogue, self._may_see = catalogue, may_see
        self._version = version
        self._kept: LRUCache[Any, list[dict[str, Any]]] = LRUCache(KEPT)

    async def __call__(self, caller: Caller) -> dict[str, Any]:
        """The result of `tools/list` for that caller."""
        state = await self._catalogue.refresh()
        key = (caller.subject, caller.region, self._version(), state.version)
        tools = self._kept.get(key)
        if tools is None:
            seen = state.tools.values()
            tools = [wire_tool(one.tool) for one in seen if self._may_see(caller, one)]
            self._kept[key] = tools
        return {
            "tools": tools,
            "ttlMs": TTL_MS,
            "cacheScope": "private",
            "resultType": "complete",
        }


def wire_tool(tool: UpstreamTool) -> dict[str, Any]:
    """A tool as a client is told of it: as it was pinned, under our name."""
    told: dict[str, Any] = {"name": tool.listed_name}
    if tool.description:
        told["description"] = tool.description
    told["inputSchema"] = tool.input_schema
    if tool.output_schema is not None:
        told["outputSchema"] = tool.output_schema
    told["annotations"] = {
        **{k: v for k, v in tool.annotations.items() if k == "title"},
        "readOnlyHint": tool.klass is ToolClass.READ,
        "idempotentHint": tool.klass is not ToolClass.EFFECT,
        "destructiveHint": tool.klass is ToolClass.EFFECT,
    }
    return told
