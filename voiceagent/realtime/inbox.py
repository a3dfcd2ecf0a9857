"""The numbered events of a client of ours: each is taken once, none is passed over."""

from __future__ import annotations

from voiceagent.realtime.events import ClientEvent, ProtocolFault

__all__ = ["Inbox"]

EDGE = "edge_"
"""Our own clients number their events `edge_1`, `edge_2`, ..."""
DIGITS = 15
"""A longer number is none of ours."""


class Inbox:
    """What has been taken of a client so far."""

    def __init__(self, *, numbered: bool) -> None:
        """`numbered`: it is one of ours."""
        self._numbered = numbered
        self.received = 0
        """Number of the last event that was taken."""

    def is_new(self, event: ClientEvent) -> bool:
        """Whether it has not been taken yet; raises `ProtocolFault` where others before
        it were lost."""
        number = self._number(event)
        if number is None:
            return True
        if number <= self.received:
            return False
        if number > self.received + 1:
            raise ProtocolFault(
                "events_missing",
                "events were lost on the way",
                param=str(self.received + 1),
                event_id=event.event_id,
            )
        self.received = number
        return True

    def _number(self, event: ClientEvent) -> int | None:
        event_id = event.event_id or ""
        digits = event_id.removeprefix(EDGE)
        if not (self._numbered and event_id.startswith(EDGE) and digits.isdecimal()):
            return None
        return int(digits) if len(digits) <= DIGITS else None
