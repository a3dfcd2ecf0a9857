"""The script that steps the real clock: an hour at most, put right, never run here."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import check_clock_steps as script
import pytest

pytestmark = pytest.mark.unit


class Machine(SimpleNamespace):
    """A clock that can be set, in a file, so that a child process sets it too."""

    CLOCK_REALTIME, CLOCK_BOOTTIME = time.CLOCK_REALTIME, time.CLOCK_BOOTTIME
    place: Path

    def clock_gettime(self, which: int) -> float:
        return time.clock_gettime(which)

    def clock_settime(self, which: int, date: float) -> None:
        assert which == self.CLOCK_REALTIME
        self.place.write_text(repr(date - time.time()))

    def time(self) -> float:
        return time.time() + self.off

    @property
    def off(self) -> float:
        return float(self.place.read_text() or 0)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    place = tmp_path / "clock"
    place.write_text("")
    machine = Machine(place=place)
    monkeypatch.setattr(script, "time", machine)
    return machine


def test_without_being_told_it_sets_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr("sys.argv", ["check_clock_steps.py"])
    assert script.main() == 0
    assert machine.place.read_text() == ""
    assert capsys.readouterr().out.count("would step") == 4


def test_a_step_is_an_hour_at_most_and_ends_with_an_error_too(machine: Machine) -> None:
    anchor = script.Anchor.now()
    for seconds in (3601.0, -3601.0, 1e9):
        with pytest.raises(ValueError, match="hour"):
            anchor.step(seconds)
    with pytest.raises(KeyError), script.stepped(anchor, -3600.0):
        assert machine.off == pytest.approx(-3600, abs=0.2)
        raise KeyError
    assert machine.off == pytest.approx(0, abs=0.2)


@pytest.mark.fault
def test_a_kill_in_the_middle_leaves_the_clock_right(machine: Machine) -> None:
    anchor = script.Anchor.now()

    def killed() -> bool:
        anchor.step(3600.0)
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    assert not script.guarded(killed)
    assert machine.off == pytest.approx(0, abs=0.2)
    assert script.guarded(lambda: True)
    assert not script.guarded(lambda: False)


def test_what_rang_wrongly_is_found() -> None:
    heard = script.Heard(0.0, [(15.0, "Your pizza timer is done")])
    heard.rang.append((6.0, "Your alarm was for noon, four minutes ago"))
    assert not list(script._wrong(heard, 300.0))
    assert len(list(script._wrong(heard, -300.0))) == 2
    assert len(list(script._wrong(script.Heard(0.0), 300.0))) == 3


def test_without_its_library_no_clock_is_stepped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(script.OWN, "1")
    monkeypatch.setattr(script, "try_all", None)
    assert script.own_clock() == 2
    assert "not loaded" in capsys.readouterr().err
