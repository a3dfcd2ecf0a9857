"""Where the stream of audio stands against the loop's clock."""

from __future__ import annotations

from voiceagent.audio.frames import FRAME_SAMPLES, FRAME_SECONDS, RATE, AudioFrame
from voiceagent.clock import now

__all__ = ["AudioClock"]

DRIFT = 2e-4
"""Fastest that a sound card's clock may run against ours: twice the usual 100 ppm."""


class AudioClock:
    """Notes the pair of clocks once a frame; the earliest arrival tells the truth."""

    def __init__(self) -> None:
        self.end = 0
        """Sample after the last frame."""
        self.lost = 0.0
        """Seconds of sound that silence took the place of."""
        self._origin: float | None = None

    @property
    def running(self) -> bool:
        """Whether a frame has come."""
        return self._origin is not None

    @property
    def t(self) -> float:
        """Seconds of audio so far."""
        return self.end / RATE

    @property
    def frames(self) -> int:
        """Frames so far."""
        return self.end // FRAME_SAMPLES

    def note(self, frame: AudioFrame) -> None:
        """A frame has come now."""
        self.end = frame.end
        heard = now() - frame.end / RATE
        late = float("inf") if self._origin is None else self._origin
        self._origin = min(heard, late + FRAME_SECONDS * DRIFT)

    def loop_time(self, t: float) -> float:
        """The loop's time at second `t` of the audio."""
        return (self._origin or 0.0) + t
