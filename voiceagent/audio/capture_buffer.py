"""Between the sound card's thread and the loop: one bounded buffer, nothing uncounted.

The card must never wait, so a full buffer forgets its oldest samples. It remembers how
many they were and where, so that silence can take their place: samples in are always
samples out plus samples reported lost, in order.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np

from voiceagent.audio.resample import as_float

__all__ = ["SILENT", "CaptureBuffer", "InputClock", "Level", "Lost", "level"]

FLOOR = -100.0
"""dBFS shown for digital silence; 16-bit sound ends at -90."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A place where sound is missing."""

    samples: int
    cause: str
    """`overflow`: the device dropped it; `slow`: we did, nobody took it in time."""


class CaptureBuffer:
    """Holds the newest `capacity` samples until they are taken; safe across threads."""

    def __init__(self, capacity: int) -> None:
        """`capacity`: samples; raises ValueError below 1."""
        if capacity < 1:
            raise ValueError("a capture buffer must hold at least one sample")
        self.capacity = capacity
        self.dropped = 0
        """Samples forgotten so far because nobody took them."""
        self.peak = 0
        """The most samples that ever waited."""
        self._items: deque[bytes | Lost] = deque()
        self._held = 0
        self._forgotten = 0
        self._lock = threading.Lock()

    def push(self, pcm: bytes, *, lost: int = 0) -> bool:
        """Append a block that follows `lost` missing samples; True: it was empty."""
        with self._lock:
            idle = not self._items and not self._forgotten
            if lost > 0:
                self._items.append(Lost(lost, "overflow"))
            if pcm:
                self._items.append(pcm)
                self._held += len(pcm) // 2
            while self._held > self.capacity:
                self._forget(self._held - self.capacity)
            self.peak = max(self.peak, self._held)
            return idle

    def _forget(self, excess: int) -> None:
        """Give up to `excess` of the oldest samples for lost."""
        oldest = self._items.popleft()
        if isinstance(oldest, Lost):
            self._forgotten += oldest.samples
            return
        gone = min(excess, len(oldest) // 2)
        if gone < len(oldest) // 2:
            self._items.appendleft(oldest[2 * gone :])
        self._held -= gone
        self._forgotten += gone
        self.dropped += gone

    def take(self) -> list[bytes | Lost]:
        """Everything that waits, oldest first; empty when there is nothing."""
        with self._lock:
            items: list[bytes | Lost] = list(self._items)
            if self._forgotten:
                items.insert(0, Lost(self._forgotten, "slow"))
            self._items.clear()
            self._held = self._forgotten = 0
            return items


class InputClock:
    """How much a device lost when it says that it lost something.

    Only its own time stamps know. Some drivers raise the flag at every block: then the
    stamps run on without a hole and nothing is taken for lost.
    """

    def __init__(self, rate: float) -> None:
        self.overflows = 0
        """Times the device reported a loss."""
        self._rate = rate
        self._expected: float | None = None

    def lost(self, at: float, frames: int, *, overflowed: bool) -> int:
        """Samples missing before a block of `frames` that began `at` (seconds)."""
        expected, self._expected = self._expected, at + frames / self._rate
        if not overflowed:
            return 0
        self.overflows += 1
        missing = 0 if expected is None else round((at - expected) * self._rate)
        # Stamps jitter by less than a block; a minute is a stamp that cannot be right.
        return missing if frames // 2 < missing < 60 * self._rate else 0


@dataclass(frozen=True, slots=True)
class Level:
    """Loudness of a short piece, in dB below full scale (0 is the loudest)."""

    peak: float
    rms: float


SILENT = Level(FLOOR, FLOOR)
"""No sound at all."""


def level(pcm: bytes) -> Level:
    """Level of signed 16-bit little-endian sound."""
    if not pcm:
        return SILENT
    values = as_float(pcm)
    peak = float(np.abs(values).max())
    rms = float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
    return Level(_decibels(peak), _decibels(rms))


def _decibels(value: float) -> float:
    return max(FLOOR, 20 * float(np.log10(value))) if value > 0 else FLOOR
