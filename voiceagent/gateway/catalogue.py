"""All tools of all servers under one roof: fetched at once, pinned, in a fixed order.

What is listed is no permission: a call is decided anew. A server that does not answer
in time keeps the others waiting for no longer than `EACH`; what it had is listed on
until it is known to be gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cachetools import LRUCache

from voiceagent.errors import RemoteFailed, StoreError
from voiceagent.gateway.config import GatewayServerConfig
from voiceagent.gateway.pins import PinState, SeenTool
from voiceagent.gateway.schema import ToolSchema, tool_schema
from voiceagent.gateway.tool import SEPARATOR, UpstreamTool, tool_of
from voiceagent.gateway.upstream import ToolTold, Upstream, UpstreamState

__all__ = ["EACH", "Catalogue", "CatalogueState", "ToolChecks"]

KEPT = 10_000
EACH = 0.25
"""Seconds that one server may hold up a list."""

ToolsPrepared = Callable[[Sequence[UpstreamTool]], object]
PinLook = Callable[[Mapping[str, Sequence[UpstreamTool]]], tuple[SeenTool, ...]]


@dataclass(frozen=True, slots=True)
class ToolChecks:
    """What a tool's arguments and results are held against."""

    arguments: ToolSchema
    results: ToolSchema | None = None


@dataclass(frozen=True, slots=True)
class CatalogueState:
    """What there is at one moment; swapped whole."""

    version: int = 0
    tools: Mapping[str, SeenTool] = field(default_factory=dict)
    """Those that are pinned, by the name they are listed under, in their order."""
    held_back: Mapping[str, SeenTool] = field(default_factory=dict)
    """Those in quarantine."""
    checks: Mapping[str, ToolChecks] = field(default_factory=dict)
    """The schemas of those that are pinned, by the same name."""
    unfit: tuple[str, ...] = ()
    """Why some cannot be listed at all."""
    trouble: str = ""
    """Why the pins cannot be looked at; nothing is listed then."""


class Catalogue:
    """Kept in step with its servers."""

    def __init__(
        self,
        upstreams: Mapping[str, Upstream],
        servers: Mapping[str, GatewayServerConfig],
        look: PinLook,
        prepare: ToolsPrepared = lambda tools: None,
    ) -> None:
        """`look`: judges by the pins; `prepare`: told of the tools before they can be
        listed. Both may block."""
        self.upstreams, self.servers = upstreams, servers
        self.state = CatalogueState()
        self._look, self._prepare = look, prepare
        self._checks: LRUCache[str, ToolChecks] = LRUCache(KEPT)
        self._seen: Mapping[str, tuple[ToolTold, ...]] = {}
        self._lock = asyncio.Lock()

    async def refresh(self, within: float = EACH) -> CatalogueState:
        """The tools, no older than their servers allow."""
        async with asyncio.TaskGroup() as group:
            for upstream in self.upstreams.values():
                group.create_task(upstream.fresh(within))
        return await self.settled()

    async def settled(self, *, look: bool = False) -> CatalogueState:
        """The tools as their servers told them last; `look`: what is beside them (pins,
        policy) may have changed."""
        async with self._lock:
            told = {
                name: one.told
                for name, one in sorted(self.upstreams.items())
                if one.state is UpstreamState.UP
            }
            if look or told != self._seen or self.state.trouble:
                made = await asyncio.to_thread(self._judged, told)
                if (made.tools, made.held_back) == (
                    self.state.tools,
                    self.state.held_back,
                ):
                    made = replace(made, version=self.state.version)
                self._seen, self.state = told, made
        return self.state

    def of_down_server(self, listed: str) -> Upstream | None:
        """The server of a name that is not there, if it is one of ours."""
        server, _, tool = listed.partition(SEPARATOR)
        found = self.upstreams.get(server) if tool else None
        if found is None and len(self.upstreams) == 1:
            (only,) = self.upstreams.values()
            found = only if self.servers[only.name].prefix == "" else None
        return found if found and found.state is not UpstreamState.UP else None

    def _judged(self, told: Mapping[str, tuple[ToolTold, ...]]) -> CatalogueState:
        unfit: list[str] = []
        offered = {
            name: self._offered(name, tools, unfit) for name, tools in told.items()
        }
        version = self.state.version + 1
        try:
            seen = self._look(offered)
        except StoreError as error:
            return CatalogueState(version, trouble=error.brief, unfit=tuple(unfit))
        in_order = sorted(seen, key=lambda one: one.tool.listed_name)
        pinned: dict[str, SeenTool] = {}
        held: dict[str, SeenTool] = {}
        for one in in_order:
            into = pinned if one.state is PinState.PINNED else held
            into[one.tool.listed_name] = one
        for name in held.keys() & pinned.keys():  # two that claim one name
            del pinned[name]
        checks = {}
        for name in list(pinned):
            try:
                checks[name] = self._checks_of(pinned[name])
            except RemoteFailed as error:
                unfit.append(f"`{name}`: {error.brief}")
                del pinned[name]
        self._prepare([one.tool for one in pinned.values()])
        return CatalogueState(version, pinned, held, checks, tuple(unfit))

    def _checks_of(self, seen: SeenTool) -> ToolChecks:
        """Compiled once for each pin; raises `RemoteFailed`."""
        found = self._checks.get(seen.pin)
        if found is None:
            tool = seen.tool
            results = tool.output_schema
            found = self._checks[seen.pin] = ToolChecks(
                tool_schema(tool.input_schema),
                None if results is None else tool_schema(results),
            )
        return found

    def _offered(
        self, server: str, told: Sequence[ToolTold], unfit: list[str]
    ) -> list[UpstreamTool]:
        config, found = self.servers[server], []
        for one in told:
            try:
                bare = config.prefix == ""
                found.append(tool_of(server, one, config.classes, bare=bare))
            except RemoteFailed as error:
                unfit.append(error.brief)
        return found
