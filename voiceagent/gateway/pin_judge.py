"""Whether a tool is what it was when it was pinned: a pure function of what servers
list now and of what is remembered of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from voiceagent.gateway.fingerprint import ToolForm, form_of
from voiceagent.gateway.tool import UpstreamTool, look_alike

__all__ = [
    "MOST_BYTES",
    "MOST_TOOLS",
    "KnownTool",
    "PinJudge",
    "PinState",
    "SeenTool",
    "ToolKey",
]

MOST_TOOLS = 10_000
"""Tools of one server that are remembered: no server fills the disk by names."""
MOST_BYTES = 32 << 20
"""Letters of all that is remembered of one server."""

ToolKey = tuple[str, str]
"""Server and name."""


class PinState(StrEnum):
    """Whether a tool may be listed and called, and why not."""

    PINNED = "pinned"
    CHANGED = "changed"
    """It is not what it was when it was pinned."""
    RENAMED = "renamed"
    """It is what another one was that its server does not list any more."""
    CLAIMED = "claimed"
    """Another tool has the same name, or one that looks like it."""
    UNNAMED = "unnamed"
    """The configuration does not name its server."""
    UNFIT = "unfit"
    """It has no canonical form, or it is too large."""
    FULL = "full"
    """Its server has more tools than are remembered."""
    UNSURE = "unsure"
    """The file of pins was damaged: it may have been pinned as something else."""


@dataclass(frozen=True, slots=True)
class SeenTool:
    """A tool that a server lists now, as the pins judge it."""

    tool: UpstreamTool
    state: PinState
    pin: str = ""
    """Of what it is now; empty where it has no canonical form."""
    reason: str = ""
    """Why nobody can call it; empty: it is pinned."""


@dataclass(frozen=True, slots=True)
class KnownTool:
    """What is remembered of a tool: as it is pinned, or as it waits for a look."""

    pin: str
    body: str
    size: int
    """Letters of its form."""
    state: PinState = PinState.PINNED
    reason: str = ""


@dataclass(slots=True)
class PinJudge:
    """Judges lists, and gathers what is to be remembered of them."""

    servers: Collection[str]
    """Those that the configuration names."""
    pins: Mapping[ToolKey, KnownTool]
    offers: Mapping[ToolKey, KnownTool]
    unsure: bool = False
    """What was pinned may be lost: nothing is trusted at first sight."""
    first: dict[ToolKey, ToolForm] = field(default_factory=dict)
    """What was trusted at first sight."""
    offered: dict[ToolKey, tuple[ToolForm, SeenTool]] = field(default_factory=dict)
    """What waits for a look."""
    _counts: Counter[str] = field(default_factory=Counter)
    _sizes: Counter[str] = field(default_factory=Counter)

    def judge(self, told: Mapping[str, Sequence[UpstreamTool]]) -> Iterator[SeenTool]:
        """Everything that these servers list now, in their order."""
        tools = [tool for listed in told.values() for tool in listed]
        rivals, alike = self._same(tools), self._alike(tools)
        gone = self._gone(told)
        for tool in tools:
            key, form = (tool.server, tool.name), form_of(tool)
            if form is None:
                what = "it has no canonical form of bounded size"
                yield SeenTool(tool, PinState.UNFIT, reason=what)
            elif tool.server not in self.servers:
                what = f"the configuration names no server `{tool.server}`"
                yield SeenTool(tool, PinState.UNNAMED, form.pin, what)
            elif tool.listed_name in rivals:
                what = f"several tools claim the name `{tool.listed_name}`"
                yield SeenTool(tool, PinState.CLAIMED, form.pin, what)
            else:
                before = gone.get((tool.server, form.body), "")
                state, what = self._state(key, form, before, alike)
                seen = SeenTool(tool, state, form.pin, what)
                yield self._noted(key, form, seen)

    def _state(
        self, key: ToolKey, form: ToolForm, before: str, alike: Collection[ToolKey]
    ) -> tuple[PinState, str]:
        """`before`: the name that it had, where its server has renamed it."""
        known, offer = self.pins.get(key), self.offers.get(key)
        if known is not None:
            if known.pin == form.pin:
                return PinState.PINNED, ""
            return PinState.CHANGED, "it is not what was pinned under this name"
        if offer is not None:  # it waits until somebody has looked
            return offer.state, offer.reason
        if before:
            return PinState.RENAMED, f"it was called `{before}` when it was pinned"
        if key in alike:
            return PinState.CLAIMED, "its name looks like that of another tool"
        if self.unsure:
            what = "the file of pins was damaged, and it may be another than before"
            return PinState.UNSURE, what
        return PinState.PINNED, ""

    def _noted(self, key: ToolKey, form: ToolForm, seen: SeenTool) -> SeenTool:
        """It is remembered, where that is new and there is room."""
        pinned = seen.state is PinState.PINNED
        known = self.pins.get(key) if pinned else self.offers.get(key)
        if known is not None and known.pin == form.pin:
            return seen
        if (
            key not in self.pins
            and key not in self.offers
            and not self._room(key, form)
        ):
            what = f"`{key[0]}` has more tools than are remembered"
            return SeenTool(seen.tool, PinState.FULL, form.pin, what)
        if pinned:
            self.first[key] = form
        else:
            self.offered[key] = form, seen
        return seen

    def _room(self, key: ToolKey, form: ToolForm) -> bool:
        if not self._counts:
            for (server, _), known in (*self.pins.items(), *self.offers.items()):
                self._count(server, known.size)
        if self._counts[key[0]] >= MOST_TOOLS:
            return False
        if self._sizes[key[0]] + len(form.form) > MOST_BYTES:
            return False
        self._count(key[0], len(form.form))
        return True

    def _count(self, server: str, size: int) -> None:
        self._counts[server] += 1
        self._sizes[server] += size

    def _same(self, tools: Sequence[UpstreamTool]) -> set[str]:
        """Names that nobody can call a tool by: several are called that."""
        names = Counter(tool.listed_name for tool in tools)
        return {name for name, count in names.items() if count > 1}

    def _alike(self, tools: Sequence[UpstreamTool]) -> set[ToolKey]:
        """Tools that look like another one that is listed, too."""
        looks: dict[str, set[ToolKey]] = {}
        for tool in tools:
            look = look_alike(tool.listed_name)
            looks.setdefault(look, set()).add((tool.server, tool.name))
        return {key for keys in looks.values() if len(keys) > 1 for key in keys}

    def _gone(
        self, told: Mapping[str, Sequence[UpstreamTool]]
    ) -> dict[tuple[str, str], str]:
        """What these servers do not list any more, by what it was."""
        there = {(tool.server, tool.name) for tools in told.values() for tool in tools}
        return {
            (server, known.body): name
            for (server, name), known in self.pins.items()
            if (server, name) not in there and server in told
        }
