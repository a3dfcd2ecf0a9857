"""A tool of an upstream, as everything else in this room sees it.

What a server says of a tool is somebody else's words: its name has to be plain, its
text is cleaned, and its annotations are hints that make its class stricter at most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from voiceagent.errors import RemoteFailed
from voiceagent.errors.foreign import cleaned, one_line

__all__ = [
    "LONGEST_DESCRIPTION",
    "LONGEST_NAME",
    "SEPARATOR",
    "ToolClass",
    "UpstreamTool",
    "class_of",
    "is_server_name",
    "is_tool_name",
    "look_alike",
    "tool_of",
]

SEPARATOR = "__"
"""Between the name of a server and that of its tool."""
LONGEST_NAME = 128
"""Letters of a name, with its server: MCP's own limit for a tool's name."""
LONGEST_DESCRIPTION = 16_384
"""Letters that a server may say of one tool."""
SERVER = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
"""No two lines below each other, and none at the end: `a__b` has one meaning."""
NAME = re.compile(r"[A-Za-z0-9_.-]+")
"""ASCII alone: no letter of another script looks like one of these."""
ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "-": "_", ".": "_"})


class ToolClass(StrEnum):
    """What a call may change, and so how often it may be made."""

    READ = "read"
    """Nothing: it may be hedged and repeated."""
    IDEMPOTENT = "idempotent"
    """The same call twice is as good as once: repeated with its key."""
    EFFECT = "effect"
    """The world: once."""

    @property
    def strictness(self) -> int:
        """0 for what may be done freely; the higher, the less is taken for granted."""
        return list(ToolClass).index(self)


@dataclass(frozen=True, slots=True)
class UpstreamTool:
    """One tool of one server, in the words that were pinned."""

    server: str
    name: str
    """As its server calls it."""
    description: str = ""
    input_schema: Mapping[str, Any] = field(default_factory=dict)
    output_schema: Mapping[str, Any] | None = None
    """None: its results have no form that could be checked."""
    annotations: Mapping[str, Any] = field(default_factory=dict)
    klass: ToolClass = ToolClass.EFFECT
    bare: bool = False
    """It is listed without its server."""

    @property
    def listed_name(self) -> str:
        """As it is listed and called here."""
        return self.name if self.bare else f"{self.server}{SEPARATOR}{self.name}"


def is_server_name(name: str) -> bool:
    """Whether a server may be called that: lower case, single `-` and `_` inside."""
    return bool(SERVER.fullmatch(name)) and len(name) <= LONGEST_NAME // 2


def is_tool_name(name: object) -> bool:
    """Whether it is a name of MCP: letters of ASCII, digits, `_`, `-` and `.`."""
    return (
        isinstance(name, str)
        and len(name) <= LONGEST_NAME
        and NAME.fullmatch(name) is not None
    )


def look_alike(name: str) -> str:
    """The same for names that a reader, or a client that rewrites signs, would take
    for each other: `Set_l` and `set-1`."""
    return name.lower().translate(ALIKE)


def class_of(
    name: str, classes: Mapping[str, ToolClass], annotations: Mapping[str, Any]
) -> ToolClass:
    """The class of a tool: by the closest pattern that somebody here has written, else
    an effect; its server's annotations make it stricter at most."""
    found = [pattern for pattern in classes if fnmatchcase(name, pattern)]
    closest = max(map(_closeness, found), default=(False, 0))
    # Two that are as close: the stricter one.
    chosen = [classes[one] for one in found if _closeness(one) == closest]
    hinted = _least(annotations)
    return max((*(chosen or [ToolClass.EFFECT]), hinted), key=_strictness)


def tool_of(
    server: str,
    told: Mapping[str, Any],
    classes: Mapping[str, ToolClass],
    *,
    bare: bool = False,
) -> UpstreamTool:
    """The tool that a server tells of, by the names of MCP's wire; raises
    `RemoteFailed` for one that cannot be listed under a plain name."""
    name, text = told.get("name"), told.get("description") or ""
    if not isinstance(name, str) or not is_tool_name(name):
        raise _unfit(server, name, "its name is not of letters, digits, `_`, `-`, `.`")
    if not isinstance(text, str) or len(text) > LONGEST_DESCRIPTION:
        what = f"its description is longer than {LONGEST_DESCRIPTION} letters"
        raise _unfit(server, name, what)
    hints = _object(server, name, told, "annotations") or {}
    tool = UpstreamTool(
        server,
        name,
        cleaned(text),
        _object(server, name, told, "inputSchema") or {"type": "object"},
        _object(server, name, told, "outputSchema"),
        hints,
        class_of(name, classes, hints),
        bare,
    )
    if len(tool.listed_name) > LONGEST_NAME:
        raise _unfit(server, name, f"`{server}{SEPARATOR}` makes its name too long")
    return tool


def _closeness(pattern: str) -> tuple[bool, int]:
    """How little a pattern leaves open."""
    signs = sum(sign in "*?[" for sign in pattern)
    return not signs, len(pattern) - signs


def _strictness(klass: ToolClass) -> int:
    return klass.strictness


def _least(hints: Mapping[str, Any]) -> ToolClass:
    """What a server's own words make of its tool at least."""
    told = [
        hints.get(f"{one}Hint") for one in ("readOnly", "idempotent", "destructive")
    ]
    read_only, idempotent, destructive = told
    if any(hint is not None and not isinstance(hint, bool) for hint in told):
        return ToolClass.EFFECT
    if read_only is False or destructive:
        return ToolClass.IDEMPOTENT if idempotent else ToolClass.EFFECT
    if idempotent is False and not read_only:
        return ToolClass.EFFECT
    return ToolClass.READ


def _object(
    server: str, name: str, told: Mapping[str, Any], key: str
) -> Mapping[str, Any] | None:
    found = told.get(key)
    if found is None:
        return None
    if not isinstance(found, Mapping):
        raise _unfit(server, name, f"its `{key}` is no object")
    try:
        made: Mapping[str, Any] = cleaned(dict(found))
    except RecursionError as error:
        raise _unfit(server, name, f"its `{key}` is nested too deep") from error
    return made


def _unfit(server: str, name: object, cause: str) -> RemoteFailed:
    told = one_line(str(name), 60) if isinstance(name, str) else "without a name"
    return RemoteFailed(
        f"the tool `{told}` of `{server}` is not listed",
        cause=cause,
        hint="its server has to mend it; its other tools are not touched by this",
    )
