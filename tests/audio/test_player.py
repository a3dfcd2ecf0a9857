"""Players: time is kept, what was heard is known, nothing sounds after a stop."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voiceagent.audio.speaker
from voiceagent.audio.clip import Clip
from voiceagent.audio.player import PlayResult, VirtualPlayer, write_wav
from voiceagent.audio.speaker import Cursor, Speaker
from voiceagent.clock import now, run
from voiceagent.errors import DeviceMissing, StoreError

pytestmark = pytest.mark.unit


def tone(seconds: float, rate: int = 16_000, level: int = 8000) -> Clip:
    time = np.arange(round(seconds * rate)) / rate
    return Clip((level * np.cos(2 * np.pi * 440 * time)).astype("<i2").tobytes(), rate)


# --- virtual player


def test_takes_as_long_as_the_clip() -> None:
    async def main() -> None:
        player = VirtualPlayer()
        assert await player.play(tone(1.5)) == PlayResult(1.5, completed=True)
        assert now() == pytest.approx(1.5) and player.position == 1.5
        await player.play(Clip(b"", 16_000))

    run(main(), virtual=True)


@given(st.floats(0.0, 2.0), st.sampled_from(["stop", "cancel", "replace"]))
def test_heard_is_the_time_until_the_cut(at: float, how: str) -> None:
    async def main() -> None:
        player = VirtualPlayer()
        task = asyncio.create_task(player.play(tone(1.0)))
        await asyncio.sleep(at)
        await asyncio.sleep(0)
        if how == "cancel":
            task.cancel()
        elif how == "stop":
            player.stop()
        else:
            assert (await player.play(tone(0.25))).completed
        done = await asyncio.gather(task, return_exceptions=True)
        if isinstance(done[0], PlayResult):
            assert done[0].heard_seconds == pytest.approx(min(at, 1.0), abs=1e-6)
            assert done[0].completed == (at >= 1.0) or at == pytest.approx(1.0)
        assert player.played[0].heard == pytest.approx(min(at, 1.0), abs=1e-6)
        assert len(player.played) == 1 + (how == "replace")

    run(main(), virtual=True)


def test_timeline_has_each_clip_at_its_time(tmp_path: Path) -> None:
    async def main() -> VirtualPlayer:
        player = VirtualPlayer(volume=0.5)
        await asyncio.sleep(1.0)
        await player.play(tone(0.5))
        task = asyncio.create_task(player.play(tone(1.0, 22_050)))
        await asyncio.sleep(0.25)
        player.stop()
        await task
        return player

    player = run(main(), virtual=True)
    assert player.write_wav(tmp_path / "replies.wav", origin=0.5)
    with wave.open(str(tmp_path / "replies.wav")) as file:
        assert file.getnframes() == pytest.approx(1.25 * file.getframerate(), abs=2)
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        rate = file.getframerate()
    assert not sound[: round(0.499 * rate)].any() and abs(sound[-1]) < 100
    assert 3800 < np.abs(sound).max() < 4600  # resampling rounds off the hard edge


def test_nothing_played_writes_nothing(tmp_path: Path) -> None:
    assert not VirtualPlayer().write_wav(tmp_path / "none.wav")
    assert not list(tmp_path.iterdir())


def test_unwritable_file_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write_wav(tmp_path / "no" / "where.wav", tone(0.1))


# --- speaker, its device turned by hand


class Stream:
    active = True
    latency = 0.03

    def __init__(self, callback: Any, channels: int, **_: Any) -> None:
        if channels == 1:
            raise RefusedError("mono")
        self.callback = callback

    def start(self) -> None: ...
    def abort(self, ignore_errors: bool) -> None: ...
    def close(self, ignore_errors: bool) -> None: ...


class RefusedError(Exception):
    pass


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch) -> Speaker:
    library = SimpleNamespace(
        query_devices=lambda device, kind: {
            "name": "by hand",
            "index": 0,
            "default_samplerate": 16_000.0,
        },
        RawOutputStream=Stream,
        PortAudioError=RefusedError,
    )
    monkeypatch.setattr(voiceagent.audio.speaker, "_sounddevice", lambda: library)
    return Speaker()


def take(speaker: Speaker, frames: int = 160) -> np.ndarray:
    """What the device gets: the left channel of one block."""
    out = bytearray(4 * frames)
    speaker._fill(
        memoryview(out), frames, None, SimpleNamespace(output_underflow=False)
    )
    both = np.frombuffer(out, "<i2").reshape(-1, 2)
    assert (both[:, 0] == both[:, 1]).all()
    return both[:, 0].astype(int)


def cursor(speaker: Speaker, clip: Clip, ended: list[str] | None = None) -> Cursor:
    made = Cursor()
    made.samples = speaker.ready(clip)
    made.ended = lambda: (ended if ended is not None else []).append("end")
    return made


def test_device_gets_every_sample_once_and_then_silence(speaker: Speaker) -> None:
    ended: list[str] = []
    speaker.start(cursor(speaker, tone(0.025), ended))
    got = np.concatenate([take(speaker) for _ in range(4)])
    assert (got[:400] == np.frombuffer(tone(0.025).pcm, "<i2")).all()
    assert not got[400:].any() and ended == ["end"]


def test_a_cut_clip_fades_and_never_sounds_again(speaker: Speaker) -> None:
    ended: list[str] = []
    playing = cursor(speaker, tone(1.0), ended)
    speaker.start(playing)
    for _ in range(5):
        take(speaker)
    speaker.cut(playing)
    faded = take(speaker)
    assert np.abs(np.diff(faded)).max() < 2000 and not faded[80:].any()
    assert not any(take(speaker).any() for _ in range(10)) and not ended
    # Five blocks of 10 ms and the fade went out, 30 ms of them are in the device.
    assert speaker.heard(playing) == pytest.approx(0.055 - 0.03)


def test_the_next_clip_begins_when_the_last_has_faded(speaker: Speaker) -> None:
    first, second = cursor(speaker, tone(1.0)), cursor(speaker, tone(0.02, level=100))
    speaker.start(first)
    take(speaker)
    speaker.start(second)
    take(speaker)
    assert 90 < take(speaker).max() <= 100


def test_volume_applies_to_the_next_block(speaker: Speaker) -> None:
    speaker.start(cursor(speaker, tone(1.0)))
    loud = take(speaker)
    speaker.volume = 0.25
    assert np.abs(take(speaker)).max() < 0.3 * np.abs(loud).max()


# --- the real PortAudio, on a device that writes to nowhere

CHILD = """
import asyncio, json
import numpy as np
from voiceagent.errors import VoiceAgentError
from voiceagent.audio.loudspeaker import SpeakerPlayer
from voiceagent.audio.clip import Clip

