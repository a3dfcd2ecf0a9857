"""State lies in a folder of our own, and what lay elsewhere is brought there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voiceagent.privacy.receipts import Receipt, Receipts
from voiceagent.store import Store, state_folder

pytestmark = pytest.mark.unit


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def test_it_is_ours_below_the_users(home: Path) -> None:
    assert state_folder() == home / "voiceagent"
    assert list(home.iterdir()) == [], "nothing is made by asking"


def test_a_service_has_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", f"{home}/service:{home}/other")
    assert state_folder() == home / "service"


@pytest.mark.parametrize("named", ["", "relative/folder"])
def test_without_a_place_it_is_below_home(
    named: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", named)
    monkeypatch.setenv("HOME", str(home))
    assert state_folder() == home / ".local" / "state" / "voiceagent"


def test_what_lies_in_the_old_place_is_moved(home: Path) -> None:
    store = Store(home / "state.sqlite")
    store.remember("volume", "30")
    receipt = Receipts(home).add(Receipt(turn=1))
    store.close()
    (home / "other.sqlite").write_text("another program's")
    folder = state_folder()
    assert sorted(one.name for one in home.iterdir()) == ["other.sqlite", "voiceagent"]
    assert Store(folder / "state.sqlite").setting("volume") == "30"
    assert list(Receipts(folder).all()) == [receipt]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_another_program_has_open_stays_where_it_is(home: Path) -> None:
    store = Store(home / "state.sqlite")
    store.remember("volume", "30")
    assert state_folder() == home
    store.close()
    assert state_folder() == home / "voiceagent"


def test_files_of_other_programs_are_left_alone(home: Path) -> None:
    for name in ("state.sqlite", "receipts.jsonl", "device.key"):
        (home / name).write_bytes(b"somebody else's")
    assert state_folder() == home / "voiceagent"
    assert (home / "state.sqlite").exists() and (home / "device.key").exists()


def test_nothing_is_overwritten(home: Path) -> None:
    for folder, volume in ((home, "30"), (home / "voiceagent", "50")):
        store = Store(folder / "state.sqlite")
        store.remember("volume", volume)
        store.close()
    assert Store(state_folder() / "state.sqlite").setting("volume") == "50"
    assert (home / "state.sqlite").exists()


@pytest.mark.fault
def test_a_place_that_cannot_be_moved_is_used(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(home / "state.sqlite").close()

    def refused(path: os.PathLike[str], *more: object, **named: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "replace", refused)
    assert state_folder() == home
