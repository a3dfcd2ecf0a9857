"""Folders for files that are needed for a moment, and swept after a kill.

They lie in one folder of this user below the temporary one, and each is locked by the
process that made it: what a killed process left is known by its free lock, and removed
when the next one starts.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Self

from voiceagent.store.files import OURS, folder_locked, lock

__all__ = ["ScratchFolder", "sweep_scratch"]

ROOM = 1 << 20
"""Bytes without which the temporary folder is of no use."""
MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""


class ScratchFolder:
    """A folder that is gone when it is closed, or soon after a kill."""

    def __init__(self) -> None:
        """Raises `OSError`."""
        place = _place()
        _sweep_once(place)
        base = _base(place)
        with folder_locked(base):  # nobody sweeps between the making and the lock
            self.path = Path(tempfile.mkdtemp(dir=base))
            self._handle = -1
            if sys.platform != "win32":
                self._handle = os.open(self.path, os.O_RDONLY)
                lock(self._handle)

    def close(self) -> None:
        """Remove it and what is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


def sweep_scratch() -> int:
    """Remove what killed processes of this user left; gives how many folders."""
    swept = 0
    if sys.platform == "win32":  # no folder can be locked there
        return swept
    with suppress(OSError):
        swept += _swept(Path(tempfile.gettempdir()))
    with suppress(OSError):
        swept += _swept(MEMORY)
    return swept


def _swept(place: Path) -> int:
    if not (place / _name()).is_dir() or not any((place / _name()).iterdir()):
        return 0
    base = _base(place)
    with folder_locked(base):
        return sum(map(_removed, list(base.iterdir())))


@cache
def _sweep_once(place: Path) -> None:
    sweep_scratch()


def _place() -> Path:
    """The temporary folder; where it is full, memory. Raises `OSError`."""
    try:
        place = Path(tempfile.gettempdir())
        if shutil.disk_usage(place).free >= ROOM or not MEMORY.is_dir():
            return place
    except OSError:  # so full that Python knows of none
        if not MEMORY.is_dir():
            raise
    return MEMORY


def _name() -> str:
    user = os.getuid() if hasattr(os, "getuid") else 0
    return f"{OURS}-{user}"


def _removed(left: Path) -> bool:
    handle = os.open(left, os.O_RDONLY)
    try:
        if not lock(handle):
            return False
        shutil.rmtree(left, ignore_errors=True)
        return True
    finally:
        os.close(handle)


def _base(place: Path) -> Path:
    base, user = place / _name(), os.getuid() if hasattr(os, "getuid") else 0
    with suppress(FileExistsError):
        base.mkdir(mode=0o700)
    seen = base.lstat()
    theirs = hasattr(os, "getuid") and seen.st_uid != user
    if base.is_symlink() or theirs or seen.st_mode & 0o022:
        raise PermissionError(f"`{base}` is not this user's alone")
    return base
