"""What is trained, how long, and how fast."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .datasets import Example
from .lessons import Labels
from .standing import StandingFile

__all__ = ["Plan", "Task"]

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """What one set of heads learns."""

    name: str
    labels: Labels
    examples: Sequence[Example]
    share: float = 1.0
    """Epochs of this task for each epoch of the plan."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast; the defaults are those of the shipped model."""

    epochs: int = 4
    batch: int = 64
    rate: float = 1.5e-4
    """Learning rate of the top layer."""
    layer_decay: float = 0.85
    head_rate: float = 3e-3
    frozen: int = 3
    """How many of the lowest layers stay as they are."""
    dropout: float = 0.1
    weight_decay: float = 0.01
    smoothing: float = 0.05
    slot_weight: float = 1.0
    average: float = 0.995
    noise: Callable[[Example, random.Random], Example] | None = None
    """Makes a variant of an example."""
    variants: int = 1
    """How many variants of each example there are."""
    noisy: float = 0.5
    """Share of examples that are seen as variants."""
    seed: int = 1
    report: Callable[[int, Tree], None] | None = field(default=None)
    """Called after every epoch with the averaged weights."""
    kept: StandingFile | None = None
    """Where it is kept how far it came."""
