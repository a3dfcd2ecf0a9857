"""The items of a conversation in order, each knowing its true predecessor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from voiceagent.realtime.events import ProtocolFault
from voiceagent.realtime.items import Item, item_size

__all__ = ["Conversation"]

OF_ITEM = 1000
"""Bytes of an item beside its text."""
RECOUNT = 16
"""Items after which the text of all is counted anew."""


class Conversation:
    """Adds, finds, cuts and drops items."""

    def __init__(
        self, items: Iterable[Mapping[str, Any]], most: int, most_bytes: int = 2 << 20
    ) -> None:
        """`most` items of `most_bytes` of text together."""
        self.items: list[Item] = [dict(item) for item in items]
        self.dropped = 0
        """Oldest ones that went because there were too many."""
        self._most, self._most_bytes = most, most_bytes
        self._bytes, self._counted = sum(map(item_size, self.items)), 0

    @property
    def size(self) -> int:
        """Bytes that all items take, about."""
        return self._bytes + OF_ITEM * len(self.items)

    def find(
        self,
        item_id: str,
        event_id: str | None = None,
        *,
        code: str = "item_not_found",
        param: str = "item_id",
    ) -> Item:
        """The item; raises `ProtocolFault`."""
        for item in reversed(self.items):
            if item["id"] == item_id:
                return item
        why = f"there is no item `{item_id[:80]}`"
        raise ProtocolFault(code, why, param=param, event_id=event_id)

    def has(self, item_id: str) -> bool:
        """Whether it is there."""
        return any(item["id"] == item_id for item in self.items)

    def holds(self, item: Item) -> bool:
        """Whether it is this very one that is there: its id may be another's by now."""
        return any(one is item for one in self.items)

    def add(self, item: Item, after: str | None, event_id: str | None = None) -> None:
        """Append, or put behind an item (`root`: at the head); raises
        `ProtocolFault`."""
        if after is None:
            self.items.append(item)
        elif after == "root":
            self.items.insert(0, item)
        else:
            place = self.items.index(
                self.find(after, event_id, param="previous_item_id")
            )
            self.items.insert(place + 1, item)
        self._bytes += item_size(item)
        self._counted += 1
        if self._counted % RECOUNT == 0:  # answers grow while they are written
            self._bytes = sum(map(item_size, self.items))
        while len(self.items) > 1 and (
            len(self.items) > self._most or self._bytes > self._most_bytes
        ):  # never the new one, wherever it stands
            oldest = self.items.pop(1 if self.items[0] is item else 0)
            self._bytes -= item_size(oldest)
            self.dropped += 1

    def before(self, item: Item) -> str | None:
        """The id of its predecessor; None at the head."""
        place = next(i for i, one in enumerate(self.items) if one is item)
        return self.items[place - 1]["id"] if place else None

    def remove(self, item: Item) -> None:
        """Take it out."""
        self.items.remove(item)

    def upto(self, item_id: str | None) -> Sequence[Item]:
        """A copy of the list as it stands."""
        return list(self.items)
