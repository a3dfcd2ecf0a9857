"""The seam behind the regional server: whoever makes the words of an answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from voiceagent.message import Message

__all__ = [
    "Backend",
    "Call",
    "AnswerCut",
    "Output",
    "Request",
    "AnswerSource",
    "AnswerStruck",
    "AnswerText",
    "Usage",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What one response is made from."""

    messages: tuple[Message, ...]
    """Oldest first; the last one is what has to be answered."""
    instructions: str = ""
    tools: tuple[Mapping[str, Any], ...] = ()
    """As the client gave them: `{"type": "function", "name", "description",
    "parameters"}`."""
    must_call: bool = False
    """Whether one of the tools has to be called."""
    max_tokens: int = 256
    deadline: float | None = None
    """Loop time at which the first words should be out; None: no hurry."""
    session: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class AnswerText:
    """More words."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool is to be run by the client; `arguments` is JSON."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class AnswerSource:
    """The answer stands there: a document and its heading."""

    name: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens used; None: not told."""

    input_tokens: int | None
    output_tokens: int | None


@dataclass(frozen=True, slots=True)
class AnswerCut:
    """The answer ends here, and is not whole."""

    reason: Literal["max_output_tokens", "content_filter"]


@dataclass(frozen=True, slots=True)
class AnswerStruck:
    """What works at it was lost, and it is begun once more: it has little time left."""


Output = AnswerText | Call | AnswerSource | AnswerStruck | Usage | AnswerCut


class Backend(Protocol):
    """Makes answers; many at a time, all on the loop, which it never blocks."""

    name: str
    calls_tools: bool
    """Whether it may give a `Call`."""

    async def start(self) -> None:
        """Get ready; raises `VoiceAgentError` with the reason where that fails."""
        ...

    def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """The answer as it comes. Closing the iterator (or cancelling the task that
        reads it) stops the work and frees its slot within 100 ms.

        Raises `RemoteFailed` where there will be no (more) answer.
        """
        ...

    async def close(self) -> None:
        """Let everything go, child processes included."""
        ...
