"""Events of handing a turn to a larger tier: plans, what left, and how it ended."""

from __future__ import annotations

from msgspec import Struct, field

from voiceagent.trace.events.base import Base

__all__ = [
    "Escalated",
    "HeardRemotely",
    "LegEnded",
    "LegSeen",
    "LinkChanged",
    "Planned",
    "RemoteAnswered",
    "RemoteToolRan",
    "Withheld",
]


class LegSeen(Struct, frozen=True, kw_only=True):
    """One leg as the plan saw it."""

    name: str
    vetoes: list[str] = field(default_factory=list)
    usual_ms: float = 0.0
    slow_ms: float = 0.0
    patience_ms: float = 0.0
    price: float | None = None
    """Expected price of one answer; None: unknown."""
    seen: int = 0
    """Answers behind the prediction."""


class Planned(Base, frozen=True, tag=True):
    """Who is asked and who stands by, with all that it was decided from."""

    order: list[str]
    reason: str
    left_ms: float
    legs: list[LegSeen]
    after_ms: float | None = None
    """When the second leg starts; None: only if the first one fails."""
    hedge: bool = True
    letters: int = 0
    """Length of the question."""


class Escalated(Base, frozen=True, tag=True):
    """A request left the device."""

    leg: str
    data_class: str
    task: str = ""
    bytes: int = 0
    """Of words and audio, before they were wrapped for the wire."""
    attempt: int = 1
    uncertain: bool = False
    receipt: str = ""
    trace: str = ""
    """W3C trace id of the turn, the same on both sides."""


class RemoteToolRan(Base, frozen=True, tag=True):
    """Whoever answers had a tool of the device run, or was refused."""

    leg: str
    intent: str
    """Name of the intent, or of the tool where there is no such one."""
    ok: bool
    why: str = ""
    """Why it was refused."""


class Withheld(Base, frozen=True, tag=True):
    """Nothing left the device, because it may not."""

    leg: str
    reason: str
    task: str = ""


class LegEnded(Base, frozen=True, tag=True):
    """How one leg of the race ended."""

    leg: str
    outcome: str
    """`won`, `declined`, `failed`, `cancelled` (another was first) or `given up`."""
    started_ms: float = 0.0
    """After the start of the race."""
    took_ms: float = 0.0
    """From its start to its first words, or to its end without any."""
    why: str = ""
    pii_cause: str = ""
    """What the other end said of it: its words, which may quote somebody."""


class HeardRemotely(Base, frozen=True, tag=True):
    """What the larger tier's recogniser made of the audio."""

    leg: str
    pii_text: str


class RemoteAnswered(Base, frozen=True, tag=True):
    """The answer of a larger tier is complete."""

    leg: str
    model: str = ""
    region: str = ""
    sources: list[str] = field(default_factory=list)
    """Where the answer stands."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_ms: float = 0.0
    """From the request to the last word."""
    price: float | None = None
    """What it cost; None: unknown."""
    currency: str = ""


class LinkChanged(Base, frozen=True, tag=True):
    """The way to a larger tier came up or went down."""

    leg: str
    state: str
    why: str = ""
