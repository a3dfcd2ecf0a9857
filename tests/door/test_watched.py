"""What changes is read again; what is wrong leaves what was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voiceagent.door.watched import Watched
from voiceagent.errors import ConfigError


def test_files_are_read_again_when_they_change(tmp_path: Path) -> None:
    file, read = tmp_path / "file", []

    def again() -> None:
        if file.read_text() == "bad":
            raise ConfigError("it is bad")
        read.append(file.read_text())

    watched = Watched("thing", [file], again)
    assert not watched.look() and read == []
    file.write_text("one")
    assert watched.look() and not watched.look() and read == ["one"]
    file.write_text("bad")
    assert not watched.look() and "thing" in watched.trouble
    file.unlink()
    assert not watched.look() and watched.trouble
    file.write_text("three")
    assert watched.look() and not watched.trouble and read[-1] == "three"
    assert watched.look(always=True) and read[-2:] == ["three", "three"]


def test_whatever_reading_brings_up_the_watch_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "file"

    def again() -> None:
        assert b"\xff" in file.read_bytes()
        raise ValueError("what stands in it")

    watched = Watched("thing", [file], again)
    file.write_bytes(b"\xff")
    assert not watched.look() and "thing" in watched.trouble
    assert "ValueError" in caplog.text and "stands" not in caplog.text
    file.unlink()
    assert not watched.look() and watched.trouble


def test_what_could_be_read_for_ever_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe would hold up the watch, and with it every token that is taken back."""
    monkeypatch.setattr("voiceagent.door.watched.MOST", 1000)
    file, read = tmp_path / "file", []
    watched = Watched("thing", [file], lambda: read.append(file.stat().st_size))
    file.write_bytes(bytes(1001))
    assert not watched.look() and watched.trouble and not read
    file.unlink()
    os.mkfifo(file)
    assert not watched.look() and watched.trouble and not read
    file.unlink()
    file.symlink_to("/dev/zero")
    assert not watched.look(always=True) and watched.trouble and not read
    file.unlink()
    file.mkdir()
    assert not watched.look() and watched.trouble and not read
    file.rmdir()
    file.write_bytes(bytes(1000))
    assert watched.look() and not watched.trouble and read == [1000]
