"""A turn on its way to a larger tier: what is handed over, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from voiceagent.deadline import Deadline
from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.reading import Reading
from voiceagent.routing.breaker import Breaker
from voiceagent.routing.plan import Situation
from voiceagent.routing.remote import Remote
from voiceagent.routing.veto import VetoKind
from voiceagent.stt.protocol import Recognition

__all__ = [
    "DEVICE",
    "REFUSALS",
    "RemoteOutcome",
    "Handover",
    "RemoteLeg",
    "WhyNot",
    "why_nobody",
]

DEVICE = "device"
"""The leg that is no remote."""


class WhyNot(StrEnum):
    """Whether a turn has an answer, or why not."""

    ANSWERED = "answered"
    UNKNOWN = "unknown"
    """Nobody knows."""
    OFFLINE = "offline"
    """There is no way to whoever may know."""
    WITHHELD = "withheld"
    """The question may not leave the device."""
    UNBOOKED = "unbooked"
    """It could not be written down that it leaves, so it did not."""
    DEAR = "dear"
    """It would cost more than is allowed."""
    FAILED = "failed"
    """Whoever may know did not answer."""
    NO_ACCESS = "no-access"
    """It does not let this device in."""
    BUSY = "busy"
    """It has too much to do."""
    QUOTA = "quota"
    """What was paid for is used up."""
    MODEL_UNKNOWN = "model-unknown"
    """It has no model of that name."""
    SENDS_ELSEWHERE = "sends-elsewhere"
    """It names another host, which is not asked."""

    @classmethod
    def of(cls, code: str) -> WhyNot:
        """By the code of an error of a remote."""
        if code == LinkDown.code:
            return cls.OFFLINE
        return cls(code) if code in REFUSALS else cls.FAILED


REFUSALS = ("no-access", "busy", "quota", "model-unknown", "sends-elsewhere")
"""Codes of reasons that a remote has given itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A turn as far as it is known when somebody else may have to answer it."""

    turn: int
    recognition: Recognition
    deadline: Deadline
    audio: bytes = b""
    """What was said, 16 kHz PCM16; empty where it was typed."""
    act: Callable[[Intent], Awaitable[str]] | None = None
    """Does an intent that whoever answers asks for, once, and gives its sentence."""

    @property
    def letters(self) -> int:
        """Length of the question; what is only heard counts by its time."""
        return len(self.recognition.text) or len(self.audio) // 2_000

    @property
    def worth_asking(self) -> bool:
        """Whether there is anything that somebody else could make sense of."""
        return bool(self.recognition.text) or bool(self.audio)


@dataclass(slots=True)
class RemoteLeg:
    """One remote, and how it has behaved."""

    remote: Remote
    breaker: Breaker = field(default_factory=Breaker)
    model: str = ""
    """The name its price stands under."""
    refused: RemoteFailed | None = None
    """Why it refused the last question, where it has said so."""

    @property
    def trouble(self) -> RemoteFailed | None:
        """Why it lets nobody ask, as far as it has said so."""
        return self.remote.trouble or self.refused

    @property
    def name(self) -> str:
        """As in plans and traces."""
        return self.remote.name


@dataclass(slots=True)
class RemoteOutcome:
    """The outcome: a reading of the device, or words of a remote, or neither."""

    reading: Reading | None = None
    """What the device made of it, also where it declined."""
    leg: str = ""
    """Who answers; empty: nobody can."""
    words: str = ""
    """The first clause of a remote's answer."""
    more: AsyncIterator[str] | None = None
    reason: str = ""
    why_not: WhyNot = WhyNot.ANSWERED
    """Why nobody answers, where that is so."""
    refused: RemoteFailed | None = None
    """What whoever was asked gave as the reason, where it gave one."""


def why_nobody(situation: Situation) -> WhyNot:
    """Why nobody at all can be asked."""
    kinds = {veto.kind for leg in situation.legs for veto in leg.vetoes}
    if VetoKind.PRICE in kinds:
        return WhyNot.DEAR
    if kinds & {VetoKind.OFFLINE, VetoKind.RESTING}:
        return WhyNot.OFFLINE
    return WhyNot.WITHHELD if kinds else WhyNot.UNKNOWN
