"""Ten things that happen to what is kept, done for real to one file of a folder."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import (
    AbstractContextManager,
    closing,
    contextmanager,
    nullcontext,
    suppress,
)
from functools import cache
from pathlib import Path

import pytest

__all__ = ["FAULTS", "LASTING", "fault", "full_words", "small_disk"]

HOLD_BOOK = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""
HOLD_FILE = """
import fcntl, os, sys, time
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(handle, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""
SIZE = "400k"


@cache
def _mounts() -> bool:
    """Whether file systems can be mounted here."""
    if os.getuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder, suppress(OSError):
        return _mount(folder) and _call("umount", folder)
    return False


def _call(*command: str) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0


def _mount(folder: str) -> bool:
    return _call("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder)


def full_words() -> str:
    """What is said of a full disk; without a disk of its own, files may not grow."""
    return "the disk is full" if _mounts() else "disk I/O error"


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A folder on a disk of its own, where that can be had."""
    folder.mkdir()
    mounted = _mounts() and _mount(str(folder))
    try:
        yield folder
    finally:
        if mounted:
            _call("umount", "-l", str(folder))


@contextmanager
def _full(file: Path) -> Iterator[None]:
    disk = file.parent
    if not disk.is_mount():
        # No file may grow: what the system then says is no "disk full", but near it.
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        return
    fill = disk / "fill"
    with suppress(OSError), fill.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(4096))
    try:
        yield
    finally:
        fill.unlink()


@contextmanager
def _read_only(file: Path) -> Iterator[None]:
    """For whoever opens it from now on."""
    disk = str(file.parent)
    if _mounts():
        assert _call("mount", "--bind", disk, disk)
        assert _call("mount", "-o", "remount,bind,ro", disk)
    elif os.getuid() == 0:
        pytest.skip("root can write anywhere, and nothing can be mounted here")
    else:
        file.parent.chmod(0o500)
    try:
        yield
    finally:
        if _mounts():
            assert _call("umount", "-l", disk)
        else:
            file.parent.chmod(0o700)


@contextmanager
def _held(file: Path, seconds: float) -> Iterator[None]:
    """By another program that writes."""
    book = file.suffix == ".sqlite"
    lock = file if book else file.with_name("receipts.lock")
    code = HOLD_BOOK if book else HOLD_FILE
    argv = [sys.executable, "-c", code, str(lock), str(seconds)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            yield
        finally:
            holder.kill()


def _overwritten(file: Path) -> None:
    noise = random.Random(7)
    data = bytearray(file.read_bytes())
    for start in range(len(data) // 3, len(data), 8192):
        data[start : start + 3000] = noise.randbytes(len(data[start : start + 3000]))
    file.write_bytes(data)


def _torn(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.truncate(size - min(5000, size // 3))


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


def _folder(file: Path) -> None:
    file.rename(file.with_name(f"{file.name}.before"))
    file.mkdir()


def _newer(file: Path) -> None:
    if file.suffix == ".sqlite":
        with closing(sqlite3.connect(file)) as db:
            db.execute("PRAGMA user_version = 99")
    else:
        file.write_bytes(b'{"voiceagent": 99, "new": "format"}\n')


@contextmanager
def _once(do: Callable[[Path], None], file: Path) -> Iterator[None]:
    for side in ("-wal", "-shm"):  # of a program that has ended
        Path(f"{file}{side}").unlink(missing_ok=True)
    do(file)
    yield
    if file.is_dir():
        file.rmdir()
        file.with_name(f"{file.name}.before").rename(file)


LASTING = ("full", "read-only", "locked for seconds", "locked for good")
"""What comes and goes while a program runs."""
BROKEN: dict[str, Callable[[Path], None]] = {
    "pages overwritten": _overwritten,
    "torn end": _torn,
    "empty": _emptied,
    "a folder in its place": _folder,
    "newer": _newer,
}
FAULTS = (*LASTING, *BROKEN, "two programs")


@contextmanager
def fault(name: str, file: Path) -> Iterator[None]:
    """It is so inside; afterwards it has gone, as far as things like that go away."""
    how: AbstractContextManager[None]
    match name:
        case "full":
            how = _full(file)
        case "read-only":
            how = _read_only(file)
        case "locked for seconds":
            how = _held(file, 2.5)
        case "locked for good":
            how = _held(file, 600)
        case "two programs":
            how = nullcontext()  # what the other one does, the test does
        case _:
            how = _once(BROKEN[name], file)
    with how:
        yield
