"""Where people pause inside a command, and for how long."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["LONGEST", "SHORTEST", "Pause", "plan", "seconds_of", "split_of", "tempo_of"]

SHORTEST, LONGEST = 0.2, 1.5
"""Seconds of a pause that is put in."""
MEDIAN, SPREAD = 0.45, 0.55
"""Log-normal over the pauses of one speaker."""
SPEAKERS = 0.3
"""Log-normal over speakers: some take twice as long as others."""
HOLDING = frozenset(
    "a an the my all of to for with and in at from on off some is set make".split()
)
"""Words that people stop after, looking for the next one."""
JOINING = frozenset("in to for with and at from on off as please".split())
"""Words that begin a new phrase: people breathe before them."""
HOW_MANY = (0.12, 0.45, 0.43)
"""Chances of no, one and two pauses."""
FILLED = 0.15
"""Chance that a synthetic speaker says "um" in the middle of a pause."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence after a word."""

    after: int
    """Index of that word."""
    seconds: float
    filled: bool = False
    """With a filler in the middle."""


def split_of(name: str) -> str:
    """`tune` or `test`, by the name of the recording or voice it is made from."""
    return ("tune", "test")[hashlib.sha256(name.encode()).digest()[0] & 1]


def tempo_of(random: np.random.Generator) -> float:
    """How much longer than others this speaker pauses."""
    return float(np.exp(SPEAKERS * random.standard_normal()))


def seconds_of(random: np.random.Generator, tempo: float) -> float:
    """Length of one pause; drawn again until it is a usual one."""
    while True:
        drawn = MEDIAN * tempo * np.exp(SPREAD * random.standard_normal())
        if SHORTEST <= drawn <= LONGEST:
            return float(drawn)


def plan(
    words: Sequence[str], random: np.random.Generator, *, fillers: bool = False
) -> list[Pause]:
    """Pauses of one speaker in one sentence, in order."""
    places = len(words) - 1
    many = min(int(random.choice(len(HOW_MANY), p=HOW_MANY)), max(0, places - 1))
    if not many:
        return []
    weights = np.array([_weight(*pair) for pair in zip(words, words[1:], strict=False)])
    chosen = random.choice(places, many, replace=False, p=weights / weights.sum())
    tempo = tempo_of(random)
    return [
        Pause(
            int(after),
            seconds_of(random, tempo),
            bool(fillers and random.random() < FILLED),
        )
        for after in sorted(chosen.tolist())
    ]


def _weight(before: str, after: str) -> float:
    """How likely a pause is between two words."""
    return 1.0 + 2.0 * (before in HOLDING) + 2.0 * (after in JOINING)
