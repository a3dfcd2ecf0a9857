"""What may be called in a turn: skills seen from outside, and tools of others.

A call is read before it runs, so that whoever decides over it knows what it comes to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from voiceagent.nlu.intent import Intent

__all__ = ["Tool", "ToolCall", "ToolPolicy", "ToolTurn"]


class ToolPolicy(Enum):
    """What holds for the calls of a tool."""

    READS = auto()
    """It changes nothing: anybody may call it, as often as they like."""
    ACTS = auto()
    """It changes the world: the same call is carried out once in a turn, and all of a
    turn for one caller alone."""


@dataclass(frozen=True, slots=True)
class ToolTurn:
    """What a turn lends to the tools that are called in it."""

    act: Callable[[Intent], Awaitable[str]]
    """Has a skill do an intent, once, and gives its sentence."""
    restore: Callable[[str], str] = str
    """Puts back what was replaced in words before they left the device."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that can be carried out."""

    name: str
    """What it comes to, for traces and receipts: never words of whoever calls."""
    key: str
    """The same for calls that ask for the same."""
    run: Callable[[], Awaitable[str]]
    """Does it and gives the sentence that it comes to; raises `VoiceAgentError`."""


class Tool(Protocol):
    """Something that whoever answers a turn may call."""

    @property
    def name(self) -> str:
        """As it is called: letters, digits, `_` and `-`, 64 at most."""
        ...

    @property
    def schema(self) -> dict[str, Any]:
        """Name, arguments and purpose as the Realtime protocol describes functions."""
        ...

    @property
    def policy(self) -> ToolPolicy:
        """What holds for its calls."""
        ...

    def read(self, arguments: str, turn: ToolTurn) -> ToolCall:
        """The call that JSON asks for; raises `ToolRefused`, with words that the
        caller can mend its call by."""
        ...
