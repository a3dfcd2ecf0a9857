"""How somebody speaks: their pauses, and how far the sound has fallen since they did.

Fed one frame at a time, so that any chunking gives the same numbers. Pauses are kept
over the turns of a session: who takes their time once does so again.
"""

from __future__ import annotations

import math

from voiceagent.audio.frames import FRAME_SECONDS
from voiceagent.frontend.vad import NoiseLevel

__all__ = ["Pacing"]

TYPICAL = 0.45
"""Seconds of a usual pause inside a command."""
SHORTEST = 0.1
"""Seconds of silence that count as a pause; less is the closing of a consonant."""
DOUBT = 2.0
"""Pauses of a usual speaker that a new one is taken to have made already."""
MEMORY = 12.0
"""Pauses that the mean goes back over."""
LEARN = 0.1
"""Weight of the newest loud frame in the loudness of the speech."""
LEAST_RANGE = 12.0
"""dB between speech and noise floor below which a fall of the sound proves nothing."""
FALLEN = 0.7
"""Share of the way from the speech to the noise floor at which the sound has ended."""


class Pacing:
    """Pauses and loudness of the one who speaks."""

    def __init__(self) -> None:
        self._level = NoiseLevel()
        self.reset()

    speech: float
    """Seconds of speech in the open turn."""
    pauses: int
    """Pauses in the open turn after which speech went on."""
    hush: float
    """Seconds since the sound fell to the noise floor: known before a detector lets go
    of the speech; 0 while it is loud, and where the room is too loud to tell."""

    def reset(self) -> None:
        """Forget the speaker too."""
        self._level.reset()
        self._log_sum, self._count = 0.0, 0.0
        self.begin()

    def begin(self) -> None:
        """A turn opens; what is known of the speaker's pauses stays."""
        self.speech, self.pauses, self.hush = 0.0, 0, 0.0
        self._quiet = 0.0
        self._loud: float | None = None

    @property
    def tempo(self) -> float:
        """Natural logarithm of how much longer than usual this speaker pauses."""
        return self._log_sum / (self._count + DOUBT)

    @property
    def fall(self) -> float:
        """How far the sound has fallen, from the speech (0) to the noise floor (1)."""
        if self._loud is None:
            return 0.0
        height = max(self.clearness, LEAST_RANGE)
        return min(max((self._loud - self._level.level) / height, 0.0), 1.0)

    @property
    def clearness(self) -> float:
        """dB of the speech over the noise floor; 0 before there is any."""
        return 0.0 if self._loud is None else self._loud - self._level.floor

    def hear(self, pcm: bytes) -> None:
        """Take the next frame of the stream, whether a turn is open or not."""
        self._level.push(pcm)
        low = self.clearness >= LEAST_RANGE and self.fall >= FALLEN
        self.hush = self.hush + FRAME_SECONDS if low else 0.0

    def follow(self, speaking: bool) -> None:
        """Whether the frame just heard is speech of the open turn."""
        if not speaking:
            self._quiet += FRAME_SECONDS
            return
        if self.speech and self._quiet >= SHORTEST:
            self._went_on(self._quiet)
        self._quiet = 0.0
        self.speech += FRAME_SECONDS
        if not self.hush:
            self._learn(self._level.level)

    def _learn(self, level: float) -> None:
        before = level if self._loud is None else self._loud
        # Loud parts count more: the vowels are what the fall is measured from.
        self._loud = before + LEARN * (level - before) * (2.0 if level > before else 1)

    def _went_on(self, pause: float) -> None:
        self.pauses += 1
        keep = 1.0 if self._count < MEMORY else 1.0 - 1.0 / MEMORY
        self._log_sum = keep * self._log_sum + math.log(pause / TYPICAL)
        self._count = keep * self._count + 1.0
