"""State in one file: consistent while others write, refused where anything is wrong
with it, and what was there is never lost."""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec
import pytest

from voiceagent.app.backup import Manifest, backup
from voiceagent.app.restore import ArchiveError, aside_folders, read_archive, restore
from voiceagent.app.state_files import StateFolders, leftovers
from voiceagent.cli.state import erase
from voiceagent.errors import StoreError, UsageError
from voiceagent.privacy.receipts import Receipt, Receipts
from voiceagent.routing.meter import Meter
from voiceagent.store import Store

pytestmark = pytest.mark.fault


def fill(folder: Path, count: int) -> StateFolders:
    """A state with so many settings, receipts and turns."""
    store = Store(folder / "state.sqlite")
    meter = Meter(path=folder / "cost.sqlite")
    receipts = Receipts(folder)
    for number in range(count):
        store.remember(f"key {number}", "value")
        meter.answered_here(number, 40)
        receipts.add(Receipt(turn=number, to="region"))
    store.close()
    meter.close()
    (folder / "notes.txt").write_text("somebody else's")
    return StateFolders(folder, folder)


def seen(folder: Path) -> tuple[int, int, int]:
    """Settings, receipts, turns."""
    store = Store(folder / "state.sqlite")
    meter = Meter(path=folder / "cost.sqlite")
    verdict = Receipts(folder, reading=True).verify()
    assert verdict.findings == ()
    found = len(store.read("SELECT * FROM settings")), verdict.count
    turns = len(list(meter.entries()))
    store.close()
    meter.close()
    return *found, turns


def test_there_and_back(tmp_path: Path) -> None:
    folder, file = tmp_path / "state", tmp_path / "saved.zip"
    folders = fill(folder, 3)
    made = backup(folders, file, keys=False)
    assert not made.keys and "device.key" not in made.files
    assert file.stat().st_mode & 0o777 == 0o600
    fill(folder, 5)
    assert seen(folder) == (5, 8, 8)
    _, aside = restore(file, folders)
    assert seen(folder) == (3, 3, 3)
    assert [path.name for path in aside] == ["before-restore-1"]
    assert (folder / "notes.txt").read_text() == "somebody else's"
    for name in made.files:
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    (before,) = aside
    os.link(folder / "device.key", before / "device.key")
    assert seen(before) == (5, 8, 8), "what was there can be used as it was"


def test_on_another_machine_with_the_keys(tmp_path: Path) -> None:
    file = tmp_path / "saved.zip"
    assert backup(fill(tmp_path / "one", 2), file, keys=True).keys
    other = StateFolders(tmp_path / "two", tmp_path / "two")
    _, aside = restore(file, other)
    assert seen(tmp_path / "two") == (2, 2, 2) and aside == []


def test_the_region_has_a_folder_of_its_own(tmp_path: Path) -> None:
    folders = StateFolders(tmp_path / "device", tmp_path / "region")
    fill(folders.device, 1)
    folders.region.mkdir()
    (folders.region / "region.key").write_bytes(b"r" * 32)
    (folders.device / "region.key").write_bytes(b"d" * 32)
    file = tmp_path / "saved.zip"
    assert "region.key" in backup(folders, file, keys=True).files
    (folders.region / "region.key").unlink()
    restore(file, folders)
    assert (folders.region / "region.key").read_bytes() == b"r" * 32
    assert (folders.device / "region.key").read_bytes() == b"d" * 32


WRITER = """
import sys
from pathlib import Path
from voiceagent.privacy.receipts import Receipt, Receipts
from voiceagent.store import Store
folder = Path(sys.argv[1])
store, receipts = Store(folder / "state.sqlite"), Receipts(folder)
for number in range(100_000):
    store.write(("INSERT INTO settings VALUES (?, ?)", (f"a{number}", "x")),
                ("INSERT INTO settings VALUES (?, ?)", (f"b{number}", "x")))
    receipts.add(Receipt(turn=number))
    print(number, flush=True)
"""


