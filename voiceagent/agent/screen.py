"""What the events of a session so far leave on a screen."""

from __future__ import annotations

from collections import deque

from voiceagent import __version__
from voiceagent.port import Captions, Snapshot
from voiceagent.trace.events import (
    Degraded,
    PartialTranscript,
    ReplyReady,
    SessionStarted,
    Transcript,
    TurnCancelled,
    TurnFinished,
    TurnStarted,
)
from voiceagent.trace.trace import Record

__all__ = ["ScreenState"]

TROUBLES = 20
"""Degradations that a snapshot names; older ones are in the trace."""


class ScreenState:
    """What the events so far leave on a screen."""

    def __init__(self) -> None:
        self.seq = 0
        self.captions = Captions()
        self.engines: dict[str, str] = {}
        self.source = ""
        self.degraded: deque[str] = deque(maxlen=TROUBLES)
        self.budget_ms = 0.0
        self.last_ms: float | None = None
        self.last_met: bool | None = None

    def take(self, record: Record) -> None:
        """One event more."""
        self.seq += 1
        event, now = record.event, self.captions
        match event:
            case SessionStarted():
                self.engines, self.source = dict(event.engines), event.source
                self.budget_ms = event.budget_ms
            case TurnStarted():
                self.captions = Captions(turn=event.turn)
            case PartialTranscript() if event.turn == now.turn:
                self.captions = Captions(turn=now.turn, tentative=event.pii_text)
            case Transcript():
                self.captions = Captions(turn=event.turn, heard=event.pii_text)
            case TurnCancelled() if event.turn == now.turn:
                self.captions = Captions(turn=now.turn, heard=now.heard, said=now.said)
            case ReplyReady():
                said = event.pii_text
                self.captions = Captions(turn=event.turn, heard=now.heard, said=said)
            case TurnFinished():
                self.last_ms = event.latency_ms["response"]
                self.last_met = event.budget_met
            case Degraded():
                self.degraded.append(f"{event.what}: {event.why}")
            case _:
                return

    def snapshot(
        self, *, state: str, muted: bool = False, volume: int = 0, patience: float = 1.0
    ) -> Snapshot:
        """What a screen shows that is switched on now."""
        return Snapshot(
            seq=self.seq,
            state=state,
            muted=muted,
            captions=self.captions,
            engines=self.engines,
            volume=volume,
            patience=patience,
            source=self.source,
            version=__version__,
            degraded=list(self.degraded),
            budget_ms=self.budget_ms,
            last_ms=self.last_ms,
            last_met=self.last_met,
        )
