"""The input audio of a session: collected, committed as an item, or forgotten.

Everything is told by samples of the input since the session began: a turn is cut where
it lies in the sound, whenever that is processed. Sound that belongs to no turn goes as
time goes.
"""

from __future__ import annotations

from collections.abc import Iterator

from voiceagent.realtime import events as ev
from voiceagent.realtime.events import ProtocolFault, decode_audio
from voiceagent.realtime.steps import (
    RATE,
    CutHere,
    Hear,
    Recognise,
    SessionStep,
    milliseconds,
)
from voiceagent.realtime.wire import Wire

__all__ = ["InputAudio"]

SHORTEST = 0.1
"""Seconds of audio that can be committed at least."""
LATE = 1.0
"""Seconds behind the sound at which a detector at most tells that speech has begun."""
PADDING_MS = 300
"""Milliseconds before the speech that belong to it, where nothing else is asked."""


class InputAudio:
    """What the user says, until it is a turn."""

    def __init__(self, wire: Wire, unheard: set[str]) -> None:
        """`unheard`: user items whose words are not known yet."""
        self.wire, self._unheard = wire, unheard
        self.item = ""
        """Id of the item that it will be, where that has been told already."""
        self._audio, self._start = bytearray(), 0
        self._odd = b""

    @property
    def samples(self) -> int:
        """Since the session began."""
        return self._start + len(self._audio) // 2

    @property
    def size(self) -> int:
        """Bytes of the audio that is kept."""
        return len(self._audio)

    @property
    def start(self) -> int:
        """Sample that the audio which is kept begins with."""
        return self._start

    def append(self, event: ev.Append) -> Iterator[SessionStep]:
        """More of it; raises `ProtocolFault`."""
        given = decode_audio(event.audio, event.event_id)
        detected = self.wire.settings.detection is not None
        self._look_for_room(0 if detected else len(given), event.event_id)
        pcm, at = self._decoded(given), self.samples
        self._audio += pcm
        if detected and pcm:
            yield Hear(pcm, at)

    def commit(self, event: ev.Commit) -> Iterator[SessionStep]:
        """The client says that it is a turn."""
        seconds = len(self._audio) / 2 / RATE
        if seconds < SHORTEST:
            raise ProtocolFault(
                "input_audio_buffer_commit_empty",
                "Error committing input audio buffer: buffer too small. Expected at "
                f"least 100ms of audio, but buffer only has {seconds * 1000:.2f}ms of "
                "audio.",
                event_id=event.event_id,
            )
        yield from self.committed(self.samples)
        yield from self._cut()

    def begin(self, at: float) -> None:
        """Speech begins at second `at`: an item will be made of it."""
        self.item = self.wire.new_id("item")
        self._drop(round(at * RATE) - self._padding)

    def committed(self, upto: int) -> Iterator[SessionStep]:
        """What lies before sample `upto` is a turn: an item whose words are not known
        yet. What comes after it is kept."""
        item_id = self.item or self.wire.new_id("item")
        size = 2 * max(0, min(upto, self.samples) - self._start)
        pcm, self.item = bytes(self._audio[:size]), ""
        self._drop(self._start + size // 2)
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

    def heard(self, at: float) -> None:
        """The detector has heard all before second `at`: what no turn needs goes."""
        if not self.item:
            self._drop(round((at - LATE) * RATE) - self._padding)

    def given_up(self, at: float) -> Iterator[SessionStep]:
        """Nobody has said anything for too long: the silence is a turn."""
        self.item, upto = self.wire.new_id("item"), round(at * RATE)
        yield self.wire.send(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=milliseconds(self._start),
            audio_end_ms=milliseconds(upto),
            item_id=self.item,
        )
        yield from self.committed(upto)

    def dropped(self) -> None:
        """What seemed to be speech was none."""
        self.item = ""

    def clear(self, event: ev.Clear) -> Iterator[SessionStep]:
        """Forget it."""
        self._drop(self.samples)
        self.item, self._odd = "", b""
        yield self.wire.send("input_audio_buffer.cleared")
        yield from self._cut()

    @property
    def _padding(self) -> int:
        detection = self.wire.settings.detection or {}
        padding = detection.get("prefix_padding_ms", PADDING_MS)
        return round(float(padding) / 1000 * RATE)

    def _look_for_room(self, more: int, event_id: str | None) -> None:
        """Where a detector hears, only what it has left of earlier audio counts."""
        most = self.wire.limits.audio_seconds
        if len(self._audio) + more > most * 2 * RATE:
            raise ProtocolFault(
                "input_audio_buffer_full",
                f"at most {most:.0f} s wait to be committed",
                event_id=event_id,
            )

    def _decoded(self, given: bytes) -> bytes:
        """PCM16 in whole samples; half of one waits for its other half."""
        kind = self.wire.settings.values["audio"]["input"]["format"]["type"]
        if kind != "audio/pcm":
            from voiceagent.realtime.companding import to_pcm

            return to_pcm(given, kind)
        pcm = self._odd + given
        whole = len(pcm) // 2 * 2
        self._odd = pcm[whole:]
        return pcm[:whole]

    def _cut(self) -> Iterator[SessionStep]:
        if self.wire.settings.detection is not None:
            yield CutHere()

    def _drop(self, upto: int) -> None:
        """Forget what lies before sample `upto`."""
        gone = max(0, min(upto, self.samples) - self._start)
        del self._audio[: 2 * gone]
        self._start += gone
