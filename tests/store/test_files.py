"""Files are whole or not there, for their owner alone, and leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from voiceagent.errors import StoreError
from voiceagent.store import files, scratch
from voiceagent.store.files import folder_locked, private_folder, put, put_new
from voiceagent.store.scratch import ScratchFolder, sweep_scratch

pytestmark = pytest.mark.fault


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "voiceagent"
    private_folder(folder)
    assert mode(folder) == mode(folder.parent) == 0o700
    folder.chmod(0o755)
    tmp_path.chmod(0o755)
    private_folder(folder)
    private_folder(tmp_path)
    assert mode(folder) == 0o700, "ours by its name"
    assert mode(tmp_path) == 0o755, "somebody else made it"


def test_a_file_is_whole_or_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    put(file, b"one")
    assert file.read_bytes() == b"one" and mode(file) == 0o600
    assert not put_new(file, b"two") and file.read_bytes() == b"one"

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for write in (put, put_new):
        with pytest.raises(OSError, match="No space"):
            write(file, b"three")
    assert file.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [file]


def test_without_links_a_new_file_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*paths: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refused)
    assert put_new(tmp_path / "file", b"one")
    assert not put_new(tmp_path / "file", b"two")
    assert (tmp_path / "file").read_bytes() == b"one"


KILLED = """
import os, sys
from pathlib import Path
from voiceagent.store import files, scratch
from voiceagent.store.scratch import ScratchFolder
folder = ScratchFolder()
(folder.path / "clause.wav").write_bytes(b"a reply")
os.link = lambda *paths: os.kill(os.getpid(), 9)
files.put_new(Path(sys.argv[1]), b"half")
"""


def test_what_a_killed_process_left_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    environ = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
    file = tmp_path / "a.key"
    done = subprocess.run([sys.executable, "-c", KILLED, str(file)], env=environ)
    assert done.returncode == -9 and not file.exists()
    left = [*tmp_path.glob(".a.key*"), *(tmp_path / "tmp").rglob("clause.wav")]
    assert len(left) == 2
    with ScratchFolder() as mine:  # the first one of a process sweeps
        assert not left[1].exists()
        (mine.path / "mine.wav").touch()
        assert sweep_scratch() == 0
        assert put_new(file, b"whole") and (mine.path / "mine.wav").exists()
    assert not any(one.exists() for one in left) and not mine.path.exists()
    assert sweep_scratch() == 0
    (base,) = (tmp_path / "tmp").iterdir()
    assert mode(base) == 0o700 and list(base.iterdir()) == []


def test_a_scratch_folder_of_somebody_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "theirs").mkdir()
    (tmp_path / f"voiceagent-{os.getuid()}").symlink_to(tmp_path / "theirs")
    with pytest.raises(PermissionError, match="not this user's alone"):
        ScratchFolder()
    assert sweep_scratch() == 0


def test_a_lock_that_is_held_for_good_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE", 2)
    with folder_locked(tmp_path):
        with pytest.raises(TimeoutError, match="another program"):
            with folder_locked(tmp_path):
                pass
    with folder_locked(tmp_path):
        pass


def test_where_the_temporary_folder_is_full_memory_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shm").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "MEMORY", tmp_path / "shm")
    monkeypatch.setattr(scratch, "ROOM", 1 << 60)
    with ScratchFolder() as folder:
        assert folder.path.is_relative_to(tmp_path / "shm")
        left = folder.path.with_name("left")
        left.mkdir()
    monkeypatch.setattr(scratch, "ROOM", 0)
    with ScratchFolder() as folder:
        assert not folder.path.is_relative_to(tmp_path / "shm")
    assert sweep_scratch() == 0 and not left.exists(), "swept on the way"


def test_what_can_become_no_file_is_refused_before_the_work(tmp_path: Path) -> None:
    from voiceagent.store.files import can_become_files

    can_become_files(None, Path("nowhere") / "report.html", Path("/dev/null"))
    with pytest.raises(StoreError, match="cannot be written") as caught:
        can_become_files(None, Path("/tmp"))
    assert "folder" in caught.value.cause and "/tmp/NAME" in caught.value.hint
    file = tmp_path / "file"
    file.touch()
    can_become_files(file, tmp_path / "new" / "deep" / "report.html")
    for below in (file / "report.html", file / "deep" / "report.html"):
        with pytest.raises(StoreError, match="cannot be written") as caught:
            can_become_files(below)
        assert "no folder" in caught.value.cause
