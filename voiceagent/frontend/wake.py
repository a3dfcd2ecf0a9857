"""Wake word: detectors give scores, one gate of ours decides."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from voiceagent.audio.frames import RATE

__all__ = ["WakeGate", "WakeHit", "WakeRule", "WakeVerifier", "WakeWord"]


class WakeWord(Protocol):
    """Always-on detector of one or several words; must be cheap."""

    name: str
    words: tuple[str, ...]
    """The words it listens for, such as `hey_jarvis`."""

    def push(self, pcm: bytes) -> Mapping[str, float]:
        """New probability 0..1 of each word after the next frame; a word without a
        new one since the frame before is left out."""
        ...

    def reset(self) -> None:
        """Forget all state, as if no frame had been seen."""
        ...


class WakeVerifier(Protocol):
    """Second opinion on a candidate; may be slow, is asked through `Compute`."""

    name: str

    def verify(self, word: str, pcm: bytes) -> float:
        """Highest probability 0..1 of `word` in `pcm`, the last seconds of audio."""
        ...


@dataclass(frozen=True, slots=True)
class WakeRule:
    """When the scores of one word are a hit; `window` counts scores, not frames."""

    threshold: float = 0.5
    """0..1; the mean of the window has to be above it."""
    window: int = 1
    """How many of the newest scores count; their period is the detector's own."""
    needed: int | None = None
    """If given: this many scores of the window above the threshold, not their mean."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.threshold <= 1.0:
            raise ValueError(f"threshold {self.threshold} is not between 0 and 1")
        needed = 1 if self.needed is None else self.needed
        if not 1 <= needed <= self.window:
            raise ValueError(f"needed {needed} of {self.window} scores")


@dataclass(frozen=True, slots=True)
class WakeHit:
    """A wake word was heard."""

    word: str
    score: float
    """Mean score of the window, 0..1."""
    t: float
    """Audio time of the decision: the end of the frame that completed it, seconds."""


class WakeGate:
    """Turns scores into hits: window, threshold and refractory time of each word."""

    def __init__(
        self, rules: Mapping[str, WakeRule], *, refractory: float = 1.0
    ) -> None:
        """`refractory`: seconds of audio after a hit in which no word hits again."""
        self._tracks = {word: Track(rule) for word, rule in rules.items()}
        self._refractory = round(refractory * RATE)
        self._quiet_until = 0

    def push(
        self, scores: Mapping[str, float], frame_end_sample: int
    ) -> WakeHit | None:
        """The hit that these scores complete; of several words the surest one."""
        hits = [
            WakeHit(word, self._tracks[word].mean, frame_end_sample / RATE)
            for word, score in scores.items()
            if word in self._tracks and self._tracks[word].push(score)
        ]
        if not hits or frame_end_sample < self._quiet_until:
            return None
        return self._take(max(hits, key=lambda hit: hit.score), frame_end_sample)

    def reset(self) -> None:
        """Forget scores and refractory time, as at the start of a stream."""
        self._quiet_until = 0
        for track in self._tracks.values():
            track.reset()

    def _take(self, hit: WakeHit, at: int) -> WakeHit:
        self._quiet_until = at + self._refractory
        for track in self._tracks.values():
            track.disarm()
        return hit


class Track:
    """The newest scores of one word, and whether it may hit."""

    def __init__(self, rule: WakeRule) -> None:
        self._rule = rule
        self._scores: deque[float] = deque(maxlen=rule.window)
        self._armed = True

    @property
    def mean(self) -> float:
        """Mean of the scores so far; missing ones count as zero."""
        return sum(self._scores) / self._rule.window

    def push(self, score: float) -> bool:
        """Whether the rule holds now and did not hold ever since the last hit."""
        self._scores.append(score)
        over = self._over()
        self._armed = self._armed or not over
        return over and self._armed

    def disarm(self) -> None:
        """Wait for the scores to fall: one word said once is one hit, however long
        its score stays up."""
        self._armed = not self._over()

    def reset(self) -> None:
        """Forget everything."""
        self._scores.clear()
        self._armed = True

    def _over(self) -> bool:
        rule = self._rule
        if rule.needed is None:
            return self.mean > rule.threshold
        return sum(score > rule.threshold for score in self._scores) >= rule.needed
