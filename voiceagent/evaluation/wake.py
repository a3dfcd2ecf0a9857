"""How often a wake word is missed, how often something else is taken for it.

Every recording is padded with silence, 0.5 s before and 1 s after, as a live stream
would surround it. Wanted words may be mixed with noise at a given ratio; what must not
wake, and noise, are heard as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voiceagent.audio.arrays import Samples
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE, Reframer
from voiceagent.audio.kinds import is_sound_name
from voiceagent.clock import cpu_seconds
from voiceagent.errors import UsageError
from voiceagent.frontend.wake import WakeGate, WakeHit, WakeRule, WakeWord
from voiceagent.replay.mixing import mix

__all__ = ["WakeReport", "evaluate_wake", "find_recordings", "hits_in", "padded"]

BEFORE, AFTER = RATE // 2, RATE


@dataclass(frozen=True, slots=True)
class WakeReport:
    """What a detector and its gate are worth on a set of recordings."""

    engine: str
    word: str
    positives: int
    misses: int
    miss_rate: float
    missed: list[str]
    """Files."""
    negatives: int
    false_accepts: int
    falsely_accepted: list[str]
    """Files, once for each hit."""
    hours: float
    """Of audio that must not wake."""
    false_accepts_per_hour: float
    per_hour_bound: float
    """Upper end of the rate at 95 % certainty: with none in T hours it is 3 / T."""
    snr_db: float | None
    cpu: float
    """Processor seconds per second of audio."""

    def to_json(self) -> dict[str, Any]:
        """Fields by name."""
        return asdict(self)


def evaluate_wake(
    make_engine: Callable[[], WakeWord],
    *,
    word: str,
    positives: Iterable[Path],
    negatives: Iterable[Path] = (),
    rules: Mapping[str, WakeRule],
    refractory: float = 1.0,
    noise: Path | None = None,
    snr_db: float | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> WakeReport:
    """Files or folders of recordings with the word and without it; `noise` is mixed
    into those with it, `snr_db` below them. Raises `UsageError`, `AudioFileError`."""
    if (noise is None) != (snr_db is None):
        raise UsageError("noise and its ratio go together", hint="give both or neither")
    wanted, others = find_recordings(positives), find_recordings(negatives)
    if not wanted:
        raise UsageError(
            f"there are no recordings of `{word}`", hint="check the folder"
        )
    run = WakeRun(make_engine(), WakeGate(rules, refractory=refractory), word)
    random = np.random.default_rng(seed)
    ground = None if noise is None else read_audio(noise).samples
    missed, accepted, seconds = [], [], 0.0
    for index, path in enumerate(wanted + others):
        samples = read_audio(path).samples
        if index >= len(wanted):
            accepted += [path.name] * len(run.hits(samples))
            seconds += len(samples) / RATE
        elif not run.hits(noisy(samples, ground, snr_db, random)):
            missed.append(path.name)
        progress(index + 1, len(wanted) + len(others))
    hours = seconds / 3600
    return WakeReport(
        engine=run.engine.name,
        word=word,
        positives=len(wanted),
        misses=len(missed),
        miss_rate=len(missed) / len(wanted),
        missed=missed,
        negatives=len(others),
        false_accepts=len(accepted),
        falsely_accepted=accepted,
        hours=hours,
        false_accepts_per_hour=len(accepted) / hours if hours else 0.0,
        per_hour_bound=rate_bound(len(accepted), hours),
        snr_db=snr_db,
        cpu=run.spent / run.heard,
    )


class WakeRun:
    """One engine over many recordings, and what it cost."""

    def __init__(self, engine: WakeWord, gate: WakeGate, word: str) -> None:
        if word not in engine.words:
            raise UsageError(
                f"`{engine.name}` does not listen for `{word}`",
                cause=f"it listens for {', '.join(engine.words)}",
                hint="name one of its words",
            )
        self.engine, self._gate, self._word = engine, gate, word
        self.spent = 0.0
        """Processor seconds."""
        self.heard = 0.0
        """Seconds of audio, padding included."""

    def hits(self, samples: Samples) -> list[WakeHit]:
        """Hits of the word in a recording, padded."""
        stream = padded(samples)
        self.engine.reset()
        self._gate.reset()
        began = cpu_seconds()
        hits = hits_in(self.engine, self._gate, stream)
        self.spent += cpu_seconds() - began
        self.heard += len(stream) / RATE
        return [hit for hit in hits if hit.word == self._word]


def hits_in(engine: WakeWord, gate: WakeGate, samples: Samples) -> list[WakeHit]:
    """All hits in a stream; the last piece is filled up with silence."""
    reframer, hits = Reframer(), []
    frames = list(reframer.feed(samples.astype("<i2").tobytes()))
    for frame in frames + list(reframer.flush()):
        hit = gate.push(engine.push(frame.pcm), frame.end)
        if hit is not None:
            hits.append(hit)
    return hits


def padded(samples: Samples) -> Samples:
    """With 0.5 s of silence before and 1 s after."""
    return np.concatenate(
        [np.zeros(BEFORE, np.int16), samples, np.zeros(AFTER, np.int16)]
    )


def noisy(
    samples: Samples,
    noise: Samples | None,
    snr_db: float | None,
    random: np.random.Generator,
) -> Samples:
    """Mixed with noise, if there is any."""
    if noise is None or snr_db is None:
        return samples
    return mix(samples, noise, snr_db=snr_db, offset=int(random.integers(len(noise))))


def rate_bound(count: int, hours: float) -> float:
    """One-sided 95 % bound of a rate, by the normal form of the Poisson quantile
    (Wilson and Hilferty: within 1 % for all counts); infinite for no hours."""
    if hours <= 0:
        return float("inf")
    n = count + 1
    return float(n * (1 - 1 / (9 * n) + 1.645 / (3 * np.sqrt(n))) ** 3 / hours)


def find_recordings(places: Iterable[Path]) -> list[Path]:
    """All recordings in files and folders, each once, in order of name."""
    found: dict[Path, None] = {}
    for place in places:
        inside = filter(is_sound_name, sorted(place.rglob("*")))
        found |= dict.fromkeys(inside if place.is_dir() else [place])
    return list(found)
