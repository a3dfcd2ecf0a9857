"""Where a user's state lies, and how what lies where it used to is brought there."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from voiceagent.store.files import OURS, private_folder

__all__ = ["state_folder"]

log = logging.getLogger(__name__)

BOOKS = ("state.sqlite", "cost.sqlite", "region.sqlite")
OTHERS = ("receipts*", "*.corrupt-*", "device.key", "region.key")
MARKS = {
    "state.sqlite": b"CREATE TABLE timers",
    "state.sqlite-wal": b"CREATE TABLE timers",
    "receipts.jsonl": b'{"id":"receipt-',
}
"""By what a file that lies among those of other programs is known to be ours."""
HEAD = 65_536
"""Bytes in which that stands."""


def state_folder() -> Path:
    """Where a user's state is kept by default: a folder of our own."""
    service = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if service:  # made by systemd for this service alone
        return Path(service)
    named = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(named):
        return Path.home() / ".local" / "state" / OURS
    return _settled(Path(named))


def _settled(home: Path) -> Path:
    """The folder below `home`. Earlier versions put their files into `home` itself:
    they are moved, unless a program has them open."""
    ours = home / OURS
    try:
        if any(_known(home / name, mark) for name, mark in MARKS.items()):
            if not _moved(home, ours):
                return home
            log.info("state was moved from %s to %s", home, ours)
    except OSError as error:  # read-only, say: it is used where it lies
        log.info("state could not be moved", extra={"cause": str(error)})
        return home
    return ours


def _known(file: Path, mark: bytes) -> bool:
    try:
        with file.open("rb") as opened:
            return mark in opened.read(HEAD)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False


def _moved(home: Path, ours: Path) -> bool:
    """Whether everything that is ours now lies in `ours`; nothing is overwritten."""
    private_folder(ours)
    found = [home / name for name in BOOKS if (home / name).is_file()]
    if not all(map(_closed, found)):
        return False
    for pattern in OTHERS:
        found += home.glob(pattern)
    # The book that says that there is something to move goes last.
    for file in sorted(found, key=lambda one: one.name in MARKS):
        if not (ours / file.name).exists():
            with suppress(FileNotFoundError):  # another process was faster
                file.replace(ours / file.name)
    return True


def _closed(book: Path) -> bool:
    """Whether the book is in one file now, and nobody has it open."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(book)) as db:
        db.execute("PRAGMA busy_timeout = 0")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return not Path(f"{book}-wal").exists()
