"""What a session at work needs: a socket, and what all sessions of a server share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from voiceagent.clock import now
from voiceagent.door.holdings import Holdings
from voiceagent.door.loop_share import LoopShare
from voiceagent.region.backend import Backend
from voiceagent.region.fair_desk import Whose
from voiceagent.region.memory import Memory
from voiceagent.region.metrics import Metrics
from voiceagent.region.notary import Notary
from voiceagent.region.slots import AnswerSlots

__all__ = [
    "Detector",
    "HeardEdge",
    "Observe",
    "Recogniser",
    "Services",
    "Socket",
    "unseen",
]

Observe = Callable[[str, datetime, datetime, Mapping[str, str]], None]
"""Trace context, start, end and facts of a response that is over."""


def unseen(
    traceparent: str, began: datetime, ended: datetime, facts: Mapping[str, str]
) -> None:
    """Where no collector is configured."""


class Socket(Protocol):
    """As much of a websocket as a session needs."""

    async def send(self, message: str) -> None:
        """A text frame."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """The closing handshake."""
        ...


Recogniser = Callable[[bytes, Whose], Awaitable[str]]
"""24 kHz PCM16 to words; whoever has been heard least is heard next."""


@dataclass(frozen=True, slots=True)
class HeardEdge:
    """Speech begins, or a turn is over."""

    begins: bool
    at: float
    """Second since the detector was made: the first of the speech, or the one after
    all that belongs to the turn."""
    spoken: bool = True
    """Of the end: whether anything was said."""


class Detector(Protocol):
    """Finds turns in the audio of one session."""

    def push(self, pcm: bytes) -> Iterable[HeardEdge]:
        """24 kHz PCM16 in, its turns out, whatever pieces it comes in."""
        ...

    def cut(self) -> Iterable[HeardEdge]:
        """A turn ends here, by somebody else's word; speech that goes on begins the
        next one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What all sessions of a server share."""

    backend: Backend
    memory: Memory
    metrics: Metrics
    slots: AnswerSlots
    region: str
    recogniser: Recogniser | None
    """None where there is none."""
    voice: Callable[[str], Awaitable[bytes]] | None
    """Words to 24 kHz PCM16; None where there is none."""
    paced: Callable[[bytes, float], Awaitable[bytes]] | None = None
    """24 kHz PCM16 so many times as fast at its own pitch; None: as it is said."""
    detector: Callable[[Mapping[str, Any]], Detector | None]
    """A new turn detector by the session's `turn_detection`; None: there is none."""
    observe: Observe
    """A response is over: for traces."""
    longest_answer: float = 300.0
    """Seconds that a response may take in all."""
    loop: LoopShare = field(default_factory=LoopShare)
    """Who may be worked for."""
    kept: Holdings = field(default_factory=Holdings)
    """Bytes that sessions keep, by subject or address."""
    sound: Holdings = field(default_factory=Holdings)
    """Seconds of sound that wait to be made out, in the same way."""
    notary: Notary | None = None
    """Who countersigns receipts; None: nobody."""

    def used(self, whose: str, seconds: float) -> None:
        """The loop worked so long for that subject."""
        self.loop.used(whose, seconds, now())
