"""Events of the edge on their way: numbered, and kept until they have arrived.

Only a server of ours knows the numbers; on a cut line it is given what it lacks.
"""

from __future__ import annotations

from collections import OrderedDict

from voiceagent.realtime.items import WireEvent

__all__ = ["ClientOutbox"]

KEPT_BYTES = 3_000_000
"""Of events that may be wanted again: over 30 s of audio as base64."""
ENVELOPE = 300
"""Bytes of an event besides its audio, about."""


class ClientOutbox:
    """What was sent and may be wanted again."""

    def __init__(self) -> None:
        self.ours = False
        """Whether the server knows our own events."""
        self.dropped = 0
        """Events that may have been wanted again and were too many."""
        self._number = 0
        self._kept: OrderedDict[int, WireEvent] = OrderedDict()
        self._bytes = 0

    def numbered(self, event: WireEvent) -> WireEvent:
        """The event with its number, where the server knows of that."""
        if not self.ours:
            return event
        self._number += 1
        event["event_id"] = f"edge_{self._number}"
        self._kept[self._number] = event
        self._bytes += _size(event)
        while self._bytes > KEPT_BYTES:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= _size(gone)
            self.dropped += 1
        return event

    def lacking(self, last: int) -> list[WireEvent]:
        """What the server has not got, by the number of the last event it has."""
        return [event for number, event in self._kept.items() if number > last]

    def arrived(self) -> None:
        """Everything sent so far has: an answer came, or nobody waits."""
        self._kept.clear()
        self._bytes = 0

    def begin_anew(self, number: int) -> None:
        """The next events go to a session that knows nothing; it has had `number`."""
        self.ours, self._number = False, number
        self.arrived()


def _size(event: WireEvent) -> int:
    return len(event.get("audio", "")) + ENVELOPE
