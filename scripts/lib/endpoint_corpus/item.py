"""One thing that is said, before it gets a room."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from lib.endpoint_corpus.sound import Sound

__all__ = ["Item", "seeded"]


@dataclass(frozen=True, slots=True)
class Item:
    """One sound before room and noise are added."""

    name: str
    origin: str
    """The recording or voice it is made from."""
    kind: str
    pack: str
    text: str
    """What is said, in spoken words; empty where it is not known."""
    sound: Sound
    pauses: int = 0


def seeded(name: str, seed: int) -> np.random.Generator:
    """Its own random numbers for each item, whatever else is built."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
