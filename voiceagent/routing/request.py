"""One question to one remote: whose it is, which attempt, and what it demands."""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.message import Message
from voiceagent.privacy.payload import Payload
from voiceagent.routing.handover import Handover, RemoteLeg
from voiceagent.routing.remote import LATE, Envelope, Remote
from voiceagent.trace.traceparent import TraceParent

__all__ = ["SPEAKING", "RemoteRequest", "Sender"]

SPEAKING = 0.09
"""Seconds from the first words of an answer to its first sample."""


@dataclass(frozen=True, slots=True)
class RemoteRequest:
    """A turn that one leg is asked to answer."""

    leg: RemoteLeg
    handover: Handover
    context: tuple[Message, ...] = ()
    """Earlier turns that may go along."""
    attempt: int = 1
    """Counted over all legs that are asked in this turn."""

    @property
    def turn(self) -> int:
        """The number of the turn."""
        return self.handover.turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks, and what is demanded of whoever answers."""

    session: str
    """Names the conversation in the region."""
    pin: str = ""
    """The only region that may answer; empty for any."""
    reserve: float = 0.08
    """Seconds before the deadline at which waiting is announced."""
    wait: float = LATE
    """Seconds after the deadline in which a late answer is still wanted."""

    def turn_id(self, turn: int) -> str:
        """The name of a turn in the region; the same in every attempt."""
        return f"{self.session}-{turn}"

    def trace(self, turn: int) -> TraceParent:
        """The trace that a turn belongs to on both sides."""
        return TraceParent.of(self.session, turn)

    def residence(self, remote: Remote) -> str:
        """Why a remote may not answer because of where it stands; empty: it may."""
        if self.pin and remote.region != self.pin:
            return f"region `{self.pin}` is not proved"
        return ""

    def envelope(self, request: RemoteRequest, payload: Payload) -> Envelope:
        """What goes with a question."""
        turn_id = self.turn_id(request.turn)
        return Envelope(
            turn_id=turn_id,
            session_id=self.session,
            seq=request.turn,
            attempt=request.attempt,
            remaining=request.handover.deadline.left - SPEAKING,
            reserve=self.reserve,
            wait=self.wait,
            traceparent=str(
                self.trace(request.turn).leg(request.leg.name, request.attempt)
            ),
            region_policy=self.pin,
            data_class=payload.data_class.value,
            idempotency_key=turn_id,
        )
