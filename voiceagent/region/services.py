"""What a session at work needs: a socket, and what all sessions of a server share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from voiceagent.region.backend import Backend
from voiceagent.region.memory import Memory
from voiceagent.region.metrics import Metrics

__all__ = ["Detector", "Services", "Socket"]


class Socket(Protocol):
    """As much of a websocket as a session needs."""

    async def send(self, message: str) -> None:
        """A text frame."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """The closing handshake."""
        ...


class Detector(Protocol):
    """Finds turns in the audio of one session."""

    def push(self, pcm: bytes) -> Iterable[tuple[bool, float]]:
        """24 kHz PCM16 in; whether speech begins or ends, and at which second."""
        ...


class Services(Protocol):
    """What all sessions of a server share."""

    backend: Backend
    memory: Memory
    metrics: Metrics
    region: str
    max_responses: int

    def observe(
        self, traceparent: str, began: datetime, facts: Mapping[str, str]
    ) -> None:
        """A response is over: for traces."""
        ...

    def recogniser(self) -> Callable[[bytes], Awaitable[str]] | None:
        """24 kHz PCM16 to words; None where there is none."""
        ...

    def voice(self) -> Callable[[str], Awaitable[bytes]] | None:
        """Words to 24 kHz PCM16; None where there is none."""
        ...

    def detector(self) -> Detector | None:
        """A new turn detector; None where there is none."""
        ...
