"""The seam between a turn and whoever answers it elsewhere.

A `Remote` is asked with a `Payload`, which only `voiceagent.privacy` makes, and an
`Envelope`, which says whose turn it is and how much time is left. It gives pieces as
they come. Closing the iterator cancels the request and frees its slot.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from voiceagent.errors import RemoteFailed
from voiceagent.message import Message
from voiceagent.privacy.payload import Payload

__all__ = [
    "LATE",
    "Answered",
    "Envelope",
    "HeardAs",
    "LinkState",
    "Message",
    "Piece",
    "Remote",
    "RemoteTool",
    "AnswerWords",
]


LATE = 10.0
"""Seconds after the deadline in which a late answer is wanted where nobody says so."""


class LinkState(StrEnum):
    """How the way to a remote is."""

    DOWN = "down"
    CONNECTING = "connecting"
    UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The facts that travel with a request, as metadata (`voiceagent.*`)."""

    turn_id: str
    session_id: str
    seq: int = 0
    attempt: int = 1
    remaining: float = 0.0
    """Seconds left until the deadline of the first sound, when it was made."""
    reserve: float = 0.0
    wait: float = LATE
    """Seconds after the deadline in which a late answer is still wanted."""
    traceparent: str = ""
    region_policy: str = ""
    """The region that this may be answered in; empty for any."""
    data_class: str = ""
    idempotency_key: str = ""
    """The same for every attempt at one turn: no tool runs twice."""

    def metadata(self) -> dict[str, str]:
        """As pairs of strings for the wire; empty ones are left out."""
        pairs = {
            "turn_id": self.turn_id,
            "session_id": self.session_id,
            "seq": str(self.seq),
            "attempt": str(self.attempt),
            "remaining_ms": str(round(self.remaining * 1000)),
            "reserve_ms": str(round(self.reserve * 1000)),
            "wait_ms": str(round(self.wait * 1000)),
            "traceparent": self.traceparent,
            "region_policy": self.region_policy,
            "data_class": self.data_class,
            "idempotency_key": self.idempotency_key,
        }
        return {f"{PREFIX}{key}": value for key, value in pairs.items() if value}

    @classmethod
    def from_metadata(cls, pairs: dict[str, str]) -> Envelope | None:
        """From the wire; None where it carries no turn, numbers are clamped."""
        given = {k.removeprefix(PREFIX): v for k, v in pairs.items()}
        if f"{PREFIX}turn_id" not in pairs:
            return None
        return cls(
            turn_id=given["turn_id"],
            session_id=given.get("session_id", ""),
            seq=_number(given.get("seq", "0")),
            attempt=max(1, _number(given.get("attempt", "1"))),
            remaining=_number(given.get("remaining_ms", "0")) / 1000,
            reserve=_number(given.get("reserve_ms", "0")) / 1000,
            wait=max(0, _number(given.get("wait_ms", ""), round(LATE * 1000))) / 1000,
            traceparent=given.get("traceparent", ""),
            region_policy=given.get("region_policy", ""),
            data_class=given.get("data_class", ""),
            idempotency_key=given.get("idempotency_key", ""),
        )

    def again(self, *, remaining: float) -> Envelope:
        """The next attempt at the same turn."""
        return replace(self, attempt=self.attempt + 1, remaining=remaining)


PREFIX = "voiceagent."
"""Of our keys in `metadata`."""
LARGEST = 86_400_000
"""No number of an envelope is larger: a day in milliseconds."""


def _number(text: str, otherwise: int = 0) -> int:
    try:
        return max(-LARGEST, min(LARGEST, int(text)))
    except ValueError:
        return otherwise


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """A piece of the answer, to be said."""

    text: str


@dataclass(frozen=True, slots=True)
class HeardAs:
    """What the remote's recogniser made of the audio."""

    text: str


@dataclass(frozen=True, slots=True)
class RemoteTool:
    """The remote wants a tool of ours to run."""

    call_id: str
    name: str
    arguments: str
    """JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer is complete."""

    model: str = ""
    region: str = ""
    sources: tuple[str, ...] = ()
    """Where the answer stands, for the screen."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    """None: not told."""
    metadata: dict[str, str] = field(default_factory=dict)


Piece = AnswerWords | HeardAs | RemoteTool | Answered


class Remote(Protocol):
    """A larger tier. All methods run on the loop and never block it."""

    name: str
    """For the trace: `region`, `cloud`, a model's name."""

    @property
    def link(self) -> LinkState:
        """Whether a request would go out at once."""
        ...

    @property
    def region(self) -> str:
        """The region that the remote has proved to stand in; empty: none."""
        ...

    @property
    def trouble(self) -> RemoteFailed | None:
        """Why it lets nobody ask, where it has said so."""
        ...

    def ask(self, payload: Payload, envelope: Envelope) -> AsyncGenerator[Piece, None]:
        """The answer as it comes; `Answered` is the last piece.

        Raises `RemoteFailed` where it is refused, broken off or garbled. Closing the
        iterator (or cancelling its task) sends a cancel and frees the slot.
        """
        ...

    def nudge(self) -> None:
        """Somebody waits: look now whether there is a way, where there is none."""
        ...

    async def heard(self, turn_id: str, text: str) -> None:
        """The user heard only `text` of that answer: its memory is cut there."""
        ...

    async def answer_tool(self, turn_id: str, call_id: str, output: str) -> None:
        """What a tool gave; the answer then goes on in the same iterator."""
        ...

    async def run(self) -> None:
        """Keep the way open until cancelled."""
        ...
