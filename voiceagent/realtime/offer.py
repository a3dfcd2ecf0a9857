"""What a client of ours is told of its session before anything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voiceagent.realtime.events import ReceiptsHead
from voiceagent.realtime.steps import Countersign, Send, SessionStep
from voiceagent.realtime.wire import Wire

__all__ = ["Offer"]


@dataclass(slots=True)
class Offer:
    """What a client of ours is told of its session."""

    opted_in: bool
    """Whether the client knows our own events."""
    token: str
    """Opens the session, or its conversation, again."""
    region: str
    resumable: float
    """Seconds that a cut session waits."""
    countersigns: bool
    """Whether the shell signs how far receipts reach."""

    def receipts(self, event: ReceiptsHead) -> Iterator[SessionStep]:
        """The client shows how far its receipts reach."""
        if self.opted_in and self.countersigns:
            yield Countersign(
                chain=event.chain,
                count=event.count,
                last=event.last,
                from_count=event.from_count,
                from_last=event.from_last,
            )

    def ready(self, wire: Wire) -> Send:
        """The event that says it."""
        return wire.send(
            "voiceagent.session.ready",
            session_id=wire.id,
            conversation=wire.conversation,
            resume_token=self.token,
            region=self.region,
            resumable_seconds=self.resumable,
            countersigns=self.countersigns,
        )
