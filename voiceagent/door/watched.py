"""Files that are read again when they change; what is wrong then is told, and what was
read before goes on to hold."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from voiceagent.errors import StoreError, VoiceAgentError

__all__ = ["EVERY", "Watched", "look_at", "trouble_of"]

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two looks: what is changed or revoked holds within two."""
MOST = 64 << 20
"""Bytes of a file: a list of a hundred thousand tokens has a third of that."""
Stamps = tuple[tuple[int, int, int] | None, ...]


class Watched:
    """Files that belong together, and how to read them again."""

    def __init__(
        self, name: str, paths: Sequence[Path], read: Callable[[], None]
    ) -> None:
        """`read` raises `VoiceAgentError` where it cannot; they were read already."""
        self.trouble = ""
        """Why the latest was not taken; empty: nothing."""
        self._name, self._paths, self._read = name, paths, read
        self._seen = self._stamp()

    def look(self, *, always: bool = False) -> bool:
        """Read again what has changed; whether anything was taken."""
        found = self._stamp()
        if found == self._seen and not always:
            return False
        self._seen = found
        try:
            for path in self._paths:
                _look_whether_it_fits(path)
            self._read()
        except Exception as error:  # whatever is in it, all are watched on
            known = isinstance(error, OSError | VoiceAgentError)
            told = str(error) if known else type(error).__name__
            cause = getattr(error, "cause", "") or told
            self.trouble = f"the {self._name} cannot be read again"
            log.error("%s, what was read before holds: %s", self.trouble, cause)
            return False
        self.trouble = ""
        return True

    def _stamp(self) -> Stamps:
        return tuple(_stamp(path) for path in self._paths)


def look_at(watched: Iterable[Watched]) -> None:
    """Read again what has changed of all of them; it blocks."""
    for one in watched:
        one.look()


def trouble_of(watched: Iterable[Watched]) -> str:
    """The first of what could not be read again; empty: all could."""
    return next((one.trouble for one in watched if one.trouble), "")


def _look_whether_it_fits(path: Path) -> None:
    """A file that could be read for ever stops the watch; raises `StoreError`."""
    try:
        seen = path.stat()
    except OSError:
        return  # whoever reads it says what that means
    if not stat.S_ISREG(seen.st_mode):
        raise StoreError(f"`{path}` cannot be read", cause="it is no plain file")
    if seen.st_size > MOST:
        cause = f"it has {seen.st_size} bytes, {MOST} at most are read"
        raise StoreError(f"`{path}` cannot be read", cause=cause)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
