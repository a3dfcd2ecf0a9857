"""Where a chain keeps its lines and its head: in memory, or in files of one folder.

A `ChainLog` knows nothing of keys or of what the lines say: whatever can keep lines and
a head, and lets one writer at a time in, can hold a chain.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Event, RLock
from typing import Protocol

from voiceagent.errors import StoreError

try:
    import fcntl
except ImportError:  # not a Unix: one process at a time is up to the user there
    fcntl = None  # type: ignore[assignment]

__all__ = ["ChainLog", "FileLog", "MemoryLog"]

TRIES, PAUSE = 100, 0.02
"""How often, and after how many seconds again, a lock that is held is asked for."""
TAIL = 1 << 16
"""Bytes that are read from the end first."""


class ChainLog(Protocol):
    """Keeps lines and a head; everything raises `StoreError` where it cannot."""

    def locked(self) -> AbstractContextManager[None]:
        """Nobody else writes meanwhile, in this process or another."""
        ...

    def parts(self) -> Sequence[bytes]:
        """All that is kept, oldest first, in the pieces that it was divided into."""
        ...

    def tail(self) -> bytes:
        """The end of it, from the beginning of a line on; empty: there is nothing."""
        ...

    def size(self) -> int:
        """Bytes of the newest part."""
        ...

    def append(self, data: bytes) -> None:
        """Keep it at the end, safe from a loss of power when this returns."""
        ...

    def cut(self, count: int) -> None:
        """Take so many bytes off the end."""
        ...

    def divide(self, last: int, keep: int) -> int:
        """Begin another part; the one before ends with number `last`, and `keep` of
        them are to stay. Gives the last number of those that are to go; 0: none."""
        ...

    def drop(self, last: int) -> None:
        """The parts up to number `last` go."""
        ...

    def head(self) -> bytes:
        """What was put as the head; empty: there is none."""
        ...

    def put_head(self, data: bytes) -> None:
        """Keep it instead of the head of before: whole, or not at all."""
        ...


class MemoryLog:
    """Forgotten with the process; for replays."""

    def __init__(self) -> None:
        self._lines, self._head, self._lock = bytearray(), b"", RLock()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """For threads."""
        with self._lock:
            yield

    def parts(self) -> Sequence[bytes]:
        """One."""
        return [bytes(self._lines)]

    def tail(self) -> bytes:
        """The last lines."""
        return _from_a_line(len(self._lines), bytes(self._lines[-TAIL:]))

    def size(self) -> int:
        """It is never divided."""
        return 0

    def append(self, data: bytes) -> None:
        """At the end."""
        self._lines += data

    def cut(self, count: int) -> None:
        """Off the end."""
        del self._lines[len(self._lines) - count :]

    def divide(self, last: int, keep: int) -> int:
        """Never."""
        return 0

    def drop(self, last: int) -> None:
        """Nothing."""

    def head(self) -> bytes:
        """As it was put."""
        return self._head

    def put_head(self, data: bytes) -> None:
        """Instead of the one before."""
        self._head = data


class FileLog:
    """`NAME.jsonl`, older parts `NAME-000123.jsonl`, `NAME.head` and `NAME.lock`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.jsonl"
        self._head = folder / f"{name}.head"
        self._folder, self._name = folder, name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """By a lock of the file system, which ends with the process that holds it."""
        with self._told("locked"):
            handle = os.open(self._folder / f"{self._name}.lock", _MAKE, 0o600)
        try:
            self._wait_for(handle)
            yield
        finally:
            os.close(handle)

    def parts(self) -> Sequence[bytes]:
        """The older files and the current one."""
        with self._told("read"):
            return [path.read_bytes() for _, path in self.older()] + [
                self.path.read_bytes() if self.path.exists() else b""
            ]

    def tail(self) -> bytes:
        """Of the current file, or of the one before where that has nothing yet."""
        with self._told("read"):
            if self.path.exists() and self.path.stat().st_size:
                return _end_of(self.path)
            older = self.older()
            end = _end_of(older[-1][1]) if older else b""
        return end[: end.rfind(b"\n") + 1]

    def size(self) -> int:
        """Bytes of the current file."""
        with self._told("read"):
            return self.path.stat().st_size if self.path.exists() else 0

    def append(self, data: bytes) -> None:
        """All of it; what was written of it before a failure is taken off again."""
        with self._told("written"):
            # Without a buffer: closing would write what is left in it after all.
            handle = os.open(self.path, _ADD, 0o600)
            before = os.fstat(handle).st_size
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(handle, rest) :]
                os.fsync(handle)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(handle, before)
                raise
            finally:
                os.close(handle)

    def cut(self, count: int) -> None:
        """Off the current file."""
        with self._told("written"):
            os.truncate(self.path, max(0, self.path.stat().st_size - count))

    def divide(self, last: int, keep: int) -> int:
        """The current file gets the number of its last line for a name."""
        with self._told("written"):
            self.path.rename(self._folder / f"{self._name}-{last:06d}.jsonl")
            gone = self.older()[:-keep]
        return gone[-1][0] if gone else 0

    def drop(self, last: int) -> None:
        """Older files are deleted."""
        with self._told("written"):
            for number, path in self.older():
                if number <= last:
                    path.unlink()

    def head(self) -> bytes:
        """Of a small file."""
        with self._told("read"):
            return self._head.read_bytes() if self._head.exists() else b""

    def put_head(self, data: bytes) -> None:
        """By a file that takes the place of the one before."""
        new = self._head.with_suffix(".head.new")
        with self._told("written"):
            with open(os.open(new, _NEW, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._head)
            _settle(self._folder)

    def older(self) -> list[tuple[int, Path]]:
        """The files before the current one, with the numbers that they end at."""
        found = []
        for path in self._folder.glob(f"{self._name}-*.jsonl"):
            number = path.stem.removeprefix(f"{self._name}-")
            if number.isascii() and number.isdigit():
                found.append((int(number), path))
        return sorted(found)

    def _wait_for(self, handle: int) -> None:
        """Raises `StoreError` where another process does not let go of it."""
        if fcntl is None:
            return
        for _ in range(TRIES):
            with suppress(BlockingIOError), self._told("locked"):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            Event().wait(PAUSE)
        raise StoreError(
            f"`{self.path}` is being written by another voiceagent",
            cause=f"it holds the lock for more than {TRIES * PAUSE:g} s",
            hint="end the one that hangs, or set `store.folder`",
        )

    @contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:
            raise
        except OSError as error:
            raise StoreError(
                f"`{self.path}` could not be {verb}",
                cause=str(error),
                hint="look at the rights and the disk, or set `store.folder`",
            ) from error


_MAKE = os.O_RDWR | os.O_CREAT
_ADD = os.O_WRONLY | os.O_CREAT | os.O_APPEND
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def _end_of(path: Path) -> bytes:
    """The end of a file that has something, from the beginning of a line on."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL))
        end = file.read()
    if len(end) < size and end.count(b"\n") < 2:
        return path.read_bytes()
    return _from_a_line(size, end)


def _from_a_line(size: int, end: bytes) -> bytes:
    """The end of something of that size, without the piece of a line it begins with."""
    return end if len(end) == size else end[end.find(b"\n") + 1 :]


def _settle(folder: Path) -> None:
    """A name that was put has to outlive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
