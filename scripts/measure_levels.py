#!/usr/bin/env python3
"""How many commands are right when a clip begins in speech, quiet or with an offset.

Each recording is cut to begin where its speech begins, brought to a loudness, shifted
by an offset, and recognised; then again with a second of quiet room before it. What
counts is the difference: first words that are lost are lost only in the former.

    .venv/bin/python scripts/measure_levels.py DATA/home DATA/coffee:coffee --limit 15
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from voiceagent.app.config import load_config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.arrays import Samples
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.offset import without_offset
from voiceagent.evaluation.commands import Case, read_cases, score

PLACES = ((-26, 0), (-26, 30), (-40, 10), (-46, 0), (-50, 1), (-55, 0), (-55, 30))
"""Loudness of the speech in dB of full scale, and offset in percent of it."""
ROOM = 1.2
"""Seconds before the speech in the clips with room."""


def main() -> None:
    """Measure and print one line a place."""
    asked = arguments()
    totals = {place: [0, 0, 0] for place in PLACES}
    for folder, pack in (split(part) for part in asked.folders):
        flags = {"pack.folder": pack} if pack else {}
        shop = Workshop(load_config(None, flags=flags).config)
        for number, case in enumerate(chosen(folder, asked.limit)):
            speech = spoken_part(shop, without_offset(read_audio(case.path).samples))
            for place in PLACES:
                clips = [made(speech, *place, room, number) for room in (ROOM, 0.0)]
                right = [score(case, *shop.recognise(clip)).strict for clip in clips]
                row = totals[place]
                totals[place] = [row[0] + 1, row[1] + right[0], row[2] + right[1]]
            print(f"{folder.name} {number + 1}", end="\r", flush=True)
    for (level, offset), (count, room, bare) in totals.items():
        told = f"with room {room}, begins in speech {bare} of {count}"
        print(f"{level} dB, {offset} %: {told}")


def split(part: str) -> tuple[Path, str]:
    """A folder, and the pack that its recordings belong to."""
    folder, _, pack = part.partition(":")
    return Path(folder), pack


def chosen(folder: Path, limit: int) -> Iterator[Case]:
    """Commands spread evenly over a folder."""
    cases = [c for c in read_cases(folder / "labels.jsonl") if not c.reject]
    yield from cases[:: max(1, len(cases) // limit)][:limit]


def spoken_part(shop: Workshop, samples: Samples) -> Samples:
    """The recording from the first sample of its speech to a little after the last."""
    least = round(shop.config.endpoint.policy().min_speech * RATE)
    spans = [span for span in shop.speech(samples) if span[1] - span[0] >= least]
    if not spans:
        return samples
    return samples[spans[0][0] : spans[-1][1] + RATE // 2]


def made(
    speech: Samples, level: float, offset: float, room: float, seed: int
) -> Samples:
    """A clip of that loudness and offset, with so many seconds of room before."""
    loud = speech.astype(np.float64) - speech.mean()
    loud *= 32768 * 10 ** (level / 20) / np.sqrt(np.mean(loud**2))
    quiet = max(level - 35, -80)
    noise = np.random.default_rng(seed).normal(size=round(room * RATE) + len(loud))
    noise *= 32768 * 10 ** (quiet / 20)
    noise[len(noise) - len(loud) :] += loud
    whole = np.rint(noise + offset / 100 * 32768)
    return np.clip(whole, -32768, 32767).astype(np.int16)


def arguments() -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", help="folder[:pack], with a labels.jsonl")
    parser.add_argument("--limit", type=int, default=15)
    return parser.parse_args()


if __name__ == "__main__":
    main()
