"""The SDK's server for all that is no direct path: discovery, handshake, lists, stdio.

Calls that come this way (standard input) take the same path as those that do not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolRequestParams, PaginatedRequestParams
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from voiceagent import __version__
from voiceagent.gateway.call import CallPath
from voiceagent.gateway.caller import HERE, Caller
from voiceagent.gateway.wire import WireError, adapted, call_on_wire

__all__ = ["CALLER", "protocol_server"]

CALLER = "voiceagent.caller"
"""Where a request carries who asks, in its scope."""
INSTRUCTIONS = (
    "Tools of several servers behind one gateway, named `server__tool`. A refusal is a "
    "result with the reason in words."
)

Context = ServerRequestContext[Any, Any]
Lister = Callable[[Caller], Awaitable[dict[str, Any]]]


def protocol_server(path: CallPath, lister: Lister) -> Server[Any]:
    """It lists and calls through these two."""

    async def listed(
        context: Context, params: PaginatedRequestParams | None
    ) -> dict[str, Any]:
        return await lister(_caller(context))

    async def called(context: Context, params: CallToolRequestParams) -> dict[str, Any]:
        legacy = context.protocol_version in HANDSHAKE_PROTOCOL_VERSIONS
        request = {"params": dict(context.params or {})}
        wanted = call_on_wire(request, None, legacy=legacy)
        if isinstance(wanted, WireError):
            raise MCPError(code=wanted.code, message=wanted.message)
        reply = await path(_caller(context), wanted)
        return adapted(reply.result, legacy=legacy)

    return Server(
        "voiceagent-gateway",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=listed,  # type: ignore[arg-type]
        on_call_tool=called,  # type: ignore[arg-type]
        get_tool_input_schema=lambda name: None,
    )


def _caller(context: Context) -> Caller:
    request = context.request
    return HERE if request is None else request.scope[CALLER]
