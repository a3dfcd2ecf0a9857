"""Choosing a microphone, and the real PortAudio on an ALSA device made of a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from voiceagent.audio.frames import RATE
from voiceagent.audio.inputs import InputChooser
from voiceagent.audio.portaudio import (
    Microphone,
    PortAudio,
    find_device,
    list_devices,
)
from voiceagent.clock import run
from voiceagent.errors import DeviceMissing, EngineMissing, UsageError

pytestmark = pytest.mark.fault


def numbers(start: int, count: int) -> bytes:
    """Samples that tell their own place, none of them zero."""
    return ((np.arange(start, start + count) % 30_000) + 1).astype("<i2").tobytes()


# Choosing a device

DEVICES = [
    Microphone(0, "HDA Intel PCH: ALC257", 2, 48_000.0),
    Microphone(3, "Yeti Stereo Microphone", 2, 44_100.0, default=True),
    Microphone(5, "ReSpeaker 4 Mic Array", 6, 16_000.0),
]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [(None, 3), (5, 5), ("5", 5), ("respeaker", 5), ("YETI STEREO MICROPHONE", 3)],
)
def test_a_device_is_found_by_number_or_part_of_its_name(
    wanted: int | str | None, index: int
) -> None:
    assert find_device(wanted, DEVICES).index == index


def test_a_wrong_device_gets_a_suggestion() -> None:
    with pytest.raises(DeviceMissing, match="did you mean `ReSpeaker 4 Mic Array`"):
        find_device("respeeker", DEVICES)
    with pytest.raises(DeviceMissing, match="choose one of these"):
        find_device(17, DEVICES)
    with pytest.raises(DeviceMissing, match="no microphone"):
        find_device(None, [])
    with pytest.raises(UsageError, match="several"):
        find_device("mic", DEVICES)


def test_a_missing_library_names_its_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(EngineMissing, match=r"`sounddevice`(?s:.*)\[edge\]"):
        list_devices()
    monkeypatch.delitem(sys.modules, "sounddevice")
    code = 'raise OSError("PortAudio library not found")'
    (tmp_path / "sounddevice.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EngineMissing, match="libportaudio2"):
        list_devices()


class Failing:
    """`sounddevice` whose PortAudio breaks in every call, as when it was restarted."""

    class PortAudioError(Exception):
        """As the package has it."""

    default = SimpleNamespace(device=(0, 0))

    def __getattr__(self, name: str) -> Callable[[], None]:
        def fail() -> None:
            raise self.PortAudioError(f"{name} failed")

        return fail


def test_a_portaudio_that_breaks_means_that_there_is_no_device_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Failing())
    audio = PortAudio(before_rescan=lambda: None)
    for attempt in (audio.rescan, lambda: audio.open(None, lambda pcm, lost: None)):
        with pytest.raises(DeviceMissing, match="failed"):
            run(attempt())  # type: ignore[arg-type]


class Interface:
    """`sounddevice` with an interface of several inputs, the first ones dead."""

    PortAudioError = Failing.PortAudioError
    default = SimpleNamespace(device=(0, 0))

    def __init__(self, channels: int, most: int = 128) -> None:
        self.channels = channels
        self.most = most
        """Channels beyond which the driver refuses."""
        self.opened: list[int] = []

    def query_devices(self) -> list[dict[str, object]]:
        """The one."""
        return [
            {
                "index": 0,
                "name": "Interface",
                "max_input_channels": self.channels,
                "default_samplerate": 48_000.0,
            }
        ]

    def RawInputStream(self, **asked: Any) -> Any:  # noqa: N802
        """A stream that delivers one block when it is started."""
        count = asked["channels"]
        self.opened.append(count)
        if count > self.most:
            raise self.PortAudioError("invalid number of channels")
        block = np.repeat(np.arange(1, count + 1, dtype="<i2")[None], 320, 0)
        at = SimpleNamespace(inputBufferAdcTime=0.0)
        status = SimpleNamespace(input_overflow=False)

        def start() -> None:
            asked["callback"](block.tobytes(), 320, at, status)

        return SimpleNamespace(start=start, close=lambda: None)


@pytest.mark.parametrize(
    ("channel", "opened", "heard"), [(0, 8, 1), (1, 8, 1), (5, 8, 5)]
)
def test_a_channel_that_is_asked_for_is_the_one_that_is_heard(
    monkeypatch: pytest.MonkeyPatch, channel: int, opened: int, heard: int
) -> None:
    interface, got = Interface(8), list[bytes]()
    monkeypatch.setitem(sys.modules, "sounddevice", interface)
    run(PortAudio(channel).open(None, lambda pcm, lost: got.append(pcm)))
    assert interface.opened == [opened]
    assert set(np.frombuffer(got[0], "<i2")) == {heard} and len(got[0]) == 640


@pytest.mark.parametrize(
    ("inputs", "most", "opened"),
    [(1, 1, [1]), (2, 2, [2]), (128, 128, [8]), (6, 1, [6, 6, 1])],
)
def test_a_few_inputs_are_opened_or_the_one_that_the_driver_gives(
    monkeypatch: pytest.MonkeyPatch, inputs: int, most: int, opened: list[int]
) -> None:
    interface, got = Interface(inputs, most), list[bytes]()
    monkeypatch.setitem(sys.modules, "sounddevice", interface)
    run(PortAudio().open(None, lambda pcm, lost: got.append(pcm)))
    assert interface.opened == opened
    assert [len(pcm) for pcm in got] == [640]


def test_one_input_is_handed_on_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Interface(1))
    monkeypatch.setattr(InputChooser, "mono", None)
    got = list[bytes]()
    run(PortAudio().open(None, lambda pcm, lost: got.append(pcm)))
    assert got == [np.ones(320, "<i2").tobytes()]


def test_what_was_found_is_heard_again_when_the_device_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interface, got = Interface(8), list[bytes]()
    monkeypatch.setitem(sys.modules, "sounddevice", interface)
    audio = PortAudio()
    run(audio.open(None, lambda pcm, lost: got.append(pcm)))
    assert audio._chooser is not None
    audio._chooser.heard = (4,)
    run(audio.open(None, lambda pcm, lost: got.append(pcm)))
    assert [set(np.frombuffer(pcm, "<i2")) for pcm in got] == [{1}, {5}]


@pytest.mark.parametrize("channel", [3, 64])
def test_a_channel_that_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, channel: int
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Interface(2))
    with pytest.raises(DeviceMissing, match=f"no channel {channel}") as caught:
        run(PortAudio(channel).open(None, lambda pcm, lost: None))
    assert "`audio.channel`" in caught.value.hint


# The real PortAudio on an ALSA device that reads a file

ALSA = """
</usr/share/alsa/alsa.conf>
pcm.test_microphone {{
  type file
  slave.pcm "null"
  file "/dev/null"
  infile "{infile}"
  format "raw"
}}
"""
CHILD = """
import asyncio, json, sys
from voiceagent.audio.microphone import MicrophoneSource
from voiceagent.audio.portaudio import list_devices

