"""The state in one file, while agents run: books by SQLite's own backup, receipts
between two of them."""

from __future__ import annotations

import hashlib
import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct, field

from voiceagent import __version__
from voiceagent.app.state_files import BOOKS, StateFolders, is_key
from voiceagent.clock import outside
from voiceagent.errors import StoreError, UsageError
from voiceagent.privacy.chain_log import FileLog
from voiceagent.store.files import put_new
from voiceagent.store.scratch import ScratchFolder

__all__ = ["FORMAT", "LARGEST", "Manifest", "SavedFile", "backup"]

FORMAT = 1
"""Raised when an archive changes shape; an older program refuses a newer one."""
LARGEST = 1 << 30
"""Bytes of one file, and of all of them together."""
NAME = "manifest.json"


class SavedFile(Struct, frozen=True, kw_only=True):
    """One file of an archive."""

    size: int
    sha256: str
    schema: int = 0
    """Of a book."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What an archive says of itself."""

    format: int
    voiceagent: str
    """The version that made it."""
    made: str
    keys: bool
    files: dict[str, SavedFile] = field(default_factory=dict)


def backup(folders: StateFolders, to: Path, *, keys: bool) -> Manifest:
    """Write an archive for this user alone; raises `UsageError`, `StoreError`."""
    if to.exists():
        raise UsageError(f"`{to}` is there already", hint="name another file")
    found = {name: data for name, data in _all(folders) if keys or not is_key(name)}
    if not found:
        raise UsageError(
            f"there is no state in `{folders.device}`",
            hint="look at `store.folder`: `voiceagent config show`",
        )
    if sum(map(len, found.values())) > LARGEST:
        raise StoreError(
            "the state is too large for a backup",
            cause=f"more than {LARGEST >> 20} MB",
            hint="copy the folder while no agent runs",
        )
    manifest = Manifest(
        format=FORMAT,
        voiceagent=__version__,
        made=outside().isoformat(timespec="seconds"),
        keys=keys and any(map(is_key, found)),
        files={name: _saved(name, data) for name, data in found.items()},
    )
    try:
        if not put_new(to.absolute(), _packed(manifest, found)):
            raise UsageError(f"`{to}` is there already", hint="name another file")
    except OSError as error:
        raise StoreError(
            f"`{to}` cannot be written",
            cause=error.strerror or str(error),
            hint="choose another folder, or make room on the disk",
        ) from error
    return manifest


def _packed(manifest: Manifest, found: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NAME, msgspec.json.encode(manifest))
        for name, data in found.items():
            archive.writestr(name, data)
    return out.getvalue()


def _all(folders: StateFolders) -> Iterator[tuple[str, bytes]]:
    """Every file as it is at one moment. Receipts belong together."""
    files = list(folders.files())
    try:
        for file in files:
            if file.name in BOOKS:
                yield file.name, _book(file.path)
        others = [file for file in files if file.name not in BOOKS]
        if any(file.name.startswith("receipts") for file in others):
            with FileLog(folders.device, "receipts").locked():
                # A file may have been divided since it was listed.
                again = [f for f in folders.files() if f.name not in BOOKS]
                kept = [(file.name, file.path.read_bytes()) for file in again]
        else:
            kept = [(file.name, file.path.read_bytes()) for file in others]
        yield from kept
    except OSError as error:
        raise StoreError(
            f"the state in `{folders.device}` cannot be read",
            cause=error.strerror or str(error),
            hint="look at the rights of the folder",
        ) from error


def _book(path: Path) -> bytes:
    """A whole copy of a book that others may be writing."""
    try:
        with ScratchFolder() as scratch:
            copy = scratch.path / path.name
            uri = f"{path.absolute().as_uri()}?mode=ro"
            with (
                closing(sqlite3.connect(uri, uri=True, timeout=5.0)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
                sound = target.execute("PRAGMA quick_check").fetchone()[0]
                target.execute("PRAGMA journal_mode = DELETE")
            if sound != "ok":
                raise sqlite3.DatabaseError(str(sound)[:200])
            return copy.read_bytes()
    except sqlite3.Error as error:
        raise StoreError(
            f"`{path}` cannot be copied",
            cause=str(error),
            hint="start the agent once: it mends what is damaged",
        ) from error


def _saved(name: str, data: bytes) -> SavedFile:
    schema = int.from_bytes(data[60:64], "big") if name in BOOKS else 0
    return SavedFile(
        size=len(data), sha256=hashlib.sha256(data).hexdigest(), schema=schema
    )
