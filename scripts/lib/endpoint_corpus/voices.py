"""Synthetic speakers, and what they say."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from lib.endpoint_corpus.sound import RATE, Sound

__all__ = ["FILLERS", "SENTENCES", "VOICES", "available", "say"]

VOICES: dict[str, tuple[str, ...]] = {
    "awb": ("flite", "-voice", "awb"),
    "kal": ("flite", "-voice", "kal16"),
    "rms": ("flite", "-voice", "rms"),
    "slt": ("flite", "-voice", "slt"),
    "slt-slow": ("flite", "-voice", "slt", "--setf", "duration_stretch=1.2"),
    "rms-fast": ("flite", "-voice", "rms", "--setf", "duration_stretch=0.9"),
    "us": ("espeak-ng", "-v", "en-us", "-s", "150"),
    "us-f3": ("espeak-ng", "-v", "en-us+f3", "-s", "165"),
    "us-linda": ("espeak-ng", "-v", "en-us+linda", "-s", "155"),
    "us-m3": ("espeak-ng", "-v", "en-us+m3", "-s", "160"),
    "us-m7": ("espeak-ng", "-v", "en-us+m7", "-s", "145", "-p", "35"),
    "rp": ("espeak-ng", "-v", "en-gb-x-rp", "-s", "155"),
    "scotland": ("espeak-ng", "-v", "en-gb-scotland", "-s", "150"),
    "gb-f4": ("espeak-ng", "-v", "en-gb+f4", "-s", "160"),
}
"""Speaker -> the program that speaks for them."""
FILLERS = ("um", "uh", "er")
INSTALL = "apt-get install espeak-ng flite"
SENTENCES: dict[str, tuple[str, ...]] = {
    "home": (
        "turn on the kitchen light",
        "turn off all of the lights in the office",
        "turn off the tv in the living room",
        "turn on the lights",
        "turn on the lights in the kitchen",
        "set the bed light to orange",
        "set the brightness of the bed light to fifty percent",
        "set the kitchen lights to green",
        "set a timer for ten minutes",
        "set a timer for one hour and twenty minutes",
        "set a pizza timer for twelve minutes",
        "start a timer for five minutes and thirty seconds",
        "how much time is left on the pizza timer",
        "cancel all timers",
        "add five minutes to the timer",
        "is the front door locked",
        "lock the front door",
        "unlock the front door",
        "open the garage door",
        "is the garage door open",
        "close the windows in the office",
        "what's the temperature in the kitchen",
        "what's the weather",
        "what time is it",
        "add apples to my shopping list",
        "skip to the next track on the tv",
        "pause the timer",
        "turn it up",
        "stop",
        "never mind",
        "what can i say",
    ),
    "coffee": (
        "can i have a large latte with two sugars",
        "make me a small espresso",
        "i'd like a medium cappuccino with oat milk and sugar",
        "get me a double shot latte",
        "give me a large iced coffee with cream",
        "brew a small dark roast coffee",
        "i want a triple shot americano with some milk",
        "may i have a twelve ounce latte with skim milk",
        "can i get a mocha with almond milk and brown sugar",
        "make me a light roast drip coffee with whole milk and sugar",
        "i want a single shot espresso",
        "get me a sixteen ounce medium roast house coffee",
    ),
}
"""Our own words by pack; those that a pack does not take are left out."""


def available() -> list[str]:
    """Speakers whose program is installed."""
    return [name for name, call in VOICES.items() if shutil.which(call[0])]


@cache
def say(text: str, voice: str) -> Sound:
    """`text` in that voice, silence cut off at both ends."""
    call = VOICES[voice]
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        output = ["-t", text, "-o", wav] if call[0] == "flite" else ["-w", wav, text]
        subprocess.run([*call, *map(str, output)], check=True, capture_output=True)
        return _trimmed(_read(wav))


def _read(path: Path) -> Sound:
    import soundfile
    import soxr

    sound, rate = soundfile.read(path, dtype="float64", always_2d=True)
    return np.asarray(soxr.resample(sound[:, 0], rate, RATE))


def _trimmed(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max(initial=1e-9))
    if not len(loud):
        return sound[:0]
    return sound[loud[0] : loud[-1] + 1] / np.abs(sound).max()
