"""A real MCP server of our own: it has effects, and counts what it did.

python tests/mcp_house.py            on standard input and output
python tests/mcp_house.py 0          over HTTP, on any free port, which it prints
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

__all__ = ["House", "house_over_http"]

TEXT = {"type": "string"}


def tool(
    name: str, properties: dict[str, Any], *required: str, **more: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "description": more.pop("description", f"The tool {name}."),
        "inputSchema": {
            "type": "object",
            "properties": properties,
            "required": list(required),
            "additionalProperties": False,
        },
        **more,
    }


LAMP = tool(
    "set_lamp", {"area": TEXT, "on": {"type": "boolean"}}, "area", "on", description="A"
)
TOOLS = [
    tool("get_state", {}, annotations={"readOnlyHint": True}),
    LAMP,
    tool("open_door", {"door": TEXT}, "door"),
    tool("echo", {"text": TEXT, "number": {"type": "integer"}}),
    tool("sleep", {"seconds": {"type": "number"}}, "seconds"),
    tool("big", {"bytes": {"type": "integer"}}, "bytes"),
    tool(
        "wrong",
        {},
        outputSchema={
            "type": "object",
            "properties": {"n": {"type": "integer"}},
            "required": ["n"],
        },
    ),
]


@dataclass
class House:
    """What it has and what was done to it."""

    tools: list[dict[str, Any]] = field(default_factory=lambda: [*TOOLS])
    calls: Counter[str] = field(default_factory=Counter)
    heard: list[dict[str, Any]] = field(default_factory=list)
    """Arguments of every call."""
    metas: list[dict[str, Any]] = field(default_factory=list)
    cancelled: list[float] = field(default_factory=list)
    """Loop times at which a call was cancelled."""
    slow_list: float = 0.0

    async def listed(self, context: Any, params: Any) -> dict[str, Any]:
        await asyncio.sleep(self.slow_list)
        return {
            "tools": self.tools,
            "ttlMs": 0,
            "cacheScope": "private",
            "resultType": "complete",
        }

    async def called(self, context: Any, params: Any) -> dict[str, Any]:
        given = params.arguments or {}
        self.calls[params.name] += 1
        self.heard.append(given)
        self.metas.append(dict(context.meta or {}))
        if params.name == "sleep":
            try:
                await asyncio.sleep(given["seconds"])
            except asyncio.CancelledError:
                self.cancelled.append(asyncio.get_running_loop().time())
                raise
        if params.name == "big":
            return said("x" * given["bytes"])
        if params.name == "wrong":
            return {**said("?"), "structuredContent": {"n": "seven"}}
        if params.name == "get_state":
            return said(json.dumps(self.calls))
        return said(json.dumps(given))

    def server(self) -> Server[Any]:
        return Server(
            "house",
            version="1",
            on_list_tools=self.listed,  # type: ignore[arg-type]
            on_call_tool=self.called,  # type: ignore[arg-type]
        )


def said(text: str) -> dict[str, Any]:
    return {
        "content": [{"type": "text", "text": text}],
        "isError": False,
        "resultType": "complete",
    }


@asynccontextmanager
async def house_over_http(house: House, port: int = 0) -> AsyncIterator[str]:
    """The house on a free port of this machine; gives its address."""
    manager = StreamableHTTPSessionManager(house.server())

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await manager.handle_request(scope, receive, send)

    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, ws="none", timeout_graceful_shutdown=1
    )
    server = Quiet(config)
    async with manager.run(), asyncio.TaskGroup() as group:
        served = group.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            await served
            listening.close()


class Quiet(uvicorn.Server):
    """Signals are for whoever runs it."""

    def capture_signals(self) -> Any:  # type: ignore[override]
        from contextlib import nullcontext

        return nullcontext()


async def main() -> None:
    house = House()
    if len(sys.argv) > 1:
        async with house_over_http(house, int(sys.argv[1])) as url:
            sys.stdout.write(f"{url}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
    server = house.server()
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(main())
