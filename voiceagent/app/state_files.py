"""What of a folder is our state: by name, so that nothing else is ever touched.

A folder may hold more than ours (`store.folder` is any folder), and what a newer
version keeps there is not known here: both stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voiceagent.app.config import Config
from voiceagent.app.region_server import home_of
from voiceagent.store import state_folder

__all__ = ["BOOKS", "KEYS", "KeptFile", "StateFolders", "is_key", "leftovers"]

BOOKS = (
    *("state.sqlite", "cost.sqlite", "region.sqlite", "heads.sqlite"),
    *("gateway.sqlite", "audit.sqlite"),
)
"""What is read while others write."""
KEYS = ("device.key", "region.key", "countersign.key", "audit.key")
PLAIN = re.compile(r"receipts(-\d{1,18})?\.jsonl|receipts\.(head|countersigned)")
SIDES = re.compile(
    r"(state|cost|region|heads|gateway|audit)\.sqlite-(wal|shm)"
    r"|(state|cost|region|heads|gateway|audit)\.corrupt-\d+(-wal|-shm)?"
    r"|(device|region|countersign|audit)\.key\.new|receipts\.(lock|head\.new)"
    r"|\.(state|cost|region|heads|gateway|audit|receipts|device|countersign)[\w.-]*"
    r"\.(restored|part)"
)
"""What belongs to a file of ours and is worth nothing without it, or is damaged."""
REGION = ("region.sqlite", "heads.sqlite", "region.key", "countersign.key")
"""Of a region that this machine is: it may have a folder of its own."""


def is_key(name: str) -> bool:
    """Whether it opens or signs something."""
    return name in KEYS


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of the state."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class StateFolders:
    """Where the state of a configuration lies."""

    device: Path
    region: Path

    @classmethod
    def of(cls, config: Config) -> StateFolders:
        """As the commands use it."""
        named = config.store.folder
        return cls(Path(named) if named else state_folder(), home_of(config))

    def place(self, name: str) -> Path | None:
        """Where a file of that name belongs; None: it is none of ours."""
        if name not in (*BOOKS, *KEYS) and not PLAIN.fullmatch(name):
            return None
        return (self.region if name in REGION else self.device) / name

    def files(self) -> Iterator[KeptFile]:
        """What is there, books first."""
        for name in (*BOOKS, *KEYS):
            path = self.place(name)
            if path is not None and path.is_file():
                yield KeptFile(name, path)
        for path in sorted(_inside(self.device)):
            if PLAIN.fullmatch(path.name) and path.is_file():
                yield KeptFile(path.name, path)


def leftovers(folders: StateFolders) -> Iterator[Path]:
    """What lies beside the files: logs of books, locks, damaged books moved aside."""
    for folder in sorted({folders.device, folders.region}):
        for path in sorted(_inside(folder)):
            if SIDES.fullmatch(path.name) and path.is_file():
                yield path


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
