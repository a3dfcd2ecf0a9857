"""An engine in a process of its own: whatever becomes of it, the caller gets on."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest

from voiceagent import child_process
from voiceagent.child_process import CAN_COPY, Child
from voiceagent.child_process.own_path import (
    SAFE,
    from_no_folder,
    module_line,
    started,
)
from voiceagent.errors import EngineDied, EngineFailed, EngineHung, EngineLost

pytestmark = pytest.mark.fault
ROOT = Path(__file__).resolve().parents[1]
copies = pytest.mark.skipif(not CAN_COPY, reason="only Linux copies processes")


@dataclass
class Toy:
    """Counts its calls, and does whatever harm it is told to."""

    calls: list[str] = field(default_factory=list)

    def add(self, word: str) -> int:
        """One more."""
        self.calls.append(word)
        return len(self.calls)

    def forget(self) -> None:
        """As if none had been."""
        self.calls.clear()

    def harm(self, how: str) -> None:
        """Never come back, one way or another."""
        harm(how)

    def size(self, data: bytes) -> int:
        """Of something large."""
        return len(data)

    def shout(self, where: str) -> None:
        """Break, in words that are none."""

        def broken() -> None:
            raise ValueError("\x1b[31mred\x07\u202e")

        if where == "call":
            broken()
        thread = threading.Thread(target=broken)
        thread.start()
        thread.join()

    def refuse(self) -> None:
        """A complaint that is none of a broken engine."""
        raise EngineFailed("no", hint="do not ask")


def harm(how: str) -> None:
    """End, stop, or go round in circles."""
    match how:
        case "exit":
            os._exit(7)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "loop":
            for _ in cycle([0]):
                pass
        case "raise":
            raise SystemExit(3)


def made(how: str) -> Toy:
    """A toy that is harmed while it is made."""
    harm(how)
    return Toy()


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here takes longer than milliseconds, but a process to begin."""
    monkeypatch.setattr(child_process, "STILL", 0.5)
    monkeypatch.setattr(child_process, "STALL", 1)


@pytest.fixture(
    params=[False, pytest.param(True, marks=copies)],
    ids=["one", "copy"],
    scope="module",
)
def toy(request: pytest.FixtureRequest) -> Iterator[Child]:
    """One for all: to begin takes a second."""
    made = Child(Toy, name="toy", what="toy", hint="again", copied=request.param)
    yield made
    made.close()


@pytest.fixture
def child(toy: Child) -> Child:
    """The same, which has done nothing yet."""
    if not toy.well or toy.ask("add", "looked") > 1:
        toy.renew()
    else:
        toy.ask("forget")
    return toy


HARMS = {
    "exit": EngineDied,
    "kill": EngineDied,
    "raise": EngineDied,
    "stop": EngineHung,
    "loop": EngineHung,
}


@pytest.mark.parametrize("how", HARMS)
def test_a_call_that_does_not_come_back_is_an_error_and_the_next_one_is_answered(
    child: Child, how: str
) -> None:
    assert child.ask("add", "one") == 1
    lost = child.pid
    with pytest.raises(EngineLost) as caught:
        child.ask("harm", how, limit=0.3)
    assert type(caught.value) is HARMS[how] and caught.value.replaced
    assert caught.value.hint == "again" and not child.well and not child.alive
    child.renew()
    assert child.well and child.pid != lost
    assert child.ask("add", "two") == 1, "nothing of the lost one is left"


def test_a_complaint_is_no_loss(child: Child) -> None:
    with pytest.raises(EngineFailed, match="no"):
        child.ask("refuse")
    assert child.well and child.ask("add", "one") == 1


def test_one_that_ends_between_two_calls_is_seen(child: Child) -> None:
    os.kill(child.pid, signal.SIGKILL)
    with suppress(EngineDied):  # by the call, or by a look before it
        while child.well:
            child.ask("add", "one")
    assert not child.well
    child.renew()
    assert child.ask("add", "one") == 1


def test_a_stopped_one_takes_no_large_question(child: Child) -> None:
    assert child.ask("size", bytes(4_000_000)) == 4_000_000
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(EngineHung):
        child.ask("size", bytes(4_000_000))
    child.renew()
    assert child.ask("size", bytes(10)) == 10


@pytest.mark.parametrize("how", HARMS)
def test_what_becomes_of_it_while_it_is_made_is_said(how: str) -> None:
    making = 0.3 if HARMS[how] is EngineHung else 30.0
    with pytest.raises(EngineLost) as caught:
        Child(partial(made, how), name="toy", what="toy", hint="again", making=making)
    assert type(caught.value) is HARMS[how]


@copies
def test_many_copies_one_after_the_other_leave_none_behind() -> None:
    with_copies = Child(Toy, name="toy", what="toy", hint="", copied=True)
    seen = set()
    for how in ("kill", "stop", "exit") * 3:
        seen.add(with_copies.pid)
        with pytest.raises(EngineLost):
            with_copies.ask("harm", how)
        with_copies.renew()
    last = with_copies.pid
    assert len(seen) == 9 and with_copies.process.pid not in seen
    with_copies.close()
    assert all(map(gone, {*seen, last}))


@copies
def test_an_original_that_is_lost_too_is_made_anew() -> None:
    toy = Child(Toy, name="toy", what="toy", hint="", copied=True)
    original = toy.process.pid
    assert original is not None
    for how in (signal.SIGSTOP, signal.SIGKILL):
        assert toy.process.pid is not None
        os.kill(toy.process.pid, how)
        with pytest.raises(EngineLost):
            toy.ask("harm", "stop")
        toy.renew()
        assert toy.ask("add", "one") == 1 and toy.process.pid != original
    toy.close()


