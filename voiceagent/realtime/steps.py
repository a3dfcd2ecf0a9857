"""What a server session wants its shell to do: values only, carried out in order.

The session decides, the shell acts: it owns the socket, the backend, the recogniser,
the voice and the memory. A shell that has carried out a step tells the session through
one of its methods, which gives the next steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.message import Message

__all__ = [
    "RATE",
    "Attach",
    "AwaitWords",
    "Cancel",
    "Close",
    "Countersign",
    "CutHere",
    "Hear",
    "Keep",
    "Recognise",
    "Respond",
    "Send",
    "SessionStep",
    "milliseconds",
]


RATE = 24_000
"""Samples a second of all PCM on the wire; the protocol knows no other."""


def milliseconds(samples: int) -> int:
    """How long that is, as the wire tells it."""
    return round(samples * 1000 / RATE)


@dataclass(frozen=True, slots=True)
class Send:
    """Send this server event; it already has its `event_id`."""

    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Respond:
    """Make a response and tell the session of every piece."""

    response_id: str
    messages: tuple[Message, ...]
    """The conversation as it is to be answered."""
    instructions: str = ""
    tools: tuple[Mapping[str, Any], ...] = ()
    max_tokens: int | None = None
    """None: as many as the backend likes."""
    must_call: bool = False
    """Whether one of the tools has to be called."""
    one_call: bool = False
    """Whether no more than one tool may be called at once."""
    spoken: bool = False
    """Whether audio is wanted, not text."""
    speed: float = 1.0
    """How fast it is said."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """As the client gave it, an envelope of ours among it."""


@dataclass(frozen=True, slots=True)
class AwaitWords:
    """A response has been asked for; it waits for the words of these user items, and
    the time until its deadline runs."""

    response_id: str
    items: tuple[str, ...]
    metadata: Mapping[str, str]
    """As the client gave it."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop making that response and free its slot."""

    response_id: str


@dataclass(frozen=True, slots=True)
class Recognise:
    """Tell the session what is said in this audio (PCM16 mono at `rate` Hz)."""

    item_id: str
    pcm: bytes
    rate: int = RATE


@dataclass(frozen=True, slots=True)
class Hear:
    """Audio for the turn detector; only where one is switched on.

    Carried out before the next event of the client is looked at. The shell answers with
    `speech_started`, `speech_stopped` and `heard`.
    """

    pcm: bytes
    start: int = 0
    """Sample of the input that it begins with."""
    rate: int = RATE


@dataclass(frozen=True, slots=True)
class CutHere:
    """The turn detector begins anew with the next sample; who speaks goes on speaking.
    Carried out like `Hear`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Write the conversation down before the next step is carried out."""

    conversation: str
    """Its id."""
    items: tuple[Mapping[str, Any], ...]
    """All of it, oldest first, as the wire shows them."""
    answered: Mapping[str, Mapping[str, Any]]
    """Finished responses by idempotency key, to give again instead of anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """This connection wants to go on with an earlier session (resume)."""

    session_id: str
    token: str
    last_event_id: str
    """The last server event that the client has."""
    event_id: str | None = None
    """The client's own id of this request, for errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Countersign:
    """Sign how far the receipts of this client reach, and tell the session of it."""

    chain: str
    count: int
    last: str
    """Signature of the last one."""
    from_count: int
    from_last: str
    """What was signed before, as the client knows it."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection with this websocket code."""

    code: int
    reason: str


SessionStep = (
    Send
    | Respond
    | AwaitWords
    | Cancel
    | Recognise
    | Hear
    | CutHere
    | Keep
    | Attach
    | Countersign
    | Close
)
