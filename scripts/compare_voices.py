#!/usr/bin/env python3
"""Compare the voices installed here: how soon they sound, and how they sound.

    .venv/bin/python scripts/compare_voices.py [--rounds 7] [--words] [VOICE ...]

Rounds are interleaved and medians shown, so that a busy moment hits all voices alike.
`--words` also has the general model of pocketsphinx write down what it hears.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from voiceagent.app.engines import make_voice
from voiceagent.audio.clip import Clip
from voiceagent.audio.level import loudness
from voiceagent.audio.speaker import samples_at
from voiceagent.errors import MissingError
from voiceagent.errors.lines import here
from voiceagent.tts.config import SpeakConfig

VOICES = (
    "espeak flite/slt flite/rms flite/awb flite/kal16 festival festival/kal_diphone"
).split()
REPLIES = (
    "Kitchen lights are off.",
    "Timer set for five minutes.",
    "It is ten past nine.",
    "The bedroom heating is set to twenty one degrees.",
    "I have added milk and bread to the shopping list.",
)
SHORT = REPLIES[:3]


def processor_seconds(voice: object) -> float:
    """Of us, our children that ended, and a resident one that runs."""
    times = os.times()
    total = times.user + times.system + times.children_user + times.children_system
    process = getattr(voice, "_process", None)
    if process is not None:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2]
        ticks = sum(int(field) for field in fields.split()[11:13])
        total += ticks / os.sysconf("SC_CLK_TCK")
    return total


def samples(clip: Clip) -> np.ndarray:
    return np.frombuffer(clip.pcm, "<i2").astype(float) / 32768


def silences(clip: Clip) -> tuple[float, float]:
    """Milliseconds before the first and after the last sound above -40 dB of peak."""
    sound = np.abs(samples(clip))
    loud = np.flatnonzero(sound > 0.01 * sound.max())
    return loud[0] / clip.rate * 1e3, (len(sound) - 1 - loud[-1]) / clip.rate * 1e3


def bandwidth(clip: Clip) -> float:
    """Hz up to where the mean spectrum stays within 50 dB of its top."""
    sound = samples(clip)
    blocks = sound[: len(sound) // 1024 * 1024].reshape(-1, 1024) * np.hanning(1024)
    power = (np.abs(np.fft.rfft(blocks)) ** 2).mean(0)
    smooth = np.convolve(power, np.ones(9) / 9, "same")
    top = np.flatnonzero(smooth > smooth.max() * 1e-5)[-1]
    return float(top * clip.rate / 1024)


def pitch(clip: Clip) -> tuple[float, float]:
    """(standard deviation of the pitch in semitones, harmonics to noise in dB)."""
    sound = samples_at(clip, 16_000).astype(float)
    tones, clear = [], []
    for start in range(0, len(sound) - 640, 160):
        frame = sound[start : start + 640] * np.hanning(640)
        energy = float(frame @ frame)
        if energy < 640 * 300**2:
            continue
        own = np.correlate(frame, frame, "full")[639:] / energy
        window = np.hanning(640)
        own /= np.maximum(
            np.correlate(window, window, "full")[639:] / (window @ window), 1e-3
        )
        lag = 45 + int(np.argmax(own[45:230]))
        if own[lag] > 0.6:
            tones.append(12 * np.log2(16_000 / lag))
            ratio = min(own[lag], 0.9999)
            clear.append(10 * np.log10(ratio / (1 - ratio)))
    if not tones:
        return 0.0, 0.0
    middle = np.median(tones)
    kept = [tone for tone in tones if abs(tone - middle) < 8]
    return float(np.std(kept)), float(np.median(clear))


def word_errors(clips: dict[str, Clip]) -> str:
    from jiwer import wer
    from pocketsphinx import Decoder

    decoder = Decoder(bestpath=False, loglevel="FATAL")
    heard = []
    for clip in clips.values():
        decoder.start_utt()
        quiet = bytes(8000)
        pcm = samples_at(clip, 16_000).astype("<i2").tobytes()
        decoder.process_raw(quiet + pcm + quiet, full_utt=True)
        decoder.end_utt()
        heard.append(decoder.hyp().hypstr if decoder.hyp() else "")
    said = [text.lower().rstrip(".") for text in clips]
    return f"{100 * wer(said, heard):.0f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voices", nargs="*", default=VOICES)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--words", action="store_true")
    parser.add_argument("--output", type=Path, help="folder for the clips")
    options = parser.parse_args()
    voices = {}
    first: dict[str, float] = {}
    for name in options.voices:
        began = perf_counter()
        try:
            voices[name] = make_voice(name, SpeakConfig())
            voices[name].synthesize(SHORT[0])
        except MissingError as error:
            print(f"{name}: {error.what}; {here(error.hint)}", file=sys.stderr)
            voices.pop(name, None)
            continue
        first[name] = perf_counter() - began
    took: dict[str, list[float]] = {name: [] for name in voices}
    burned: dict[str, list[float]] = {name: [] for name in voices}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        for text in SHORT:
            for name, voice in voices.items():
                cpu, began = processor_seconds(voice), perf_counter()
                voice.synthesize(text)
                took[name].append(perf_counter() - began)
                burned[name].append(processor_seconds(voice) - cpu)
    print(
        "| voice | first call | warm p50 (best) | CPU mean | rate | LUFS-like | clipped"
        " | silence before, after | bandwidth | pitch | HNR | word errors |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name, voice in voices.items():
        clips = {text: voice.render(text) for text in REPLIES}
        if options.output:
            from voiceagent.audio.player import write_wav

            options.output.mkdir(parents=True, exist_ok=True)
            for number, clip in enumerate(clips.values()):
                write_wav(
                    options.output / f"{name.replace('/', '-')}-{number}.wav", clip
                )
        made = list(clips.values())
        gaps = np.median([silences(clip) for clip in made], axis=0)
        spread, clear = np.median([pitch(clip) for clip in made], axis=0)
        level = np.median([loudness(clip) for clip in made])
        clipped = sum(int((np.abs(samples(clip)) > 0.999).sum()) for clip in made)
        wide = np.median([bandwidth(clip) for clip in made])
        words = word_errors(clips) if options.words else "-"
        print(
            f"| {voice.name} | {first[name] * 1e3:.0f} ms "
            f"| {statistics.median(took[name]) * 1e3:.0f} "
            f"({min(took[name]) * 1e3:.0f}) ms "
            f"| {statistics.mean(burned[name]) * 1e3:.0f} ms | {made[0].rate} Hz "
            f"| {level:.0f} dB | {clipped} | {gaps[0]:.0f}, {gaps[1]:.0f} ms "
            f"| {wide / 1000:.1f} kHz | {spread:.1f} st | {clear:.0f} dB | {words} |"
        )
        if hasattr(voice, "close"):
            voice.close()


if __name__ == "__main__":
    main()
