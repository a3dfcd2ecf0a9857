"""What is kept between runs: found again, made anew wherever anything is wrong."""

from __future__ import annotations

import errno
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs import SHIPPED, parser, shipped
from voiceagent.app import kept as module
from voiceagent.app.kept import KeptFiles, cache_folder, program

pytestmark = pytest.mark.unit


class Making:
    """Counts how often something is made."""

    def __init__(self, thing: object = "thing") -> None:
        self.thing, self.count = thing, 0

    def __call__(self) -> object:
        self.count += 1
        return self.thing


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_thing_is_made_once(tmp_path: Path) -> None:
    making = Making({"a": [1, 2.5, "ü"]})
    for _ in range(3):  # each as another run of the program
        assert KeptFiles(tmp_path / "c").get("kind", [b"x"], making) == making.thing
    assert making.count == 1
    assert [f.stat().st_mode & 0o777 for f in files(tmp_path / "c")] == [0o600]
    assert (tmp_path / "c").stat().st_mode & 0o777 == 0o700


@given(
    st.lists(st.binary(max_size=3), max_size=3),
    st.lists(st.binary(max_size=3), max_size=3),
)
def test_it_is_found_by_all_that_it_was_made_from(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (module._key("k", one) == module._key("k", other)) == (one == other)
    assert module._key("k", one) != module._key("l", one)


@pytest.mark.parametrize("what", ["__version__"])
def test_another_version_makes_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    KeptFiles(tmp_path).get("kind", [b"x"], Making())
    monkeypatch.setattr(module, what, "9.9")
    making = Making()
    KeptFiles(tmp_path).get("kind", [b"x"], making)
    assert making.count == 1 and len(files(tmp_path)) == 2


def damages() -> dict[str, Callable[[Path], Any]]:
    def write(change: Callable[[bytes], bytes]) -> Callable[[Path], Any]:
        return lambda path: path.write_bytes(change(path.read_bytes()))

    def folder(path: Path) -> None:
        path.unlink()
        path.mkdir()

    def link(path: Path) -> None:
        target = path.rename(path.with_name("elsewhere"))
        path.symlink_to(target)

    def pipe(path: Path) -> None:
        path.unlink()
        os.mkfifo(path)

    return {
        "empty": write(lambda data: b""),
        "cut": write(lambda data: data[:-1]),
        "longer": write(lambda data: data + b"."),
        "one bit": write(lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]),
        "older format": write(lambda data: data.replace(b"kept 1", b"kept 0")),
        "other key": write(lambda data: data[:20] + bytes(32) + data[52:]),
        "writable by others": lambda path: path.chmod(0o622),
        "a folder": folder,
        "a link": link,
        "a pipe": pipe,
    }


@pytest.mark.parametrize("name", damages())
def test_damage_is_no_error(tmp_path: Path, name: str) -> None:
    KeptFiles(tmp_path).get("kind", [b"x"], Making())
    (path,) = files(tmp_path)
    damages()[name](path)
    making = Making("anew")
    assert KeptFiles(tmp_path).get("kind", [b"x"], making) == "anew"
    assert making.count == 1


