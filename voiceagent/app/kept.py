"""What is dear to make and always comes out the same, kept between runs.

    kept = KeptFiles()
    grammar = kept.get("grammar", [pack_bytes, b"hey jarvis"], compile_it)

A thing is found by a hash of everything that it was made from: what the caller names,
this program and the Python that runs it. Whatever is wrong with a file or the folder
(damaged, of another version, full, read-only, somebody else's), the thing is made anew
and nothing is said but a line in the log. Two processes may make the same thing; the
files appear whole or not at all.

Files are pickled, and a pickle runs code: only those are read that belong to this user,
in a folder of this user, and that nobody else can write to.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

from voiceagent import __version__
from voiceagent.store.files import alive

__all__ = ["LIMIT", "KeptFiles", "cache_folder", "kept_instructions", "program"]

log = logging.getLogger(__name__)

T = TypeVar("T")

MAGIC = b"voiceagent kept 1\n"
DIGEST = hashlib.sha256().digest_size
LIMIT = 64 << 20
"""Bytes of all files together; the oldest go first."""
READ = 256 << 20
"""The same for what language models have read: 23 KB a piece for a small one."""
STALE = 3600.0
"""Seconds after which a file that was never finished is an orphan."""
MAKE = "tmp-"
"""How the names of unfinished files begin."""


def cache_folder() -> Path | None:
    """Where this user keeps what can be made again; None: nowhere."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):
        return Path(named, "voiceagent")
    home = os.environ.get("HOME", "")
    return Path(home, ".cache", "voiceagent") if os.path.isabs(home) else None


def kept_instructions() -> KeptFiles:
    """What language models have read of their instructions, in a folder of its own:
    one of them is larger than all the rest."""
    place = cache_folder()
    return KeptFiles(place and place / "instructions", limit=READ)


@cache
def program(*rooms: str) -> bytes:
    """Of the code of some rooms of this program, by place, size
    and time: changes when they do."""
    found = hashlib.sha256()
    here = Path(__file__).parents[1]
    for room in rooms:
        for line in sorted(_code(str(here / room))):
            found.update(line.encode("utf-8", "surrogateescape"))
    return found.digest()


def _code(folder: str) -> Iterator[str]:
    """Every module by place, size and time."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _code(entry.path)
            elif entry.name.endswith(".py"):
                seen = entry.stat()
                yield f"{entry.path}\0{seen.st_size}\0{seen.st_mtime_ns}\n"


class KeptFiles:
    """A folder of things; for any thread and any number of processes."""

    def __init__(self, folder: Path | None = None, *, limit: int = LIMIT) -> None:
        """`folder`: the user's cache where none is given."""
        self._folder = folder or cache_folder()
        self._limit = limit
        self._told = self._stuck = False
        self.missed = False
        """Whether something had to be made anew."""

    def get(self, kind: str, made_from: Iterable[bytes], make: Callable[[], T]) -> T:
        """The thing of that kind made from those pieces; `make` makes it anew.

        Raises what `make` raises.
        """
        key = _key(kind, made_from)
        found: list[T] = self._read(kind, key)
        if found:
            thing: T = found[0]
            return thing
        self.missed = True
        thing = make()
        self._write(kind, key, thing)
        return thing

    def _read(self, kind: str, key: bytes) -> list[T]:
        """The thing, alone in a list; nothing where it cannot be had."""
        path = self._path(kind, key)
        if path is None or not self._ours():
            return []
        try:
            body = _body(_bytes(path, self._limit), key)
            return [_unpickled(body)]
        except FileNotFoundError:
            return []
        except Exception as error:  # a damaged pickle raises anything
            self._complain(f"cannot read {path.name}", error)
            with suppress(OSError):
                path.unlink()
            return []

    def _write(self, kind: str, key: bytes, thing: object) -> None:
        path = self._path(kind, key)
        if path is None or self._stuck:
            return
        try:
            body = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._ours():
                raise PermissionError(f"{path.parent} is not this user's alone")
            if len(body) <= self._limit // 2:
                _put(path, MAGIC + key + hashlib.sha256(body).digest() + body)
                self._bound()
        except Exception as error:  # what cannot be pickled is not kept
            self._stuck = isinstance(error, OSError)
            self._complain(f"cannot keep {path.name}", error)

    def _path(self, kind: str, key: bytes) -> Path | None:
        return self._folder and self._folder / f"{kind}-{key.hex()[:32]}"

    def _ours(self) -> bool:
        """Whether only this user can have put the files there."""
        try:
            return self._folder is not None and _private(os.lstat(self._folder), True)
        except OSError:
            return False

    def _bound(self) -> None:
        """Remove the oldest files beyond the limit, and what was never finished."""
        assert self._folder is not None
        files = sorted(_files(self._folder), reverse=True)
        newest = files[0][0] if files else 0.0
        total = 0
        for changed, size, path in files:
            total += size
            left = _is_orphan(Path(path).name, newest - changed)
            if total > self._limit or left:
                with suppress(OSError):
                    os.unlink(path)

    def _complain(self, what: str, error: Exception) -> None:
        if not self._told:
            log.debug("cache: %s", what, extra={"cause": type(error).__name__})
        self._told = True


def _files(folder: Path) -> Iterator[tuple[float, int, str]]:
    """When each was last changed, how large it is, and where."""
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # another process may remove it now
                seen = entry.stat(follow_symlinks=False)
                yield seen.st_mtime, seen.st_size, entry.path


def _is_orphan(name: str, age: float) -> bool:
    """Whether nobody will finish it."""
    if not name.startswith(MAKE):
        return False
    owner = name.removeprefix(MAKE).partition("-")[0]
    return age > STALE or (owner.isdecimal() and not alive(int(owner)))


def _key(kind: str, made_from: Iterable[bytes]) -> bytes:
    python = f"{sys.implementation.cache_tag} {sys.version_info[:3]}"
    found = hashlib.sha256()
    for piece in (kind.encode(), __version__.encode(), python.encode(), *made_from):
        found.update(len(piece).to_bytes(8, "big") + piece)
    return found.digest()


def _private(seen: os.stat_result, folder: bool) -> bool:
    kind = stat.S_ISDIR if folder else stat.S_ISREG
    mine = not hasattr(os, "geteuid") or seen.st_uid == os.geteuid()
    return kind(seen.st_mode) and mine and not seen.st_mode & 0o022


def _bytes(path: Path, limit: int) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:
        seen = os.fstat(file.fileno())
        if not _private(seen, False) or seen.st_size > limit:
            raise PermissionError(f"{path} is not this user's alone")
        return file.read(limit)


def _body(data: bytes, key: bytes) -> memoryview:
    """What was pickled; raises `ValueError` where it is not whole."""
    head = MAGIC + key
    at = len(head) + DIGEST
    body = memoryview(data)[at:]
    if not data.startswith(head) or data[len(head) : at] != _digest(body):
        raise ValueError("it is not what was written")
    return body


def _digest(body: memoryview) -> bytes:
    return hashlib.sha256(body).digest()


def _unpickled(body: memoryview) -> T:  # type: ignore[type-var]
    """Many small things at once: the collector would look at all of them in between."""
    was = gc.isenabled()
    gc.disable()
    try:
        thing: T = pickle.loads(body)
        return thing
    finally:
        if was:
            gc.enable()


def _put(path: Path, data: bytes) -> None:
    """All of it under that name, or nothing."""
    unfinished = path.with_name(f"{MAKE}{os.getpid()}-{os.urandom(6).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with open(os.open(unfinished, flags, 0o600), "wb") as file:
            file.write(data)
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
