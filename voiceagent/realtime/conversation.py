"""The items of a conversation in order, each knowing its true predecessor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from voiceagent.realtime.events import ProtocolFault
from voiceagent.realtime.items import Item

__all__ = ["Conversation"]


class Conversation:
    """Adds, finds, cuts and drops items."""

    def __init__(self, items: Iterable[Mapping[str, Any]], most: int) -> None:
        self.items: list[Item] = [dict(item) for item in items]
        self.dropped = 0
        """Oldest ones that went because there were too many."""
        self._most = most

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
        while len(self.items) > self._most:  # never the new one, wherever it stands
            del self.items[1 if self.items[0] is item else 0]
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
