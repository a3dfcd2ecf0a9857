"""Which inputs of a microphone with several are heard: those with the speech.

As in a recording (`channels.py`), but learnt while it runs, from the loudness of the
last seconds; an offset has none. Until somebody has spoken the first input that is
alive is heard, or both of two that hear the same. What is heard while we play tells
nothing: an input that carries our own sound is dead when we are silent.

An input that speaks is left for a better one in a pause only, and one that was found
by speech is left only for speech that it does not hear. All follows from the blocks
alone; no sound is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from voiceagent.audio.arrays import Doubles, Samples
from voiceagent.audio.channels import (
    FAINT,
    PAUSE,
    SAME,
    Flags,
    choose_channels,
    pauses,
    speaking,
)
from voiceagent.audio.frames import RATE

__all__ = [
    "MAX_INPUTS",
    "InputChooser",
    "Mono",
    "Playing",
    "one_of",
    "settings",
    "silent",
]

Playing = Callable[[], bool]
"""Whether we are heard now; called on any thread."""
Mono = Callable[[bytes], bytes]
"""Makes one channel of a block with several."""
MAX_INPUTS = 32
MAX_LISTENED = 8
"""Of these the one with the speech is found; others must be asked for."""
KEPT = 200
"""Blocks of 20 ms whose loudness is known: the last four seconds."""
EVERY = 10
"""Blocks from one look at them to the next."""
LEAST = 50
"""Blocks before anybody is taken for speaking."""
ENOUGH = 25
"""Loud blocks that make speech."""
SURE = 0.1
"""Likeness to speech below which nobody speaks: noise and music have hardly any."""
REST = 50
"""Blocks without speech that are no part of a turn."""
ECHO = 25
"""Blocks after our own sound in which the room still has it."""
STILL = 3.0
"""Steps of a sample: loudness below this is that of a converter."""
CLEAR = 30.0
"""Loudness from which something is heard, where the input in use hears nothing."""
FAINTEST = 0.5
"""Loudness beside that of the loudest input where all are as faint as a converter."""


def silent() -> bool:
    """Nothing of ours is ever heard."""
    return False


def one_of(inputs: int, wanted: int) -> Mono:
    """Takes the input that is wanted, from 1, and never another one."""
    return lambda pcm: bytes(np.frombuffer(pcm, "<i2")[wanted - 1 :: inputs].tobytes())


def settings(inputs: int, wanted: int, rate: float) -> list[tuple[int, float]]:
    """How many inputs to open and at which rate, the best for us first. What a driver
    makes of one channel is its own choice, so that we take it where there are several;
    some drivers give all inputs or none."""
    every = min(inputs, MAX_INPUTS)
    listened = min(inputs, MAX_LISTENED)
    counts = (every, wanted) if wanted else (listened, 1, every)
    return [(count, of) for count in counts for of in (float(RATE), rate)]


class InputChooser:
    """Makes one channel of the blocks of several; for one thread at a time."""

    def __init__(
        self,
        inputs: int,
        playing: Playing = silent,
        *,
        start: tuple[int, ...] | None = None,
    ) -> None:
        """`start`: what is heard until more is known, inputs counted from 0."""
        self.inputs = inputs
        self.heard = start or (0,)
        """The inputs whose mean is taken."""
        self._playing = playing
        self._echo = 0
        self._rows: deque[Doubles] = deque(maxlen=KEPT)
        self._count = 0
        self._begun = start is not None
        self._known = False
        self._spoke: Flags = np.zeros(inputs, np.bool_)
        self._resting: Flags = np.zeros(inputs, np.bool_)
        self._next: tuple[int, ...] | None = None
        self._under: Doubles = np.full(inputs, STILL)
        """Loudness below which each input pauses."""

    def mono(self, pcm: bytes) -> bytes:
        """The channel that is heard of a block with all inputs."""
        block: Samples = np.frombuffer(pcm, "<i2").reshape(-1, self.inputs)
        if len(block):
            self._learn(block)
        mixed = [one for one in self.heard if not self._resting[one]]
        if len(mixed) == 1:
            return block[:, mixed[0]].tobytes()
        mean = np.rint(block[:, mixed].mean(axis=1))
        return bytes(mean.astype("<i2").tobytes())

    def _learn(self, block: Samples) -> None:
        row = np.append(block.std(axis=0), block.mean(axis=1).std())
        self._resting &= row[:-1] < CLEAR
        if not self._begun:
            self._begun = True
            self._first(row[np.newaxis])
        self._echo = ECHO if self._playing() else max(0, self._echo - 1)
        if self._echo:
            return
        self._rows.append(row)
        self._count += 1
        if self._count % EVERY == 0:
            self._judge(np.stack(self._rows))

    def _judge(self, rows: Doubles) -> None:
        """Look at the last seconds: `rows` are blocks, columns the inputs and, last,
        their mean."""
        if self._pauses():
            self._turn_to(self._next or self.heard)
        deaf = self._is_deaf(rows)
        recent = rows[-EVERY:] if deaf else rows
        if deaf or not (self._known or _alive(rows)[list(self.heard)].all()):
            self._first(recent)
        self._rest(rows)
        if len(rows) >= LEAST:
            self._listen(rows)

    def _rest(self, rows: Doubles) -> None:
        """Of two sides that are heard one that is still for long halves the other: it
        rests from a pause on until the block in which it is heard again."""
        heard = list(self.heard)
        quiet = bool((rows[-EVERY:, heard] < self._under[heard]).all())
        if len(heard) == 2 and quiet and len(rows) == KEPT:
            self._resting = ~_alive(rows)

    def _is_deaf(self, rows: Doubles) -> bool:
        """Whether something began that the inputs in use do not hear at all."""
        recent = rows[-EVERY:, :-1]
        usual = np.median(rows[:, :-1], axis=0)
        began = np.median(recent, axis=0) > np.maximum(CLEAR, 5 * usual)
        still = bool((recent[:, list(self.heard)] < STILL).all())
        return len(recent) == EVERY and still and bool(began.any())

    def _first(self, rows: Doubles) -> None:
        """Hear the first one that is alive, or both of two that hear the same."""
        alive = np.flatnonzero(_alive(rows))
        alike = self.inputs == 2 and len(alive) == 2 and _alike(rows)
        self._turn_to((0, 1) if alike else (int(alive[0]),))
        self._known = False

    def _listen(self, rows: Doubles) -> None:
        """Turn to those who speak, if anybody does."""
        loud = rows[:, :-1].T + np.random.default_rng(0).uniform(
            0, 0.01, (self.inputs, len(rows))
        )
        power = np.square(loud).mean(axis=1)
        live = power >= max(float(power.max()) * FAINT, 1.0)
        scores = np.array(
            [_speech(one) if on else 0.0 for one, on in zip(loud, live, strict=True)]
        )
        if scores.max() < SURE:
            return
        speak = speaking(live, scores, lambda among: loud[among])
        self._spoke = speak | (self._spoke & _alive(rows))
        under = np.percentile(loud, 95, axis=1) * 10 ** (-PAUSE / 20)
        self._under = np.where(speak, under, self._under)
        self._settle(self._best(rows, speak, power), rows, speak)

    def _best(self, rows: Doubles, speak: Flags, power: Doubles) -> tuple[int, ...]:
        """As for a recording; of two sides both, once each has spoken."""
        spoken = np.where(speak, power, 0.0)
        if self.inputs == 2:
            spoken = np.where(self._spoke & ~speak, power.max(), spoken)
        mean_power = float(np.square(rows[:, -1]).mean())
        return tuple(choose_channels(spoken, mean_power))

    def _settle(self, best: tuple[int, ...], rows: Doubles, speak: Flags) -> None:
        heard = list(self.heard)
        if not speak[heard].any():  # nothing of this turn was heard, so none is cut
            self._turn_to(best)
        elif self._next or not self._known:
            self._next = best
        self._known = True

    def _pauses(self) -> bool:
        """Whether nobody has spoken for a while into the inputs in use."""
        if self._next is None or len(self._rows) < REST:
            return False
        heard = list(self.heard)
        recent = np.stack(self._rows)[-REST:, heard]
        return bool((recent < self._under[heard]).all())

    def _turn_to(self, inputs: tuple[int, ...]) -> None:
        self.heard, self._next = inputs, None
        self._resting = np.zeros(self.inputs, np.bool_)


def _alive(rows: Doubles) -> Flags:
    """The inputs with a sound of their own, above that of a converter; where none has
    one, those that are not much fainter than the others."""
    level = np.sqrt(np.square(rows[:, :-1]).mean(axis=0))
    return np.asarray(level >= min(STILL, FAINTEST * float(level.max())))


def _alike(rows: Doubles) -> bool:
    """Whether two inputs hear the same, by the power of their mean."""
    one, other, mean = np.square(rows).mean(axis=0)
    product = 2 * mean - (one + other) / 2
    return bool(one * other > 0 and product >= SAME * np.sqrt(one * other))


def _speech(loud: Doubles) -> float:
    """How much like speech it is between its first and its last loud block: what only
    begins, or ends, has no pauses there."""
    most = float(np.percentile(loud, 95)) * 10 ** (-PAUSE / 20)
    among = np.flatnonzero(loud >= most)
    if most < STILL or len(among) < ENOUGH:
        return 0.0
    return pauses(loud[among[0] : among[-1] + 1])