def test_an_agent_that_writes_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    running = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    folders = StateFolders(folder, folder)
    try:
        for number in range(3):
            for _ in range(3):
                running.stdout.readline()
            backup(folders, tmp_path / f"{number}.zip", keys=True)
    finally:
        running.kill()
        running.communicate()
    for number in range(3):
        other = tmp_path / f"other{number}"
        restore(tmp_path / f"{number}.zip", StateFolders(other, other))
        settings, receipts, _ = seen(other)
        assert settings % 2 == 0 and receipts >= 3 * number, "no half transaction"


def rewritten(
    file: Path, change: Callable[[dict[str, bytes], Manifest], Manifest | None]
) -> None:
    """The archive with its files or what it says of them changed."""
    with zipfile.ZipFile(file) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    manifest = msgspec.json.decode(found.pop("manifest.json"), type=Manifest)
    manifest = change(found, manifest) or manifest
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", msgspec.json.encode(manifest))
        for name, data in found.items():
            archive.writestr(name, data)


def entry(data: bytes) -> dict[str, object]:
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "schema": 0}


def with_file(name: str, data: bytes) -> Callable[..., Manifest]:
    """An archive that also holds that file, and says so."""

    def change(found: dict[str, bytes], manifest: Manifest) -> Manifest:
        found[name] = data
        told = msgspec.to_builtins(manifest)
        told["files"][name] = entry(data)
        return msgspec.convert(told, Manifest)

    return change


def newer_book() -> bytes:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("PRAGMA user_version = 99")
        return db.serialize()


