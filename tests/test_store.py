"""What is kept stays kept, and trouble is told, not swallowed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import StoreError
from voiceagent.store import TABLES, Store
from voiceagent.store.database import DatabaseFile

pytestmark = pytest.mark.unit

INSERT = "INSERT INTO settings VALUES (?, ?)"


@given(st.dictionaries(st.text(), st.text()))
def test_what_is_remembered_is_found(values: dict[str, str]) -> None:
    store = Store()
    clean = {k: v for k, v in values.items() if (k + v).isprintable()}
    for key, value in clean.items():
        store.remember(key, value)
    assert {key: store.setting(key) for key in clean} == clean
    store.close()


def test_a_write_is_all_or_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "state.sqlite")
    with pytest.raises(StoreError):
        store.write((INSERT, ("a", "1")), (INSERT, ("a", "2")))
    assert store.setting("a", "none") == "none"
    store.remember("a", "3")
    assert store.setting("a") == "3"
    store.close()


@pytest.mark.fault
def test_a_corrupt_file_is_moved_aside_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    file.write_bytes(b"this is no database, but somebody may want it" * 30)
    for number in (1, 2):
        store = Store(file)
        store.remember("a", "b")
        store.close()
        assert store.moved_aside == tmp_path / f"state.corrupt-{number}"
        assert b"somebody may want it" in store.moved_aside.read_bytes()
        file.write_bytes(b"this is no database, but somebody may want it" * 30)


@pytest.mark.fault
def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    store.remember("kept", "yes")
    pages = store.read("PRAGMA page_count")[0][0]
    store.read(f"PRAGMA max_page_count = {pages}")
    for number in range(100):
        store.remember(f"key {number}", "x" * 500)
    assert not store.kept
    (trouble,) = store.troubles()
    assert "full" in trouble.why and "free some space" in trouble.hint
    assert store.setting("kept") == "yes" and store.setting("key 99") == "x" * 500
    store.close()
    again = Store(tmp_path / "state.sqlite")
    assert again.setting("kept") == "yes" and again.setting("key 99") == "x" * 500
    again.close()


@pytest.mark.fault
def test_a_closed_store_says_so() -> None:
    store = Store()
    store.close()
    with pytest.raises(StoreError, match="could not be read"):
        store.setting("a")


def files(path: Path) -> Iterator[DatabaseFile]:
    """Of the device, and of the region."""
    yield DatabaseFile(path, TABLES, 1, "store.folder")
    yield DatabaseFile(path, TABLES, 1, "memory.folder", wipes=True)


@pytest.mark.fault
def test_a_newer_file_and_a_place_that_is_none_are_told(tmp_path: Path) -> None:
    file = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA user_version = 99")
    for newer in files(file):
        with pytest.raises(StoreError, match=r"newer voiceagent(?s:.*)\.folder"):
            newer.open()
    file.rename(tmp_path / "kept")
    for nowhere in files(tmp_path / "kept" / "x.sqlite"):
        with pytest.raises(StoreError, match=r"no folder at(?s:.*)\.folder"):
            nowhere.open()
    (tmp_path / "folder.sqlite").mkdir()
    for folder in files(tmp_path / "folder.sqlite"):
        with pytest.raises(StoreError, match=r"folder\.sqlite"):
            folder.open()


@pytest.mark.fault
def test_a_damaged_file_that_cannot_be_moved_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.sqlite"
    file.write_bytes(b"no database" * 500)

    def refused(path: Path, target: object) -> Path:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "replace", refused)
    for damaged in files(file):
        with pytest.raises(StoreError, match="cannot be moved aside"):
            damaged.open()
    assert file.read_bytes().startswith(b"no database")
    assert [one.name for one in tmp_path.iterdir()] == ["x.sqlite"]


def test_a_glance_is_as_new_as_the_last_look(tmp_path: Path) -> None:
    one, other = (Store(tmp_path / "state.sqlite") for _ in range(2))
    one.remember("volume", "30")
    assert one.glance("volume") == "30" and other.glance("volume", "70") == "70"
    assert other.setting("volume") == "30" and other.glance("volume") == "30"


def test_a_promise_that_cannot_be_kept_is_counted(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").mkdir()
    store = Store(tmp_path / "state.sqlite")
    store.remember("volume", "30")
    assert store.unkept == 0 and store.setting("volume") == "30"
    store.write((INSERT, ("list", "milk")))
    assert store.unkept == 1 and store.setting("list") == "milk"
