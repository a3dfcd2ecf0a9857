"""What everything in a server session shares: numbers, items, the ring, the memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from voiceagent.realtime.conversation import Conversation
from voiceagent.realtime.events import ProtocolFault
from voiceagent.realtime.items import Item
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.outbox import Ring
from voiceagent.realtime.settings import SessionSettings
from voiceagent.realtime.steps import Keep, Send
from voiceagent.realtime.weight import weight

__all__ = ["Wire"]

RECENT = 64
"""Finished responses that can be given again."""


class Wire:
    """Makes server events and remembers those that were sent."""

    def __init__(
        self,
        *,
        session_id: str,
        conversation: str,
        model: str,
        limits: Limits,
        items: Iterable[Mapping[str, Any]],
        answered: Mapping[str, Mapping[str, Any]],
        ring: bool,
        transcribes: bool = False,
    ) -> None:
        """`ring`: whether sent events are kept for a client that was cut off."""
        self.id, self.conversation, self.limits = session_id, conversation, limits
        self.settings = SessionSettings(
            session_id, model, limits, transcribes=transcribes
        )
        self.items = Conversation(items, limits.items, limits.conversation_bytes)
        self.remember(answered)
        self.full = ""
        """Why nothing more may be kept here; empty: it may."""
        self.ring = Ring(limits.ring_events, limits.ring_bytes) if ring else None
        self._numbers = dict.fromkeys(("event", "item", "resp"), 0)

    @property
    def size(self) -> int:
        """Bytes that are kept of it, about."""
        ring = self.ring.size if self.ring is not None else 0
        again = sum(self._sizes.values())
        return self.items.size + ring + self.settings.size + again

    def send(self, type: str, **fields: Any) -> Send:
        """A server event with its number."""
        number = self._numbers["event"] = self._numbers["event"] + 1
        event = {"type": type, "event_id": f"event_{number}", **fields}
        if self.ring is not None:
            self.ring.keep(number, event)
        return Send(event)

    def remember(self, answered: Mapping[str, Mapping[str, Any]]) -> None:
        """Finished responses by idempotency key, as an earlier session kept them."""
        self.answered = dict(answered)
        self._sizes = {key: weight(record) for key, record in answered.items()}

    def finished(self, key: str, record: Mapping[str, Any]) -> None:
        """A response that can be given again; the newest do."""
        self.answered[key], self._sizes[key] = record, weight(record)
        while len(self.answered) > RECENT:
            oldest = next(iter(self.answered))
            del self.answered[oldest], self._sizes[oldest]

    def new_id(self, kind: str) -> str:
        """`item_SESSION_3`."""
        self._numbers[kind] += 1
        return f"{kind}_{self.id}_{self._numbers[kind]}"

    def error(self, fault: ProtocolFault, kind: str = "invalid_request_error") -> Send:
        """A fault as the client is told of it."""
        return self.send(
            "error",
            error={
                "type": kind,
                "code": fault.code,
                "message": fault.message,
                "param": fault.param,
                "event_id": fault.event_id,
            },
        )

    def item_event(self, what: str, item: Item) -> Send:
        """`conversation.item.added` or `.done`."""
        return self.send(
            f"conversation.item.{what}",
            previous_item_id=self.items.before(item),
            item=dict(item),
        )

    def keep(self) -> Keep:
        """The conversation as it is to be written down."""
        whole = tuple(dict(i) for i in self.items.items if i["status"] != "in_progress")
        return Keep(
            conversation=self.conversation,
            items=whole,
            answered=dict(self.answered),
        )
