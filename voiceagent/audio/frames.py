"""Audio in fixed pieces: what every stage of the front end is fed.

Audio time is the sample count: a frame knows the index of its first sample, and
nothing downstream asks a clock. Any chunking of the same bytes gives the same frames.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "FRAME_BYTES",
    "FRAME_SAMPLES",
    "FRAME_SECONDS",
    "RATE",
    "AudioFrame",
    "PreRoll",
    "Reframer",
]

RATE = 16_000
"""Samples a second of all audio inside the pipeline: mono, signed 16-bit LE."""
FRAME_SECONDS = 0.02
FRAME_SAMPLES = 320
FRAME_BYTES = 640


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """20 ms of 16 kHz mono signed 16-bit little-endian audio."""

    pcm: bytes
    """Exactly `FRAME_BYTES` bytes."""
    start: int
    """Index of the first sample in the stream."""

    @property
    def t(self) -> float:
        """Seconds from the start of the stream to the first sample."""
        return self.start / RATE

    @property
    def end(self) -> int:
        """Index of the sample after the last one."""
        return self.start + FRAME_SAMPLES


class Reframer:
    """Turns bytes in any chunking into frames stamped by sample count."""

    def __init__(self, start: int = 0) -> None:
        self._rest = bytearray()
        self._next = start

    def feed(self, pcm: bytes) -> Iterator[AudioFrame]:
        """Yield every frame that `pcm` completes."""
        self._rest += pcm
        while len(self._rest) >= FRAME_BYTES:
            frame = AudioFrame(bytes(self._rest[:FRAME_BYTES]), self._next)
            del self._rest[:FRAME_BYTES]
            self._next += FRAME_SAMPLES
            yield frame

    def flush(self) -> Iterator[AudioFrame]:
        """Yield the rest, filled up with silence, so that no sample is lost."""
        if self._rest:
            yield from self.feed(bytes(FRAME_BYTES - len(self._rest)))


class PreRoll:
    """Keeps the last seconds of audio, so that no first word is lost."""

    def __init__(self, seconds: float) -> None:
        self._frames: deque[AudioFrame] = deque(
            maxlen=max(1, round(seconds / FRAME_SECONDS))
        )

    def push(self, frame: AudioFrame) -> None:
        """Remember `frame`, forgetting the oldest one when full."""
        self._frames.append(frame)

    def since(self, sample: int) -> list[AudioFrame]:
        """The kept frames that end after stream position `sample`, oldest first."""
        return [frame for frame in self._frames if frame.end > sample]

    def clear(self) -> None:
        """Forget everything."""
        self._frames.clear()
