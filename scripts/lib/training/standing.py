"""Where a training stands, kept in a file, so that it goes on where it was stopped.

What goes on is the same training: the weights, the running means of Adam, the chance
that drew the order of the epoch, the key of the dropout. A file that was kept of other
sentences, or of another plan, is not looked at.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Standing", "StandingFile", "mark_of"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A training that was stopped."""

    epoch: int
    done: int
    """Batches of this epoch that are behind it."""
    step: int
    chance: Any
    """State of the random numbers before the epoch was drawn."""
    key: Any
    state: Any
    """Weights and what the optimiser keeps, as plain arrays."""


class StandingFile:
    """One file of one training; the file appears whole or not at all."""

    def __init__(self, path: Path, mark: str, *, every: int = 100) -> None:
        """`mark`: of what is trained; `every`: steps after which it is kept."""
        self._path, self._mark, self.every = path, mark, every

    def load(self) -> Standing | None:
        """Where this training stands; None where it has not begun."""
        if not self._path.is_file():
            return None
        mark, standing = pickle.loads(self._path.read_bytes())
        return standing if mark == self._mark else None

    def save(self, standing: Standing) -> None:
        """Keep it instead of what was kept before."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".part")
        partial.write_bytes(pickle.dumps((self._mark, standing)))
        partial.replace(self._path)

    def drop(self) -> None:
        """The training has ended."""
        self._path.unlink(missing_ok=True)


def mark_of(parts: Iterable[object]) -> str:
    """The same for the same sentences and the same plan."""
    found = hashlib.sha256()
    for part in parts:
        found.update(repr(part).encode())
    return found.hexdigest()
