"""One server behind the gateway: connected for long, listed, watched, begun again.

A client of the SDK has to be entered and left in one task, so each server has one task
that does nothing else. Calls come from other tasks. Where a server dies, its own tools
go and nothing else; it is begun again after a while that grows and is never the same
for two of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from enum import StrEnum
from typing import Any

from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    REQUEST_TIMEOUT,
    CallToolRequest,
    CallToolRequestParams,
    PaginatedRequestParams,
    ToolListChangedNotification,
)
from pydantic import TypeAdapter, ValidationError

from voiceagent.clock import now, waited
from voiceagent.errors import LinkDown, RemoteFailed, VoiceAgentError
from voiceagent.errors.foreign import one_line
from voiceagent.gateway.links import HeardFromServer, ServerLink

__all__ = [
    "MOST_TOOLS",
    "OPENED",
    "CallExpired",
    "Upstream",
    "UpstreamState",
    "wait_before",
]

log = logging.getLogger(__name__)

Connect = Callable[[HeardFromServer], AbstractAsyncContextManager[Any]]
ToolTold = Mapping[str, Any]

FIRST, LONGEST = 0.25, 30.0
"""Seconds before the next attempt, after one failure and after many."""
STEADY = 60.0
"""Seconds after which one that runs has not failed before."""
OPENED = 15.0
"""Seconds in which a server has to say who it is and what it has."""
FRESH, STALE = 1.0, 60.0
"""Seconds for which a list holds at least, and at most where the server names none."""
MOST_TOOLS, MOST_PAGES = 1000, 50
"""Of one server; what is beyond is not listed, and that is said."""
ANY: TypeAdapter[Any] = TypeAdapter(dict[str, Any])


class UpstreamState(StrEnum):
    """How a server is."""

    STARTING = "starting"
    UP = "up"
    DOWN = "down"


class CallExpired(RemoteFailed):
    """A tool did not answer within its time; its server was told to stop."""

    code = "call_expired"


class Upstream:
    """A server, kept going by `run`."""

    def __init__(
        self,
        name: str,
        connect: Connect,
        *,
        changed: Callable[[], None] = lambda: None,
        chance: Callable[[], float] = lambda: 0.5,
    ) -> None:
        """`changed`: its tools, or whether it is there; `chance`: 0 to 1, anew."""
        self.name, self.state, self.trouble = name, UpstreamState.STARTING, ""
        self.told: tuple[ToolTold, ...] = ()
        """Its tools, in the words of its last list."""
        self.era = ""
        """The version of MCP that was agreed on."""
        self._connect, self._changed, self._chance = connect, changed, chance
        self._link: ServerLink | None = None
        self._fresh_until = 0.0
        self._wake, self._listed = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        failures = 0
        while True:
            began = now()
            try:
                await self._session()
                why = "it ended"
            except Exception as error:  # whatever the SDK or a server brings about
                why = _reason(error)
            if now() - began > STEADY:
                failures = 0
            self._gone(why)
            wait = wait_before(failures, self._chance())
            log.warning("`%s` is not there: %s; again in %.1f s", self.name, why, wait)
            failures += 1
            await asyncio.sleep(wait)

    async def fresh(self, within: float) -> None:
        """Until its list is no older than it may be, or so many seconds have passed."""
        if self._link is None or now() < self._fresh_until:
            if self.state is UpstreamState.STARTING:
                await waited(self._listed, within)
            return
        self._listed.clear()
        self._wake.set()
        await waited(self._listed, within)

    async def call(
        self,
        tool: str,
        arguments: ToolTold,
        *,
        within: float,
        meta: ToolTold,
        schema: ToolTold,
    ) -> dict[str, Any]:
        """What the tool answers, as it came; raises `CallExpired`, `LinkDown`, or
        `RemoteFailed`. Whoever is cancelled cancels it there."""
        link = self._link
        if link is None:
            raise LinkDown(f"`{self.name}` is not there", cause=self.trouble)
        if link.direct is not None:
            try:
                async with asyncio.timeout(within):
                    return await link.direct.call(tool, arguments, meta, schema)
            except TimeoutError as error:
                raise CallExpired(f"`{tool}` did not answer in time") from error
            except LinkDown:
                self._wake.set()  # whether it is still there is seen by listing again
                raise
        params = CallToolRequestParams(
            name=tool,
            arguments=dict(arguments),
            _meta=dict(meta),  # type: ignore[arg-type]
        )
        wanted = CallToolRequest(params=params)
        try:
            found: dict[str, Any] = await link.client.session.send_request(
                wanted, ANY, within
            )
            return found
        except MCPError as error:
            raise self._refused(tool, error) from error
        except (ValidationError, ValueError, RuntimeError) as error:
            cause = f"its answer is not one of MCP ({type(error).__name__})"
            raise RemoteFailed(f"`{tool}` failed", cause=cause) from error

    def _refused(self, tool: str, error: MCPError) -> VoiceAgentError:
        if error.code == REQUEST_TIMEOUT:
            return CallExpired(f"`{tool}` did not answer in time")
        if error.code == CONNECTION_CLOSED:
            return LinkDown(f"`{self.name}` went away", cause="while it was called")
        return RemoteFailed(f"`{tool}` was refused", cause=one_line(error.message))

    async def _session(self) -> None:
        """One connection, from its beginning to its end."""
        async with self._connect(self._heard) as link:
            async with asyncio.timeout(OPENED):
                await self._list(link)
            self._link, self.state, self.trouble = link, UpstreamState.UP, ""
            self.era = link.client.protocol_version
            self._changed()
            try:
                await self._watch(link)
            finally:
                self._link = None
            raise LinkDown(f"`{self.name}` went away", cause=link.why())

    async def _watch(self, link: ServerLink) -> None:
        """Lists again when asked to, until it is over."""
        async with asyncio.TaskGroup() as group:
            aside = [group.create_task(self._listen(link))]
            aside.append(group.create_task(self._ended(link)))
            while not link.ended.is_set():
                await self._wake.wait()
                self._wake.clear()
                if not link.ended.is_set():
                    await self._list_again(link)
            for task in aside:
                task.cancel()

    async def _list_again(self, link: ServerLink) -> None:
        async with asyncio.timeout(OPENED):
            await self._list(link)
        self._changed()
        # One that says "changed" without end is listed once a second.
        await waited(link.ended, FRESH)

    async def _list(self, link: ServerLink) -> None:
        """All pages, as far as the limits go."""
        found: list[ToolTold] = []
        cursor, ttl = None, STALE
        for _ in range(MOST_PAGES):
            params = PaginatedRequestParams(cursor=cursor) if cursor else None
            page = await link.client.session.list_tools(params=params)
            found += (
                tool.model_dump(mode="json", by_alias=True, exclude_none=True)
                for tool in page.tools
            )
            if "ttl_ms" in page.model_fields_set and page.ttl_ms is not None:
                ttl = min(ttl, page.ttl_ms / 1000)
            cursor = page.next_cursor
            if not cursor or len(found) > MOST_TOOLS:
                break
        if cursor or len(found) > MOST_TOOLS:
            log.warning("`%s` has more than %d tools", self.name, MOST_TOOLS)
        self.told = tuple(found[:MOST_TOOLS])
        self._fresh_until = now() + max(FRESH, ttl)
        self._listed.set()

    async def _listen(self, link: ServerLink) -> None:
        """Notes when a server of 2026-07-28 says that its tools have changed; older
        ones say so by themselves."""
        tools = link.client.server_capabilities.tools
        if tools is None or not tools.list_changed:
            return
        with suppress(ListenNotSupportedError, SubscriptionLost, MCPError):
            async with link.client.listen(tools_list_changed=True) as events:
                async for _ in events:
                    self._wake.set()

    async def _ended(self, link: ServerLink) -> None:
        await link.ended.wait()
        self._wake.set()

    async def _heard(self, message: Any) -> None:
        if isinstance(message, ToolListChangedNotification):
            self._wake.set()

    def _gone(self, why: str) -> None:
        self.state, self.trouble, self.told = UpstreamState.DOWN, why, ()
        self._fresh_until = 0.0
        self._listed.set()  # nobody waits for it
        self._changed()


def wait_before(failures: int, chance: float) -> float:
    """Seconds before the next attempt: twice as long each time, half of it by chance,
    so that servers that fell together do not rise together."""
    whole = min(LONGEST, FIRST * 2.0 ** min(failures, 30))
    return whole * (0.5 + 0.5 * chance)


def _reason(error: BaseException) -> str:
    """The innermost of what went wrong, on a line."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    if isinstance(error, VoiceAgentError):
        return one_line(error.brief)
    told = one_line(str(error), 120)
    return f"{type(error).__name__}: {told}" if told else type(error).__name__