def clip(seconds):
    time = np.arange(round(seconds * 22050)) / 22050
    return Clip((8000 * np.sin(2765 * time)).astype("<i2").tobytes(), 22050)

async def main():
    player = SpeakerPlayer()
    whole = await player.play(clip(0.5))
    task = asyncio.create_task(player.play(clip(1.0)))
    await asyncio.sleep(0)
    player.stop()
    early = await task
    task = asyncio.create_task(player.play(clip(1.0)))
    await asyncio.sleep(0)
    task.cancel()
    cancelled = (await asyncio.gather(task, return_exceptions=True))[0]
    player.close()
    again = await player.play(clip(0.1))
    player.close()
    print(json.dumps([whole.heard_seconds, whole.completed, early.completed,
                      type(cancelled).__name__, again.completed]))

try:
    asyncio.run(main())
except VoiceAgentError as error:
    print(json.dumps([error.code]))
"""


def _child(tmp_path: Path, config: str) -> Any:
    alsa = tmp_path / "asound.conf"
    alsa.write_text(config)
    base = "/usr/share/alsa/alsa.conf"
    environment = {**os.environ, "ALSA_CONFIG_PATH": f"{base}:{alsa}"}
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if '"engine-missing"' in done.stdout:
        pytest.skip("PortAudio is not installed")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_plays_through_portaudio(tmp_path: Path) -> None:
    if not Path("/usr/share/alsa/alsa.conf").exists():
        pytest.skip("ALSA is not installed")
    raw = tmp_path / "out.raw"
    config = (
        "pcm.!default { type file slave.pcm { type null } "
        f'file "{raw}" format raw }}\n'
        "ctl.!default { type null }\n"
    )
    assert _child(tmp_path, config) == [0.5, True, False, "CancelledError", True]
    sound = np.fromfile(raw, "<i2")
    assert 5000 < np.abs(sound).max() < 9000


def test_no_speaker_is_a_typed_error(tmp_path: Path) -> None:
    if Path("/proc/asound/cards").exists():
        pytest.skip("this machine has a sound card")
    assert _child(tmp_path, "") == [DeviceMissing.code]
