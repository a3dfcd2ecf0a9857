#!/usr/bin/env python3
"""What the always-on front end costs, in a quiet room and while somebody speaks.

    .venv/bin/python scripts/measure_frontend.py

Told are the median of microseconds a frame, the share of one core, and the memory.
"""

from __future__ import annotations

import argparse
import resource
import statistics
from pathlib import Path

import numpy as np

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import FRAME_SECONDS, Reframer
from voiceagent.clock import cpu_seconds, perf

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Quiet room noise, then a sample with speech."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    shop = Workshop(Config())
    chance = np.random.default_rng(0)
    quiet = chance.normal(0, 12, 60 * 16_000).astype("<i2").tobytes()
    speech = read_audio(ROOT / "samples" / "16-help-and-repeat.flac").pcm
    for name, pcm in (("quiet", quiet), ("speech", speech)):
        frontend = shop.engines.frontend()
        frames = list(Reframer().feed(pcm))
        began, times = cpu_seconds(), []
        for frame in frames:
            start = perf()
            list(frontend.push(frame))
            times.append(perf() - start)
        share = (cpu_seconds() - began) / (len(frames) * FRAME_SECONDS)
        micro = statistics.median(times) * 1e6
        print(f"{name:7} {micro:5.0f} us a frame, {share:.2%} of one core")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"resident {memory:.0f} MB")


if __name__ == "__main__":
    main()
