#!/usr/bin/env python3
"""A spoken question as a WAV of 24 kHz: `python question.py FILE`."""

import subprocess
import sys
import tempfile
import wave
from pathlib import Path

from voiceagent.audio.resample import resampled_pcm

with tempfile.TemporaryDirectory() as folder:
    spoken = Path(folder) / "spoken.wav"
    text = "who painted the tidewatcher"
    command = ["flite", "-voice", "rms", "-t", text, "-o", str(spoken)]
    subprocess.run(command, check=True)
    with wave.open(str(spoken)) as file:
        rate, pcm = file.getframerate(), file.readframes(file.getnframes())
with wave.open(sys.argv[1], "wb") as out:
    out.setnchannels(1)
    out.setsampwidth(2)
    out.setframerate(24_000)
    out.writeframes(resampled_pcm(pcm, rate, 24_000))
