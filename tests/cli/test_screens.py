"""What a person sees: the live line, tables of devices, and what a path means."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from voiceagent.audio.portaudio import Microphone
from voiceagent.cli import doctor, listen, shared
from voiceagent.cli.terminal import Display
from voiceagent.errors import DeviceMissing
from voiceagent.port import Captions, Numbered, Snapshot
from voiceagent.trace.events import Event, TurnCancelled

pytestmark = pytest.mark.unit
TWO = [
    Microphone(0, "hw:0 [bold]", 2, 44100.0),
    Microphone(3, "headset", 1, 16000.0, default=True),
]


def shown(event: Event) -> str:
    out = io.StringIO()
    display = Display(Console(file=out, width=80), snapshot=lambda: now(muted=False))
    display(Numbered(1, 2.0, event))
    return out.getvalue()


def now(*, muted: bool) -> Snapshot:
    state = "muted" if muted else "idle"
    return Snapshot(
        seq=0,
        state=state,
        muted=muted,
        captions=Captions(),
        engines={},
        volume=50,
        patience=1.0,
    )


def test_a_turn_in_which_nothing_was_said_says_so() -> None:
    assert "nothing was said" in shown(TurnCancelled(turn=1, reason="no speech"))
    assert "cancelled" in shown(TurnCancelled(turn=1, reason="cancelled"))
    assert shown(TurnCancelled(turn=1, reason="replaced")) == ""


def test_the_level_of_a_muted_microphone_is_not_shown() -> None:
    for muted in (True, False):
        out = io.StringIO()
        console = Console(file=out, width=80)
        display = Display(
            console, snapshot=lambda m=muted: now(muted=m), level=lambda: -20.0
        )
        console.print(display._status())
        assert ("dB" in out.getvalue()) is not muted


def test_microphones_are_a_table_that_fits() -> None:
    out = io.StringIO()
    Console(file=out, width=80).print(listen._table(TWO))
    assert "hw:0 [bold]" in out.getvalue() and "usual" in out.getvalue()
    assert all(len(line) <= 80 for line in out.getvalue().splitlines())


def test_doctor_does_not_tick_a_microphone_that_is_not_there() -> None:
    with pytest.raises(DeviceMissing) as caught:
        doctor._devices([])
    assert caught.value.hint
    assert doctor._devices(TWO).startswith("headset, and 1 more")


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("coffee", True), ("./coffee", False), ("coffee/", False), ("..", False)],
)
def test_only_a_plain_name_may_be_a_shipped_pack(typed: str, plain: bool) -> None:
    path = shared.pack_path(typed)
    assert path == (Path(typed) if plain else Path(typed).absolute())
