"""The real PortAudio over ALSA devices that fail: each is a typed error, none hangs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_architecture import ROOT

pytestmark = [pytest.mark.audio, pytest.mark.fault]
BASE = Path("/usr/share/alsa/alsa.conf")
if not BASE.exists():
    pytest.skip("ALSA is not installed", allow_module_level=True)

FAULTS = {
    "no such card": "pcm.!default { type hw card 9 }",
    "no such plugin": "pcm.!default { type nosuch }",
    "a plugin of no library": 'pcm.!default { type nosuch lib "/none/lib.so" }',
    "leads to nothing": 'pcm.!default { type plug slave.pcm "gone" }',
    "leads to itself": 'pcm.!default { type plug slave.pcm "default" }',
    "without a type": "pcm.!default { slave.pcm null }",
    "no list of settings": "pcm.!default {",
    "a server that is not there": 'pcm.!default { type pulse server "/none/pulse" }',
    "a file that cannot be made": (
        'pcm.!default { type file slave.pcm null file "/none/at/all" format raw }'
    ),
    "a pipe that ends": (
        'pcm.!default { type file slave.pcm null file "|exit 1" format raw }'
    ),
    "a share of no sound card": (
        "pcm.!default { type dsnoop ipc_key 4711 slave.pcm { type hw card 9 } }"
    ),
    "other channels than it says": (
        "pcm.!default { type route slave.pcm null ttable.0.99 1 }"
    ),
}
CHILD = """
import asyncio, json, os
import numpy as np
from voiceagent.audio.clip import Clip
from voiceagent.audio.loudspeaker import SpeakerPlayer
from voiceagent.audio.portaudio import PortAudio, list_devices
from voiceagent.errors import VoiceAgentError

async def hear():
    came = asyncio.Event()
    here = asyncio.get_running_loop()
    opened = await PortAudio().open(
        None, lambda pcm, lost: here.call_soon_threadsafe(came.set)
    )
    try:
        async with asyncio.timeout(2):
            await came.wait()
        return "heard"
    finally:
        await opened.close()

async def say():
    player = SpeakerPlayer()
    try:
        sound = Clip(np.zeros(800, "<i2").tobytes(), 16000)
        async with asyncio.timeout(5):
            return (await player.play(sound)).completed
    finally:
        player.close()

def tried(what):
    try:
        return asyncio.run(what())
    except VoiceAgentError as error:
        return [error.code, error.what, error.hint]
    except TimeoutError:
        return "silent"

try:
    found = len(list_devices())
except VoiceAgentError as error:
    found = error.code
told = {"devices": found, "hear": tried(hear), "say": tried(say)}
print(json.dumps(told), flush=True)
os._exit(0)
"""


def told(tmp_path: Path, config: str) -> Any:
    """What a process makes of devices that are set up like this."""
    mine = tmp_path / "asound.conf"
    mine.write_text(f"{config}\nctl.!default {{ type null }}\n")
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env={
            **os.environ,
            "ALSA_CONFIG_PATH": f"{BASE}:{mine}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # ALSA's own lines are held back. PortAudio has no such door: a stream that breaks
    # while it runs says so in lines of this form.
    assert all(line.startswith("Expression '") for line in done.stderr.splitlines())
    found = json.loads(done.stdout)
    if found["devices"] == "engine-missing":
        pytest.skip("libportaudio2 is not installed")
    return found


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_device_that_fails_is_a_typed_error(tmp_path: Path, fault: str) -> None:
    found = told(tmp_path, FAULTS[fault])
    for end in ("hear", "say"):
        error = found[end]
        if isinstance(error, list):
            assert error[0] == "device-missing" and error[1] and error[2], error
        else:
            # A driver may open what it cannot serve: it is silent, and told later.
            assert error in ("heard", "silent", True), error


def test_a_device_that_works_is_heard_and_played(tmp_path: Path) -> None:
    found = told(tmp_path, "pcm.!default { type null }")
    assert (found["hear"], found["say"]) == ("heard", True)
