#!/usr/bin/env python3
"""Make `samples/*.flac` and the scenario beside each from `samples/scenes.toml`.

    .venv/bin/python scripts/make_samples.py            make them all, then check
    .venv/bin/python scripts/make_samples.py --check    check those that are there
    .venv/bin/python scripts/make_samples.py 03-timer   only those

The check listens with the shipped `hey_jarvis` model: every "hey jarvis" must fire,
also with a little noise added in several seeds, and nothing else may.
"""

from __future__ import annotations

import argparse
import tomllib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from lib.sample_sounds import RATE, Sound, decibels, noise, room, say

__all__ = ["Piece", "Scene", "main", "make", "read_scenes", "wake_times"]

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
WAKE = "hey jarvis"
LEAD = 1.0
"""Seconds before the first word: the wake-word model has to warm up."""
TAIL = 1.5
THEN = 3.2
"""Seconds between turns: about 0.5 s to answer, 2 s of speech, a breath."""
SPEECH_LEVEL = -9.0
"""Peak of the speech in dB of full scale: a normal voice at a desk microphone."""
FLOOR = -61.0
"""Power of the noise floor in dB of full scale: a quiet room, never digital zero."""
WITHIN_MS = 800
MARGIN = 0.98
"""Lowest probability a wake word may fire with; the model's own cutoff is 0.97."""
SEEDS = 3
"""Wake words are checked in this many noises, 25 dB below the speech."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of speech, with what the scenario says about it."""

    say: list[str | float]
    then: float = THEN
    plain: bool = False
    absent: list[str] = field(default_factory=list)
    expect: dict[str, Any] = field(default_factory=dict)

    @property
    def transcript(self) -> str:
        """The words that are for us, without the wake word."""
        words = " ".join(part for part in self.say if isinstance(part, str))
        return words.removeprefix(WAKE).strip()

    @property
    def wakes(self) -> bool:
        """Whether it begins with the wake word."""
        return str(self.say[0]).startswith(WAKE)


@dataclass(frozen=True, slots=True)
class Scene:
    """One recording."""

    name: str
    about: str
    voice: str = "bert"
    noise: str = ""
    room: float = 0.12
    seconds: float = 0.0
    absent: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    region: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    turn: list[Piece] = field(default_factory=list)

    @property
    def seed(self) -> int:
        """Its own, so that one scene can be made without the others."""
        return zlib.crc32(self.name.encode())


def read_scenes(path: Path) -> list[Scene]:
    """All scenes of `scenes.toml`, in order."""
    rows = tomllib.loads(path.read_text("utf-8"))["scene"]
    return [_scene(row) for row in rows]


def _scene(row: dict[str, Any]) -> Scene:
    pieces = [Piece(**piece) for piece in row.pop("turn", [])]
    return Scene(**row, turn=pieces)


def make(scene: Scene) -> tuple[Sound, list[float]]:
    """The recording, and at which second each piece of speech begins."""
    random = np.random.default_rng(scene.seed)
    dry, starts = _speech(scene)
    wet = room(dry, scene.room, random) * decibels(SPEECH_LEVEL)
    samples = int(round(len(wet) / RATE / 0.02) * 0.02 * RATE)
    wet = np.pad(wet, (0, max(0, samples - len(wet))))[:samples]
    return wet + _background(scene, wet, random), starts


def _speech(scene: Scene) -> tuple[Sound, list[float]]:
    parts: list[Sound] = [_silence(LEAD)]
    starts: list[float] = []
    for number, piece in enumerate(scene.turn):
        starts.append(sum(map(len, parts)) / RATE)
        parts += [_part(part, scene.voice) for part in piece.say]
        last = number == len(scene.turn) - 1
        parts.append(
            _silence(
                max(TAIL, piece.then if piece.then > THEN else 0)
                if last
                else piece.then
            )
        )
    if not scene.turn:
        parts.append(_silence(scene.seconds - LEAD))
    return np.concatenate(parts), starts


def _silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE))


def _part(part: str | float, voice: str) -> Sound:
    return say(part, voice) if isinstance(part, str) else _silence(part)


def _background(scene: Scene, speech: Sound, random: np.random.Generator) -> Sound:
    floor = noise("pink", len(speech), random) * decibels(FLOOR)
    if not scene.noise:
        return floor
    kind, level = scene.noise.split("@")
    if level.endswith("dBFS"):
        power = float(level.removesuffix("dBFS"))
    else:
        heard = speech[np.abs(speech) > decibels(-45)]
        power = 10 * np.log10(np.mean(heard**2)) - float(level)
    return floor + noise(kind, len(speech), random) * decibels(power)


