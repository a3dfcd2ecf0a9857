"""The input audio of a session: collected, committed as an item, or forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from voiceagent.realtime import events as ev
from voiceagent.realtime.events import ProtocolFault, decode_audio
from voiceagent.realtime.steps import Hear, Recognise, SessionStep
from voiceagent.realtime.wire import Wire

__all__ = ["InputAudio"]

RATE = 24_000
SHORTEST = 0.1
"""Seconds of audio that can be committed at least."""


class InputAudio:
    """What the user says, until it is a turn."""

    def __init__(self, wire: Wire, unheard: set[str]) -> None:
        """`unheard`: user items whose words are not known yet."""
        self.wire, self._unheard = wire, unheard
        self.samples = 0
        """Since the session began."""
        self.item = ""
        """Id of the item that it will be, where that has been told already."""
        self._audio = bytearray()

    def append(self, event: ev.Append) -> Iterator[SessionStep]:
        """More of it; raises `ProtocolFault`."""
        pcm = decode_audio(event.audio, event.event_id)
        kind = self.wire.settings.values["audio"]["input"]["format"]["type"]
        if kind != "audio/pcm":
            from voiceagent.realtime.companding import to_pcm

            pcm = to_pcm(pcm, kind)
        if len(pcm) % 2:
            raise ProtocolFault(
                "invalid_audio",
                "PCM16 has two bytes a sample",
                param="audio",
                event_id=event.event_id,
            )
        if len(self._audio) + len(pcm) > self.wire.limits.audio_seconds * 2 * RATE:
            raise ProtocolFault(
                "input_audio_buffer_full",
                f"at most {self.wire.limits.audio_seconds:.0f} s wait to be committed",
                event_id=event.event_id,
            )
        self._audio += pcm
        self.samples += len(pcm) // 2
        if self.wire.settings.detection is not None:
            yield Hear(pcm)

    def commit(self, event: ev.Commit) -> Iterator[SessionStep]:
        """The client says that it is a turn."""
        seconds = len(self._audio) / 2 / RATE
        if seconds < SHORTEST:
            raise ProtocolFault(
                "input_audio_buffer_commit_empty",
                f"{seconds * 1000:.0f} ms of audio are less than 100 ms",
                event_id=event.event_id,
            )
        yield from self.committed()

    def committed(self) -> Iterator[SessionStep]:
        """It is a turn: an item whose words are not known yet."""
        item_id = self.item or self.wire.new_id("item")
        pcm, self._audio, self.item = bytes(self._audio), bytearray(), ""
        content = [{"type": "input_audio", "transcript": None}]
        item = {
            "id": item_id,
            "object": "realtime.item",
            "type": "message",
            "role": "user",
            "status": "completed",
            "content": content,
        }
        self.wire.items.add(item, None)
        before = self.wire.items.before(item)
        yield self.wire.send(
            "input_audio_buffer.committed", item_id=item_id, previous_item_id=before
        )
        yield self.wire.item_event("added", item)
        self._unheard.add(item_id)
        yield Recognise(item_id, pcm)

    def clear(self, event: ev.Clear) -> Iterator[SessionStep]:
        """Forget it."""
        self._audio.clear()
        self.item = ""
        yield self.wire.send("input_audio_buffer.cleared")
