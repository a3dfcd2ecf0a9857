"""What changes is read again; what is wrong leaves what was."""

from __future__ import annotations

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