@given(st.data())
def test_any_bytes_in_the_place_of_a_file_are_survived(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        KeptFiles(folder).get("kind", [b"x"], Making())
        (path,) = files(folder)
        path.write_bytes(data.draw(st.binary(max_size=300)))
        assert KeptFiles(folder).get("kind", [b"x"], Making("anew")) == "anew"
        assert KeptFiles(folder).get("kind", [b"x"], Making("no")) == "anew"


def test_a_pickle_that_others_could_have_put_there_is_not_run(tmp_path: Path) -> None:
    KeptFiles(tmp_path).get("kind", [b"x"], Making())
    tmp_path.chmod(0o777)
    making = Making("anew")
    assert KeptFiles(tmp_path).get("kind", [b"x"], making) == "anew"
    assert making.count == 1


def test_a_folder_of_somebody_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KeptFiles(tmp_path).get("kind", [b"x"], Making())
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    making = Making("anew")
    assert KeptFiles(tmp_path).get("kind", [b"x"], making) == "anew"
    assert making.count == 1 and len(files(tmp_path)) == 1


def refused(code: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_folder_that_takes_nothing_is_no_error(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    code: int,
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setattr(module, "_put", refused(code))
    kept = KeptFiles(tmp_path)
    for number in range(3):
        thing = kept.get("kind", [bytes([number])], Making(number))
        assert thing == number
    assert len(caplog.records) == 1
    assert files(tmp_path) == []


def test_a_disk_that_fills_up_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", refused(errno.ENOSPC))
    assert KeptFiles(tmp_path).get("kind", [b"x"], Making("made")) == "made"
    assert files(tmp_path) == []


def test_a_file_in_the_place_of_the_folder_is_no_error(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("here already")
    assert KeptFiles(place).get("kind", [b"x"], Making("made")) == "made"
    assert place.read_text() == "here already"


def test_what_cannot_be_pickled_is_made_each_time(tmp_path: Path) -> None:
    making = Making(lambda: None)
    kept = KeptFiles(tmp_path)
    kept.get("kind", [b"x"], making)
    kept.get("kind", [b"x"], making)
    assert making.count == 2
    assert kept.get("kind", [b"y"], Making("good")) == "good"
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_made_of_a_shipped_pack_can_be_kept(name: str) -> None:
    """One function without a name in it, and every start reads all templates."""
    made = (parser(name), shipped(name).outfit, shipped(name).framed)
    kept = pickle.loads(pickle.dumps(made))
    assert kept[0].parse("never mind") == parser(name).parse("never mind")


def test_what_fails_is_raised_and_not_kept(tmp_path: Path) -> None:
    def fail() -> object:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        KeptFiles(tmp_path).get("kind", [b"x"], fail)
    assert files(tmp_path) == []


def test_the_folder_stays_within_its_limit(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, limit=10_000)
    for number in range(30):
        before = set(files(tmp_path))
        kept.get("kind", [bytes([number])], Making(bytes(900)))
        (fresh,) = set(files(tmp_path)) - before
        os.utime(fresh, (number, number))
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 10_000
    making = Making()
    kept.get("kind", [bytes([29])], making)
    assert making.count == 0


def test_one_thing_that_is_larger_than_its_share_is_not_kept(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, limit=10_000)
    kept.get("small", [b"x"], Making("small"))
    kept.get("large", [b"x"], Making(bytes(9_000)))
    assert [path.name.split("-")[0] for path in files(tmp_path)] == ["small"]


def test_what_was_never_finished_goes_after_an_hour(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    old, fresh = tmp_path / "tmp-1-old", tmp_path / "tmp-2-fresh"
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(old, (1, 1))
    KeptFiles(tmp_path).get("kind", [b"x"], Making())
    assert not old.exists() and fresh.exists()


def test_two_processes_at_once_get_the_same(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from voiceagent.app.kept import KeptFiles\n"
        "for n in range(40):\n"
        "    made = KeptFiles(Path(sys.argv[1]), limit=3000).get('k', [bytes([n % 4])],"
        " lambda: [n % 4] * 200)\n"
        "    assert made == [n % 4] * 200, made\n"
    )
    argv = [sys.executable, "-c", code, str(tmp_path / "c")]
    both = [subprocess.Popen(argv) for _ in range(2)]
    assert [process.wait(50) for process in both] == [0, 0]
    assert not [f for f in files(tmp_path / "c") if f.name.startswith("tmp-")]


@pytest.mark.parametrize(
    ("named", "home", "found"),
    [
        ("/x", "/h", Path("/x/voiceagent")),
        ("", "/h", Path("/h/.cache/voiceagent")),
        ("not/absolute", "/h", Path("/h/.cache/voiceagent")),
        ("", "", None),
        ("", "relative", None),
    ],
)
def test_where_the_cache_lies(
    monkeypatch: pytest.MonkeyPatch, named: str, home: str, found: Path | None
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", named)
    monkeypatch.setenv("HOME", home)
    assert cache_folder() == found
    if found is None:
        assert KeptFiles().get("kind", [b"x"], Making("made")) == "made"


def test_the_code_of_other_rooms_does_not_count() -> None:
    assert program("lang") == program("lang") != program("nlu")


def test_whether_something_was_made_anew_is_known(tmp_path: Path) -> None:
    first, again = (KeptFiles(tmp_path / "kept") for _ in range(2))
    assert not first.missed
    first.get("x", [b"1"], lambda: 1)
    again.get("x", [b"1"], lambda: 2)
    assert first.missed and not again.missed
