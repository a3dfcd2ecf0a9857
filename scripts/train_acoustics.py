#!/usr/bin/env python3
"""Makes `models/acoustic-en`: pocketsphinx's English sounds, moved towards noise.

    .venv/bin/python scripts/train_acoustics.py --labels DATA/home/labels.jsonl \
        --labels DATA/dictation/labels.jsonl --word DATA/wake/alexa \
        --noise DATA/noise/background_1.flac ...

Labelled speech of any kind, some noise recordings and `sphinx_fe` (Debian package
`sphinxbase-utils`); about two minutes of one core. Pink, brown and white noise are
added to the given ones. The same input gives the same files.
"""

from __future__ import annotations

import argparse
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
from lib.training.aligned_speech import align, model_folder, recordings
from lib.training.gaussians import read_gaussians, write_parameters
from lib.training.noise_shift import moved_means, moved_variances, movements

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.pocketsphinx.conditioning import Samples

LEVEL_RATIO, MOVED_RATIO, RAW_RATIO = 9.0, 12.0, 9.0
"""Ratios in dB, over recordings that are nearly all speech."""
ROUNDS = 3
SEED = 5
CARD = """name = "acoustic-en"
kind = "acoustic"
version = "1"
file = "level.means"
licence = "BSD-2-Clause"
source = "pocketsphinx's en-us, moved towards noise by scripts/train_acoustics.py"

[sha256]
"""


def main() -> None:
    """Align, mix, count, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=Path, action="append", required=True)
    parser.add_argument(
        "--word",
        type=Path,
        action="append",
        default=[],
        help="folder of recordings of one word, which is its name",
    )
    parser.add_argument("--noise", type=Path, action="append", default=[])
    parser.add_argument("--output", type=Path, default=Path("models/acoustic-en"))
    arguments = parser.parse_args()
    if shutil.which("sphinx_fe") is None:
        parser.error("`sphinx_fe` is needed: apt-get install sphinxbase-utils")
    model, shop = read_gaussians(model_folder()), Workshop(Config())
    pairs = [*recordings(arguments.labels), *single_words(arguments.word)]
    tried = [align(sound, text, shop.speech, model.phones) for sound, text in pairs]
    speech = [found for found in tried if found is not None]
    print(f"{len(speech)} of {len(tried)} recordings aligned")
    noises = [read_audio(file).samples for file in arguments.noise] + coloured_noises()
    ratios = sorted({LEVEL_RATIO, MOVED_RATIO})
    found = movements(model, speech, noises, ratios, rounds=ROUNDS, seed=SEED)
    raw = movements(
        model,
        speech,
        noises,
        [RAW_RATIO],
        rounds=ROUNDS,
        seed=SEED + 2,
        remove_noise=False,
    )[RAW_RATIO]
    level = model.means.copy()
    level[:, 0] = moved_means(model, found[LEVEL_RATIO])[:, 0]
    folder = arguments.output
    folder.mkdir(parents=True, exist_ok=True)
    write_parameters(folder / "level.means", level)
    write_parameters(folder / "moved.means", moved_means(model, found[MOVED_RATIO]))
    write_parameters(folder / "raw.means", moved_means(model, raw))
    write_parameters(folder / "raw.variances", moved_variances(model, raw))
    write_card(folder)


def single_words(folders: list[Path]) -> list[tuple[Samples, str]]:
    """Samples and the word, of every recording in the folders."""
    files = (
        (folder.name, file) for folder in folders for file in sorted(folder.iterdir())
    )
    return [
        (read_audio(file).samples, word)
        for word, file in files
        if file.suffix == ".flac"
    ]


def coloured_noises() -> list[Samples]:
    """Half a minute each of pink, brown and white noise."""
    random = np.random.default_rng(3)
    spectrum = np.fft.rfft(random.standard_normal(30 * RATE))
    bands = np.arange(len(spectrum)) + 50.0
    sounds = [np.fft.irfft(spectrum / bands**slope) for slope in (0.5, 1.0, 0.0)]
    return [(20000 * sound / np.abs(sound).max()).astype("<i2") for sound in sounds]


def write_card(folder: Path) -> None:
    """`model.toml` with the hashes of what was written."""
    names = ("level.means", "moved.means", "raw.means", "raw.variances")
    lines = [
        f'"{name}" = "{sha256((folder / name).read_bytes()).hexdigest()}"\n'
        for name in names
    ]
    (folder / "model.toml").write_text(CARD + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