WRONG: dict[str, Callable[..., Manifest | None]] = {
    "a file changed": lambda f, m: f.update({"state.sqlite": b"x" * 4096}),
    "a file more": lambda f, m: f.update({"receipts.jsonl.exe": b"x"}),
    "a file less": lambda f, m: f.pop("cost.sqlite") and None,
    "a path upwards": with_file("../../.bashrc", b"x"),
    "an absolute path": with_file("/etc/passwd", b"x"),
    "a folder": with_file("receipts.jsonl/", b""),
    "another name": with_file("notes.txt", b"x"),
    "a name with a line": with_file("state.sqlite\n", b"x"),
    "a windows path": with_file("..\\state.sqlite", b"x"),
    "a newer format": lambda f, m: msgspec.structs.replace(m, format=2),
    "a newer book": with_file("state.sqlite", newer_book()),
    "no book": with_file("state.sqlite", b"no book at all" * 400),
    "keys unsaid": with_file("device.key", b"k" * 32),
    "more than it says": lambda f, m: msgspec.structs.replace(
        m,
        files={
            n: msgspec.structs.replace(s, size=max(0, s.size - 1))
            for n, s in m.files.items()
        },
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_refused_and_changes_nothing(
    tmp_path: Path, wrong: str
) -> None:
    folder, file = tmp_path / "state", tmp_path / "saved.zip"
    folders = fill(folder, 2)
    backup(folders, file, keys=False)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    rewritten(file, WRONG[wrong])
    with pytest.raises(ArchiveError) as told:
        restore(file, folders)
    assert ("newer" in told.value.what) == ("newer" in wrong), told.value
    after = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert after == before
    assert not (tmp_path.parent / ".bashrc").exists()


def test_a_damaged_archive_is_refused_or_whole(tmp_path: Path) -> None:
    file = tmp_path / "saved.zip"
    folders = fill(tmp_path / "state", 1)
    backup(folders, file, keys=False)
    _, whole = read_archive(file, folders)
    packed = file.read_bytes()
    for seed in range(120):
        file.write_bytes(damaged(packed, seed))
        try:
            _, found = read_archive(file, folders)
        except ArchiveError as error:
            assert error.cause and error.hint
        else:
            assert found == whole, seed


def damaged(packed: bytes, seed: int) -> bytes:
    chance, data = Random(seed), bytearray(packed)
    if seed % 3 == 0:
        del data[chance.randrange(len(data)) :]
    else:
        for _ in range(chance.choice((1, 1, 5, 50))):
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def test_what_is_no_archive(tmp_path: Path) -> None:
    folders = StateFolders(tmp_path / "state", tmp_path / "state")
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    for data in (b"", b"no archive", empty.getvalue()):
        (tmp_path / "x.zip").write_bytes(data)
        with pytest.raises(ArchiveError):
            restore(tmp_path / "x.zip", folders)
    for path in (tmp_path / "none.zip", tmp_path):
        with pytest.raises(ArchiveError):
            restore(path, folders)
    assert not (tmp_path / "state").exists()


def test_a_backup_takes_no_place_of_another(tmp_path: Path) -> None:
    folders = fill(tmp_path / "state", 1)
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        backup(folders, tmp_path / "there.zip", keys=False)
    assert (tmp_path / "there.zip").read_text() == "mine"
    with pytest.raises(StoreError):
        backup(folders, tmp_path / "nowhere" / "x.zip", keys=False)
    nothing = StateFolders(tmp_path / "nothing", tmp_path / "nothing")
    with pytest.raises(UsageError, match="no state"):
        backup(nothing, tmp_path / "x.zip", keys=False)


def test_a_full_disk_puts_back_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = tmp_path / "state", tmp_path / "saved.zip"
    folders = fill(folder, 2)
    backup(folders, file, keys=False)
    fill(folder, 1)
    renames = [0]
    real = Path.rename

    def full(path: Path, to: Path) -> Path:
        renames[0] += 1
        if renames[0] == 7:
            raise OSError(28, "No space left on device")
        return real(path, to)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(StoreError, match="exchanged"):
        restore(file, folders)
    monkeypatch.setattr(Path, "rename", real)
    assert seen(folder) == (2, 3, 3)
    assert not list(folder.glob(".*restored"))


KILLED = """
import os, sys
from pathlib import Path
from voiceagent.app.restore import restore
from voiceagent.app.state_files import StateFolders
left, real = [int(sys.argv[3])], Path.rename
def rename(path, to):
    left[0] -= 1
    if left[0] < 0:
        os._exit(9)
    return real(path, to)
Path.rename = rename
folder = Path(sys.argv[1])
restore(Path(sys.argv[2]), StateFolders(folder, folder))
"""


@pytest.mark.parametrize("after", [0, 3, 7])
def test_a_kill_in_the_middle_loses_nothing(tmp_path: Path, after: int) -> None:
    folder, file = tmp_path / "state", tmp_path / "saved.zip"
    folders = fill(folder, 2)
    backup(folders, file, keys=False)
    fill(folder, 1)
    before = {hashlib.sha256(p.read_bytes()).digest() for p in parts(folder)}
    words = [sys.executable, "-c", KILLED, str(folder), str(file), str(after)]
    assert subprocess.run(words).returncode == 9
    everything = {hashlib.sha256(p.read_bytes()).digest() for p in parts(folder)}
    assert before <= everything
    restore(file, folders)
    assert seen(folder) == (2, 2, 2)
    everything = {hashlib.sha256(p.read_bytes()).digest() for p in parts(folder)}
    assert before <= everything, "what was there lies aside"


def parts(folder: Path) -> list[Path]:
    """Every file below it that holds something."""
    return [p for p in folder.rglob("*") if p.is_file() and p.stat().st_size]


def test_erasing_takes_ours_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = tmp_path / "state", tmp_path / "saved.zip"
    monkeypatch.setenv("VOICEAGENT_STORE__FOLDER", str(folder))
    monkeypatch.chdir(tmp_path)
    folders = fill(folder, 2)
    backup(folders, file, keys=False)
    restore(file, folders)
    with pytest.raises(UsageError, match="not said"):
        erase(everything=False, yes=True)
    monkeypatch.setattr("typer.confirm", lambda *a, **k: False)
    with pytest.raises(UsageError, match="nothing was changed"):
        erase(everything=True, yes=False)
    assert seen(folder) == (2, 2, 2)
    erase(everything=True, yes=True)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert not list(leftovers(folders)) and not aside_folders(folders)
    erase(everything=True, yes=True)  # nothing is there any more: no error
