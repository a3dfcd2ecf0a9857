"""Files of this user's own: whole or not at all, and for nobody else to read.

Folders are made with mode 700 and files with 600. What is written stands under another
name until it is complete and on the disk; a kill in between leaves that other name,
which the next writer removes.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from voiceagent.errors import StoreError

__all__ = [
    "OURS",
    "alive",
    "can_become_files",
    "folder_locked",
    "identity",
    "keep_private",
    "lock",
    "private_folder",
    "put",
    "put_named",
    "put_new",
]

OURS = "voiceagent"
"""A folder of this name is ours alone, whoever made it."""
PATIENCE = 200
"""Hundredths of a second to wait for another program: one that stands still may hold a
lock for good."""
PART = ".part"
"""How the names of unfinished files end."""


def private_folder(folder: Path) -> None:
    """Make it and those above it, for this user alone; raises `OSError`.

    A folder that somebody else made keeps its rights, unless it carries our name.
    """
    if folder.is_dir():
        if folder.name == OURS:
            keep_private(folder)
        return
    if folder.parent != folder:
        private_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def keep_private(path: Path) -> None:
    """Take away what others may do with it, where that is ours to take."""
    with suppress(OSError):  # gone, read-only or somebody else's
        seen = path.lstat()
        if seen.st_mode & 0o077 and not stat.S_ISLNK(seen.st_mode):
            path.chmod(seen.st_mode & 0o700)


def put(path: Path, data: bytes) -> None:
    """The file holds `data`, or what it held before; raises `OSError`."""
    with _written(path, data) as fresh:
        fresh.replace(path)
    _flush_folder(path.parent)


def can_become_files(*paths: Path | None) -> None:
    """Refuse what cannot become a file, before any work is done for it; raises
    `StoreError`."""
    for path in paths:
        if path is not None and path.is_dir():
            raise StoreError(
                f"`{path}` cannot be written",
                cause="it is a folder",
                hint=f"name a file in it: `{path / 'NAME'}`",
            )
        if path is not None and (why := _kept_from(path)):
            raise StoreError(
                f"`{path}` cannot be written", cause=why, hint="choose another folder"
            )


def _kept_from(path: Path) -> str:
    """Why no file can be made there, as far as that can be seen."""
    if path.exists():
        return "" if os.access(path, os.W_OK) else "it is read-only"
    above = next(one for one in path.absolute().parents if one.exists())
    if not above.is_dir():
        return f"`{above}` is no folder"
    return "" if os.access(above, os.W_OK) else f"`{above}` is read-only"


def put_named(path: Path, data: bytes, *, folders: bool = False) -> None:
    """Write a file that the user named; raises `StoreError`, and then none was made.
    `folders`: those above it are made.

    What is no plain file (`/dev/stdout`, a pipe) is written to as it is.
    """
    try:
        if folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        there = path.exists()
        try:
            path.write_bytes(data)
        except OSError:
            if not there:
                path.unlink(missing_ok=True)  # half of it helps nobody
            raise
    except OSError as error:
        raise StoreError(
            f"`{path}` cannot be written",
            cause=error.strerror or str(error),
            hint="choose another folder, or make room on the disk",
        ) from error


def put_new(path: Path, data: bytes) -> bool:
    """Make the file where there is none; False where there is one. Raises `OSError`."""
    with _written(path, data) as fresh:
        try:
            os.link(fresh, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links: the last moment has to do
            if path.exists():
                return False
            fresh.replace(path)
    _flush_folder(path.parent)
    return True


@contextmanager
def folder_locked(folder: Path) -> Iterator[None]:
    """One process at a time, where folders can be locked; raises `OSError`."""
    if sys.platform == "win32":  # no folder can be opened
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(PATIENCE):
            if lock(handle):
                break
            time.sleep(0.01)
        else:
            raise TimeoutError(f"`{folder}` is locked by another program")
        yield
    finally:
        os.close(handle)


def lock(handle: int) -> bool:
    """Lock an open file or folder until it is closed; False where another process has
    locked it. Always true where nothing can be locked."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def identity(path: Path | None) -> object:
    """What stands there, under whatever name; None: nothing."""
    try:
        seen = path.stat() if path is not None else None
    except OSError:
        return None
    return seen and (seen.st_dev, seen.st_ino)


def alive(process: int) -> bool:
    """Whether there is a process of that number; True where that is not known."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


@contextmanager
def _written(path: Path, data: bytes) -> Iterator[Path]:
    """A file beside `path` that holds `data` and is on the disk; gone afterwards."""
    _sweep(path)
    name = f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}{PART}"
    fresh = path.with_name(name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with open(os.open(fresh, flags, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove what processes that are no more left unfinished of this file."""
    for left in path.parent.glob(f".{path.name}.*{PART}"):
        owner = left.name.removeprefix(f".{path.name}.").partition("-")[0]
        if owner.isdecimal() and not alive(int(owner)):
            left.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """The name is on the disk too, where folders can be told so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