@copies
def test_anew_means_anew() -> None:
    toy = Child(Toy, name="toy", what="toy", hint="", copied=True)
    original = toy.process.pid
    toy.renew()
    assert toy.process.pid == original
    toy.renew(anew=True)
    assert toy.process.pid != original and toy.ask("add", "one") == 1
    toy.close()


BROKEN = """
from test_child_process import *
from voiceagent.errors import EngineLost
for where in ("call", "thread"):
    toy = Child(Toy, name="toy", what="toy", hint="", copied={copied})
    try:
        toy.ask("shout", where)
        toy.ask("size", b"")
    except EngineLost:
        pass
    toy.close()
"""


@pytest.mark.parametrize("copied", [False, pytest.param(True, marks=copies)])
def test_what_nobody_caught_in_it_is_told_as_text(copied: bool) -> None:
    done = python(BROKEN.format(copied=copied))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("ValueError: [31m") == 0
    assert done.stderr.count("ValueError: red") == 2 and "\x1b" not in done.stderr


@copies
def python(code: str) -> subprocess.CompletedProcess[str]:
    """Another process runs this, with the tests in reach."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=40,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.parametrize("copied", [False, True])
def test_a_stopped_one_keeps_no_process_from_ending(copied: bool) -> None:
    code = (
        "import os, signal, sys\n"
        "from voiceagent.child_process import Child\n"
        "from test_child_process import Toy\n"
        "if __name__ == '__main__':\n"
        f"    toy = Child(Toy, name='x', what='x', hint='', copied={copied})\n"
        "    os.kill(toy.pid, signal.SIGSTOP)\n"
        "    print(toy.pid, flush=True)\n"
    )
    done = python(code)
    assert done.returncode == 0 and gone(int(done.stdout)), done.stderr


@copies
def test_one_that_is_stopped_does_not_outlive_us_however_we_end() -> None:
    code = (
        "import os, signal\n"
        "from voiceagent.child_process import Child\n"
        "from test_child_process import Toy\n"
        "if __name__ == '__main__':\n"
        "    toy = Child(Toy, name='x', what='x', hint='', copied=True)\n"
        "    os.kill(toy.pid, signal.SIGSTOP)\n"
        "    print(toy.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = python(code)
    assert done.returncode == -signal.SIGKILL and gone(int(done.stdout)), done.stderr


def gone(process: int) -> bool:
    """Whether a process that was killed has ended, at the latest in a while."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)


TRAPS = ("multiprocessing", "pickle", "struct", "json", "tempfile", "socket")
"""Modules that a child imports, as they may lie in the folder one stands in."""
STARTS = """
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from voiceagent.child_process import Child
from voiceagent.child_process.own_path import SAFE, from_no_folder

if __name__ == "__main__":
    Child(dict, name="toy", what="toy", hint="").close()
    with from_no_folder():
        pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        found = pool.map(os.getenv, [SAFE])
    with pool:
        print(list(found))
"""


def trapped(folder: Path) -> Path:
    """A folder in which everything that is imported leaves a trace."""
    for name in TRAPS:
        (folder / f"{name}.py").write_text(f"open({str(folder / 'ran')!r}, 'a')")
    return folder


def test_a_child_imports_nothing_from_where_one_stands(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(STARTS)
    (tmp_path / "stranger").mkdir()
    folder = trapped(tmp_path / "stranger")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert not (folder / "ran").exists()


def test_nor_does_the_program(tmp_path: Path) -> None:
    folder = trapped(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "voiceagent", "ask", "what time is it"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and not (folder / "ran").exists(), done.stderr


def test_a_module_runs_from_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert module_line("a.b") == [sys.executable, "-m", "a.b"]
    monkeypatch.chdir(tmp_path)
    assert module_line("a.b") == [sys.executable, "-P", "-m", "a.b"]


def test_the_environment_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    for given in ("", "yes"):
        monkeypatch.setenv(SAFE, given) if given else monkeypatch.delenv(SAFE, False)
        with from_no_folder(), from_no_folder():
            assert os.environ[SAFE] == given or not given
        assert os.environ.get(SAFE, "") == given
        started()
        assert os.environ.get(SAFE, "") == given


def test_whatever_is_started_of_ours_is_started_that_way() -> None:
    """Python in a process: by `module_line`, or while `from_no_folder` holds."""
    package = ROOT / "voiceagent"
    known = {"child_process/own_path.py", "errors/lines.py", "replay/demo_region.py"}
    for path in package.rglob("*.py"):
        text, name = path.read_text("utf-8"), path.relative_to(package).as_posix()
        starts = "ProcessPoolExecutor(" in text or ".Process(" in text
        assert not starts or "with from_no_folder()" in text, name
        assert "sys.executable" not in text or name in known, name


@pytest.mark.parametrize("pause", [0.0, 0.01, 0.05, 0.3])
def test_it_is_closed_under_a_thread_that_renews_it(pause: float) -> None:
    child = Child(Toy, name="toy", what="toy", hint="", copied=True)
    told: list[EngineLost] = []

    def renews() -> None:
        try:
            while True:
                child.renew(anew=pause > 0.01)
        except EngineLost as error:
            told.append(error)

    thread = threading.Thread(target=renews)
    thread.start()
    thread.join(pause)
    child.close()
    thread.join(10)
    assert [type(error) for error in told] == [EngineDied]  # and no other error
    child.process.join(10)
    assert not child.process.is_alive() and not child.alive and not child.well
    child.close()  # again
