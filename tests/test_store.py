"""What is kept stays kept, and trouble is told, not swallowed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import StoreError
from voiceagent.region.sqlite_memory import SqliteMemory
from voiceagent.store import Store

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
    with pytest.raises(StoreError) as caught:
        for number in range(1000):
            store.remember(f"key {number}", "x" * 500)
    assert "full" in caught.value.cause
    assert "free some space" in caught.value.hint
    assert store.setting("kept") == "yes"
    store.read("PRAGMA max_page_count = 100000")
    store.remember("again", "yes")
    store.close()


@pytest.mark.fault
def test_a_closed_store_says_so() -> None:
    store = Store()
    store.close()
    with pytest.raises(StoreError, match="could not be read"):
        store.setting("a")


BOTH = pytest.mark.parametrize("opened", [Store, SqliteMemory])


@pytest.mark.fault
@BOTH
def test_a_newer_file_and_a_place_that_is_none_are_told(
    opened: Callable[[Path], object], tmp_path: Path
) -> None:
    file = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=r"newer voiceagent(?s:.*)\.folder"):
        opened(file)
    file.rename(tmp_path / "kept")
    with pytest.raises(StoreError, match=r"no folder at(?s:.*)\.folder"):
        opened(tmp_path / "kept" / "x.sqlite")
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(StoreError, match=r"folder\.sqlite"):
        opened(tmp_path / "folder.sqlite")


@pytest.mark.fault
@BOTH
def test_a_damaged_file_that_cannot_be_moved_is_told(
    opened: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.sqlite"
    file.write_bytes(b"no database" * 500)

    def refused(path: Path, target: object) -> Path:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(StoreError, match="cannot be moved aside"):
        opened(file)
    assert file.read_bytes().startswith(b"no database")