async def main():
    gaps = []
    source = MicrophoneSource("test_micro", on_event=gaps.append)
    out, right = [], True
    async for frame in source.frames():
        out.append(frame.pcm)
        if len(out) == 2000:
            break
    return out, gaps, source

names = [device.name for device in list_devices()]
out, gaps, source = asyncio.run(main())
open(sys.argv[1], "wb").write(b"".join(out))
facts = [(gap.t, gap.seconds, gap.cause) for gap in gaps]
print(json.dumps({"names": names, "gaps": facts, "lost": source.lost_seconds}))
"""


@pytest.mark.audio
@pytest.mark.skipif(
    not Path("/usr/share/alsa/alsa.conf").exists(), reason="ALSA is not installed"
)
def test_portaudio_delivers_what_the_device_holds(tmp_path: Path) -> None:
    # The null device is not paced: it delivers some hundred times faster than sound,
    # so the buffer overflows for real and every gap must be accounted for.
    # It has any number of inputs, of which eight are opened: the first one is dead
    # with an offset, the others hear the same.
    one = np.frombuffer(numbers(0, 30_000 * 100), "<i2")
    inputs = np.repeat(one[:, np.newaxis], 8, axis=1)
    inputs[:, 0] = -9000
    (tmp_path / "in.raw").write_bytes(inputs.tobytes())
    config = tmp_path / "asound.conf"
    config.write_text(ALSA.format(infile=tmp_path / "in.raw"))
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "out.raw")],
        env={**os.environ, "ALSA_CONFIG_PATH": str(config)},
        capture_output=True,
        timeout=50,
    )
    if b"PortAudio library not found" in child.stderr:
        pytest.skip("libportaudio2 is not installed")
    assert child.returncode == 0, child.stderr.decode()
    told = json.loads(child.stdout)
    assert "test_microphone" in told["names"]
    heard = np.frombuffer((tmp_path / "out.raw").read_bytes(), "<i2").astype(int)
    sound = heard != 0
    assert sound.any()
    assert np.array_equal(heard[sound], (np.arange(len(heard)) % 30_000 + 1)[sound])
    silent = np.count_nonzero(~sound) / RATE
    assert silent <= told["lost"] + 1e-6
