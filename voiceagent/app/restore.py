"""State from an archive: looked at as a whole first, then put in place of what is
there, which is moved aside and never deleted."""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import msgspec

from voiceagent import store
from voiceagent.app.backup import FORMAT, LARGEST, NAME, Manifest
from voiceagent.app.state_files import (
    BOOKS,
    StateFolders,
    is_key,
    leftovers,
)
from voiceagent.errors import StoreError, UsageError
from voiceagent.privacy.chain_log import FileLog
from voiceagent.region import notary, sqlite_memory
from voiceagent.routing import meter
from voiceagent.store.files import private_folder
from voiceagent.store.scratch import ScratchFolder

__all__ = ["ArchiveError", "aside_folders", "read_archive", "restore"]

SCHEMAS = {
    "state.sqlite": store.SCHEMA,
    "cost.sqlite": meter.SCHEMA,
    "region.sqlite": sqlite_memory.SCHEMA,
    "heads.sqlite": notary.SCHEMA,
}
"""The newest schema of each book that this program knows."""
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, msgspec.MsgspecError),
    *(RuntimeError, ValueError, EOFError, OverflowError, LookupError, OSError),
)
"""What reading a damaged archive raises."""
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MANIFEST_BYTES = 1 << 20
ASIDE = "before-restore-"


class ArchiveError(UsageError):
    """An archive that is none, is damaged, or is of a newer version."""

    code = "archive"


def read_archive(
    path: Path, folders: StateFolders
) -> tuple[Manifest, dict[str, bytes]]:
    """Everything that is in it, checked; raises `ArchiveError`."""
    packed = _bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            manifest = _manifest(path, archive)
            _check_names(path, archive, manifest, folders)
            found = {
                name: _content(path, archive, name, manifest) for name in manifest.files
            }
    except BROKEN as error:
        raise _damaged(path, str(error) or type(error).__name__) from error
    for name in set(BOOKS) & found.keys():
        _check_book(path, name, found[name])
    return manifest, found


def restore(path: Path, folders: StateFolders) -> tuple[Manifest, list[Path]]:
    """Put it in place; gives what the archive says, and where the state of before was
    put. Raises `ArchiveError`, and then nothing was changed, and `StoreError`."""
    manifest, found = read_archive(path, folders)
    try:
        with ExitStack() as stack:
            for folder in {folders.device, folders.region}:
                private_folder(folder)
            stack.enter_context(FileLog(folders.device, "receipts").locked())
            fresh = {name: _staged(folders, name, data) for name, data in found.items()}
            stack.callback(_unlink, list(fresh.values()))
            return manifest, _exchanged(folders, fresh, keys=manifest.keys)
    except OSError as error:
        raise StoreError(
            f"the state in `{folders.device}` cannot be exchanged",
            cause=error.strerror or str(error),
            hint="look at the rights and the disk; what was there is kept",
        ) from error


def aside_folders(folders: StateFolders) -> list[Path]:
    """What earlier restores have moved aside."""
    found = []
    for folder in sorted({folders.device, folders.region}):
        if folder.is_dir():
            found += [p for p in sorted(folder.glob(f"{ASIDE}*")) if p.is_dir()]
    return found


def _exchanged(
    folders: StateFolders, fresh: dict[str, Path], *, keys: bool
) -> list[Path]:
    """The old files go, the new ones come; where that fails the old ones are put
    back."""
    old = [f.path for f in folders.files() if keys or not is_key(f.name)]
    stay = {*fresh.values(), folders.device / "receipts.lock"}
    old += [path for path in leftovers(folders) if path not in stay]
    moved: list[tuple[Path, Path]] = []
    with _undone(moved):
        for path in old:
            moved.append((path, _aside(path, moved)))
            path.rename(moved[-1][1])
        for name, staged in fresh.items():
            place = folders.place(name)
            assert place is not None
            moved.append((staged, place))
            staged.rename(place)
    return sorted({to.parent for _, to in moved if to.parent.name.startswith(ASIDE)})


