"""What is kept stays kept, and trouble is told, not swallowed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import StoreError
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
def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    db = sqlite3.connect(file)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer"):
        Store(file)


@pytest.mark.fault
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        Store(tmp_path / "file" / "state.sqlite")
    assert "store.folder" in caught.value.hint


@pytest.mark.fault
def test_a_closed_store_says_so() -> None:
    store = Store()
    store.close()
    with pytest.raises(StoreError, match="could not be read"):
        store.setting("a")
