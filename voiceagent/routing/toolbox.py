"""Tools that are offered to a larger tier, and their calls: once, and for one leg."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from voiceagent.errors import ToolRefused, VoiceAgentError
from voiceagent.errors.foreign import plain_name
from voiceagent.routing.request import RemoteRequest
from voiceagent.skills.tool import Tool, ToolPolicy, ToolTurn

__all__ = ["Deeds", "ToolResult", "ToolRunner", "Toolbox"]

log = logging.getLogger(__name__)

MOST = 64
"""Tools that are offered at once, as many as any Realtime server takes."""
BROKEN = "this device could not do it"
"""What is told of a tool that raised anything; its own words may hold anything."""


class Toolbox:
    """The tools that are offered."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        """Of several with the same name the last one stays."""
        named = {tool.name: tool for tool in tools}
        self._tools = dict(list(named.items())[:MOST])
        self.offered: tuple[dict[str, Any], ...] = tuple(
            tool.schema for tool in self._tools.values()
        )
        """The tools as the Realtime protocol describes functions."""

    def __bool__(self) -> bool:
        return bool(self._tools)

    def find(self, name: str) -> Tool:
        """The tool of that name; raises `ToolRefused` where there is none."""
        tool = self._tools.get(name)
        if tool is None:
            raise ToolRefused("this device has no such tool")
        return tool

    def acts(self, name: str) -> bool:
        """Whether a call by that name is meant to change something; what is not known
        counts as such."""
        tool = self._tools.get(name)
        return tool is None or tool.policy is ToolPolicy.ACTS


class Deeds:
    """What tools have done in a turn: each call once, all of them for one leg.

    Two regions that race would do everything twice, each in its own way.
    """

    def __init__(self) -> None:
        self._turn, self._owner = 0, ""
        self._results: dict[str, str] = {}

    def taken(self, turn: int, leg: str) -> bool:
        """Whether another leg acts in this turn."""
        return turn == self._turn and self._owner not in ("", leg)

    def claim(self, turn: int, leg: str) -> None:
        """From now on only this leg acts; raises `ToolRefused` where another does."""
        if self.taken(turn, leg):
            raise ToolRefused("somebody else answers already")
        if turn != self._turn:
            self._results.clear()
        self._turn, self._owner = turn, leg

    def release(self, turn: int, leg: str) -> None:
        """The leg has ended: another one may go on, and repeats nothing."""
        if turn == self._turn and self._owner == leg:
            self._owner = ""

    async def once(self, key: str, act: Callable[[], Awaitable[str]]) -> str:
        """What `act` gives, or gave when the same was asked for before."""
        if key not in self._results:
            self._results[key] = await act()
        return self._results[key]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of a call."""

    name: str
    ok: bool
    words: str
    """The sentence that it came to, or why nothing was done."""


class ToolRunner:
    """Has the tools run that remotes call."""

    def __init__(self, toolbox: Toolbox | None = None) -> None:
        self._toolbox, self.deeds = toolbox or Toolbox(), Deeds()

    def offered(self, request: RemoteRequest) -> tuple[dict[str, Any], ...]:
        """What may be called, where somebody is there who does it."""
        return () if request.handover.act is None else self._toolbox.offered

    async def run(
        self,
        request: RemoteRequest,
        name: str,
        arguments: str,
        restore: Callable[[str], str],
    ) -> ToolResult:
        """Carry a call out; what cannot be done is a result as well."""
        act = request.handover.act
        assert act is not None, "none were offered"
        called, name = name, plain_name(name)  # a stranger's, until it is known
        acts = self._toolbox.acts(called)
        try:
            if acts:
                self.deeds.claim(request.turn, request.leg.name)
            call = self._toolbox.find(called).read(arguments, ToolTurn(act, restore))
            name = call.name
            done = await (self.deeds.once(call.key, call.run) if acts else call.run())
        except VoiceAgentError as error:
            return ToolResult(name, False, error.what)
        except Exception:  # a skill's, which must not end the answer it is called for
            log.exception("a tool broke", extra={"tool": name})
            return ToolResult(name, False, BROKEN)
        return ToolResult(name, True, done)