@contextmanager
def _undone(moved: list[tuple[Path, Path]]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for before, after in reversed(moved):
            with suppress(OSError):
                after.rename(before)
        raise


def _aside(path: Path, moved: list[tuple[Path, Path]]) -> Path:
    """Where a file of before goes: one new folder beside it for all of them."""
    for _, to in moved:
        if to.parent.name.startswith(ASIDE) and to.parent.parent == path.parent:
            return to.parent / path.name
    number = 1
    while (folder := path.parent / f"{ASIDE}{number}").exists():
        number += 1
    folder.mkdir(mode=0o700)
    return folder / path.name


def _staged(folders: StateFolders, name: str, data: bytes) -> Path:
    """A file beside its place, on the disk."""
    place = folders.place(name)
    assert place is not None
    fresh = place.with_name(f".{name}.{os.getpid()}.restored")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        hint = "name a file that `voiceagent state backup FILE` has written"
        raise ArchiveError(
            f"`{path}` cannot be read", cause=error.strerror or str(error), hint=hint
        ) from error
    if len(data) > LARGEST:
        raise _damaged(path, f"more than {LARGEST >> 20} MB")
    return data


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        info = archive.getinfo(NAME)
    except KeyError:
        raise _damaged(path, "it says nothing of itself: no backup of ours") from None
    raw = _bounded(archive, info, MANIFEST_BYTES)
    told = msgspec.json.decode(raw)
    made_by = told.get("format") if isinstance(told, dict) else None
    if isinstance(made_by, int) and made_by > FORMAT:
        raise _newer(path, f"format {made_by}, this program knows {FORMAT}")
    try:
        return msgspec.convert(told, Manifest)
    except msgspec.ValidationError as error:
        raise _damaged(path, str(error)) from error


def _check_names(
    path: Path, archive: zipfile.ZipFile, manifest: Manifest, folders: StateFolders
) -> None:
    """Nothing but files of ours, each once, and all of them."""
    if any(info.compress_type not in PACKED for info in archive.infolist()):
        raise _damaged(path, "it is packed in a way that we do not write")
    names = sorted(info.filename for info in archive.infolist())
    if names != sorted([NAME, *manifest.files]):
        raise _damaged(path, "it holds other files than it says")
    for name in manifest.files:
        if folders.place(name) is None:
            raise _damaged(path, f"`{name[:80]!r}` is no file of the state")
    if any(map(is_key, manifest.files)) != manifest.keys:
        raise _damaged(path, "it holds keys and does not say so, or the other way")
    if sum(file.size for file in manifest.files.values()) > LARGEST:
        raise _damaged(path, f"more than {LARGEST >> 20} MB")


def _content(
    path: Path, archive: zipfile.ZipFile, name: str, manifest: Manifest
) -> bytes:
    told = manifest.files[name]
    data = _bounded(archive, archive.getinfo(name), told.size)
    if len(data) != told.size or hashlib.sha256(data).hexdigest() != told.sha256:
        raise _damaged(path, f"`{name}` is not what was written")
    return data


def _bounded(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """Whatever it claims to unpack to."""
    with archive.open(info) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"`{info.filename[:80]}` is larger than it says")
    return data


def _check_book(path: Path, name: str, data: bytes) -> None:
    try:
        with ScratchFolder() as scratch:
            copy = scratch.path / name
            copy.write_bytes(data)
            with closing(sqlite3.connect(copy)) as db:
                sound = db.execute("PRAGMA quick_check").fetchone()[0]
                schema = int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        raise _damaged(path, f"`{name}`: {error}") from error
    if sound != "ok":
        raise _damaged(path, f"`{name}`: {str(sound)[:200]}")
    if schema > SCHEMAS[name]:
        raise _newer(path, f"`{name}` has schema {schema}")


def _damaged(path: Path, why: str) -> ArchiveError:
    hint = "nothing was changed; take another backup"
    return ArchiveError(f"`{path}` is no backup that can be used", cause=why, hint=hint)


def _newer(path: Path, why: str) -> ArchiveError:
    hint = "nothing was changed; update voiceagent"
    return ArchiveError(f"`{path}` is of a newer voiceagent", cause=why, hint=hint)