def write(scene: Scene, folder: Path) -> tuple[Path, float]:
    """Write the recording and its scenario; gives the path and the seconds."""
    import soundfile

    sound, starts = make(scene)
    path = folder / f"{scene.name}.flac"
    pcm = (np.clip(sound, -1, 1) * 32767).round().astype(np.int16)
    soundfile.write(path, pcm, RATE, subtype="PCM_16", format="FLAC")
    toml = folder / f"{scene.name}.turn.toml"
    toml.write_text(scenario(scene, starts), "utf-8")
    return path, len(pcm) / RATE


def scenario(scene: Scene, starts: list[float]) -> str:
    """The text of the scenario beside the recording."""
    lines = [f"# {scene.about}", f'audio = "{scene.name}.flac"']
    lists = {"absent": scene.absent, "present": scene.present}
    lines += [f"{key} = {_toml(events)}" for key, events in lists.items() if events]
    if scene.region:
        lines.append(f'region = "{scene.region}"')
    lines += [f'config."{key}" = {_toml(v)}' for key, v in scene.config.items()]
    for piece, at in zip(scene.turn, starts, strict=True):
        if not piece.plain:
            lines += ["", *_turn(piece, at)]
    return "\n".join(lines) + "\n"


def _turn(piece: Piece, at: float) -> Iterable[str]:
    yield "[[turn]]"
    yield f"at = {at:.2f}"
    if piece.expect:
        expect = {"transcript": piece.transcript, "tier": "device"} | piece.expect
        expect |= {"within_ms": WITHIN_MS}
        if expect["tier"] != "device":
            del expect["transcript"]
        yield from (f"expect.{key} = {_toml(value)}" for key, value in expect.items())
    if piece.absent:
        yield f"absent = {_toml(piece.absent)}"


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        rows = [f"{key} = {_toml(inner)}" for key, inner in value.items()]
        return f"{{ {', '.join(rows)} }}" if rows else "{}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def wake_times(sound: Sound) -> list[tuple[float, float]]:
    """(second, probability) of every firing of the shipped `hey_jarvis` model."""
    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

    model = MicroWakeWord.from_builtin(Model.HEY_JARVIS)
    features = MicroWakeWordFeatures()
    pcm = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    fired: list[tuple[float, float]] = []
    for start in range(0, len(pcm), 320):
        for frame in features.process_streaming(pcm[start : start + 320]):
            score = model.process_streaming_prob(frame) or 0.0
            if score > model.probability_cutoff:
                fired.append((start / 2 / RATE, score))
    return _apart(fired)


def _apart(fired: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """One row for each run of firings, with its highest score."""
    rows: list[tuple[float, float]] = []
    for at, score in fired:
        if rows and at - rows[-1][0] < 1.0:
            rows[-1] = (rows[-1][0], max(score, rows[-1][1]))
        else:
            rows.append((at, score))
    return rows


def check(scene: Scene, folder: Path) -> list[str]:
    """What is wrong with the recording; empty if it wakes when it should."""
    import soundfile

    sound, _ = soundfile.read(folder / f"{scene.name}.flac", dtype="float64")
    wanted = sum(piece.wakes for piece in scene.turn)
    problems = []
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        level = decibels(SPEECH_LEVEL - 12 - 25) if seed else 0.0
        fired = wake_times(sound + level * noise("pink", len(sound), random))
        if len(fired) != wanted:
            problems.append(f"seed {seed}: {len(fired)} of {wanted} wake words {fired}")
        problems += [
            f"seed {seed}: weak at {at:.1f} s ({score:.3f})"
            for at, score in fired
            if score < MARGIN
        ]
    return problems


def main() -> int:
    """Make and check; 1 if a recording does not wake as it should."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="scenes to make (default: all)")
    parser.add_argument("--check", action="store_true", help="only check")
    parser.add_argument("--out", type=Path, default=SAMPLES, help="folder to write to")
    asked = parser.parse_args()
    bad = 0
    for scene in read_scenes(SAMPLES / "scenes.toml"):
        if asked.names and scene.name not in asked.names:
            continue
        if not asked.check:
            path, seconds = write(scene, asked.out)
            size = path.stat().st_size // 1024
            print(f"{scene.name:28} {seconds:5.1f} s {size:5d} KiB", flush=True)
        for problem in check(scene, asked.out):
            print(f"  ! {scene.name}: {problem}", flush=True)
            bad += 1
    print(f"{bad} problems" if bad else "every wake word fires, nothing else does")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
