"""Why a file of ours cannot be used, and what mends that, in words."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

__all__ = ["SPOKEN", "explained", "is_damage", "is_full", "is_out_of_reach"]

DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
OUT_OF_REACH = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL),
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM),
}
FULL = "the disk is full"
HELD = "another program holds it"
READ_ONLY = "it can only be read"
FOLDER = "a folder stands in its place"
SPOKEN = {FULL, HELD, READ_ONLY, FOLDER}
"""Causes that make a sentence when they are said."""
ROOM = 64 << 10
"""Bytes without which nothing can be written: SQLite may call that "disk I/O error"."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is broken, and not merely out of reach."""
    return _code(error) in DAMAGE


def is_full(error: sqlite3.Error) -> bool:
    """Whether there is no room on the disk, or may be none."""
    return _code(error) in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def is_out_of_reach(error: sqlite3.Error) -> bool:
    """Whether the file cannot be used now: full, locked, read-only, gone."""
    return _code(error) in OUT_OF_REACH


def _code(error: sqlite3.Error) -> int:
    # Extended codes say more in their upper bytes.
    return int(getattr(error, "sqlite_errorcode", 0) & 0xFF)


def explained(
    error: sqlite3.Error | OSError, path: Path | None, setting: str
) -> tuple[str, str]:
    """Cause and hint; `setting`: the key that says where the file lies."""
    words = str(error)
    if path is None or "closed" in words:
        return words, "the agent is shutting down; nothing was changed"
    if path.is_dir():
        return FOLDER, f"move the folder `{path}` away"
    if "locked" in words:
        hint = f"stop the other voiceagent, or give this one `{setting}`"
        return HELD, f"{hint} of its own"
    if "full" in words or "No space" in words or _full(path.parent):
        hint = f"free some space on the disk that holds `{path}` (`df -h`)"
        return FULL, hint
    if "readonly" in words or not os.access(path.parent, os.W_OK):
        hint = f"see `ls -l {path.parent}` and `mount`, or set `{setting}`"
        return READ_ONLY, hint
    hint = f"look at the rights and the disk of `{path}`, or set `{setting}`"
    return words, hint


def _full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < ROOM
    except OSError:
        return False
