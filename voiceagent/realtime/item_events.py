"""Items of a conversation at the wish of the client: made, shown, cut and removed."""

from __future__ import annotations

from collections.abc import Iterator

from voiceagent.realtime import events as ev
from voiceagent.realtime.answering import Answering
from voiceagent.realtime.events import ProtocolFault, decode_audio
from voiceagent.realtime.input_audio import SHORTEST
from voiceagent.realtime.items import Item, checked_item, take_audio
from voiceagent.realtime.steps import RATE, Recognise, SessionStep
from voiceagent.realtime.wire import Wire
from voiceagent.realtime.writer import Writer

__all__ = ["ItemEvents"]


class ItemEvents:
    """What a client does with the items of its conversation."""

    def __init__(self, wire: Wire, writer: Writer, answering: Answering) -> None:
        self._wire, self._writer, self._answering = wire, writer, answering

    def create(self, event: ev.ItemCreate) -> Iterator[SessionStep]:
        """One more; raises `ProtocolFault`."""
        try:
            yield from self._create(event)
        except ProtocolFault as fault:
            self._answering.item_refused(fault.message)
            raise

    def _create(self, event: ev.ItemCreate) -> Iterator[SessionStep]:
        item = checked_item(event.item, self._wire.limits, event.event_id)
        item["id"] = item["id"] or self._wire.new_id("item")
        if self._wire.items.has(item["id"]):
            known = self._wire.items.find(item["id"])
            if known["type"] != item["type"]:
                raise ProtocolFault(
                    "item_exists",
                    "another item has this id",
                    param="item.id",
                    event_id=event.event_id,
                )
            item = known  # sent again after a cut
        else:
            spoken = self._spoken(item, event.event_id)
            self._wire.items.add(item, event.previous_item_id, event.event_id)
            if spoken:
                yield self._wire.item_event("added", item)
                self._answering.unheard.add(item["id"])
                yield Recognise(item["id"], spoken)
                return
        yield self._wire.item_event("added", item)
        yield self._wire.item_event("done", item)

    def _spoken(self, item: Item, event_id: str | None) -> bytes:
        """The sound that it brings, as PCM16 at 24 kHz; empty where it brings none."""
        given = take_audio(item)
        if not given:
            return b""
        pcm = b"".join(decode_audio(part, event_id) for part in given)
        seconds = len(pcm) / 2 / RATE
        most = self._wire.limits.audio_seconds
        if len(pcm) % 2 or not SHORTEST <= seconds <= most:
            raise ProtocolFault(
                "invalid_audio",
                f"PCM16 of {SHORTEST} to {most:.0f} s at 24 kHz is heard",
                param="item.content",
                event_id=event_id,
            )
        return pcm

    def retrieve(self, event: ev.ItemRetrieve) -> Iterator[SessionStep]:
        """Show it; raises `ProtocolFault`."""
        item = self._wire.items.find(
            event.item_id, event.event_id, code="item_retrieve_invalid_item_id"
        )
        yield self._wire.send("conversation.item.retrieved", item=dict(item))

    def truncate(self, event: ev.ItemTruncate) -> Iterator[SessionStep]:
        """The user heard an answer only so far; raises `ProtocolFault`."""
        yield from self._writer.truncate(event)

    def delete(self, event: ev.ItemDelete) -> Iterator[SessionStep]:
        """Forget it; raises `ProtocolFault`."""
        item = self._wire.items.find(event.item_id, event.event_id)
        self._wire.items.remove(item)
        yield self._wire.keep()
        yield self._wire.send("conversation.item.deleted", item_id=event.item_id)
        yield from self._answering.forgotten(event.item_id)
