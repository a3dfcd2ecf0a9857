#!/usr/bin/env python3
"""Build a corpus of commands with pauses inside, to measure endpointing on.

    .venv/bin/python scripts/make_endpoint_corpus.py OUT --home DATA/home \\
        --home DATA/home_rhasspy --coffee DATA/coffee --coffee-pack PACK \\
        --noise DATA/noise/kitchen.flac

Recordings are cut at word boundaries and given pauses of usual lengths, filled with
their own room tone; synthetic voices say sentences of the packs with pauses and "um".
A part of each is also kept as it is, and a third gets noise. The same seed and inputs
give the same bytes. `labels.jsonl` says where every silence of 100 ms or more is
(`holds`), where the turn ends (`end`) and to which half a file belongs (`split`, by a
hash of the recording or voice that it was made from).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from lib.endpoint_corpus.item import Item, seeded
from lib.endpoint_corpus.plan import split_of
from lib.endpoint_corpus.recordings import recorded
from lib.endpoint_corpus.sound import RATE, Sound, mixed, spans_of, with_room
from lib.endpoint_corpus.synthetic import synthetic

from voiceagent.app.config import load_config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.evaluation.commands import read_cases

__all__ = ["Label", "build", "finished", "main", "workshop"]

LEAD, TAIL = 0.6, 3.2
"""Seconds before the first word and after the last one."""
NOISY = 0.35
SNRS = (15.0, 20.0, 25.0)


@dataclass(frozen=True, slots=True)
class Label:
    """A line of `labels.jsonl`."""

    file: str
    seconds: float
    kind: str
    """`recording` or `synthetic`."""
    origin: str
    split: str
    pack: str
    """Pack that it is spoken to; empty for the built-in one."""
    text: str
    snr_db: float | None
    start: float
    end: float
    """Seconds at which the first sound begins and the last one ends."""
    holds: list[tuple[float, float]]
    """Every silence inside the turn."""
    pauses: int
    """How many of them were put in."""


def workshop(pack: str) -> Workshop:
    """The parts for a pack, whatever this user has configured."""
    nowhere = Path("/nonexistent")
    flags = {"pack.folder": pack}
    return Workshop(load_config(environ={}, flags=flags, folder=nowhere).config)


def finished(item: Item, noises: Sequence[Sound], *, seed: int) -> tuple[Label, Sound]:
    """The item in its room, perhaps with noise, and the label of it."""
    random = seeded(f"{item.name} room", seed)
    sound = with_room(item.sound, lead=LEAD, tail=TAIL, random=random)
    (start, end), holds = spans_of(sound)
    snr = None
    if noises and random.random() < NOISY:
        snr = float(random.choice(SNRS))
        ground = noises[int(random.integers(len(noises)))]
        sound = mixed(sound, ground, snr, random)
    label = Label(
        file=f"{item.name}.flac",
        seconds=round(len(sound) / RATE, 2),
        kind=item.kind,
        origin=item.origin,
        split=split_of(item.origin),
        pack=item.pack,
        text=item.text,
        snr_db=snr,
        start=start,
        end=end,
        holds=holds,
        pauses=item.pauses,
    )
    return label, sound


def build(
    items: Iterator[Item], out: Path, noises: Sequence[Sound], *, seed: int
) -> list[Label]:
    """Write every item and `labels.jsonl`; gives the labels."""
    import soundfile

    out.mkdir(parents=True, exist_ok=True)
    labels = []
    with (out / "labels.jsonl").open("w", encoding="utf-8") as lines:
        for item in items:
            label, sound = finished(item, noises, seed=seed)
            pcm = (np.clip(sound, -1, 1) * 32767).round().astype(np.int16)
            soundfile.write(out / label.file, pcm, RATE, subtype="PCM_16")
            lines.write(json.dumps(asdict(label)) + "\n")
            labels.append(label)
    return labels


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what was asked for and say how much it is."""
    asked = _parser().parse_args(arguments)
    noises = [read_audio(path).samples / 32768.0 for path in asked.noise]
    labels = build(_items(asked), asked.out, noises, seed=asked.seed)
    holds = sum(len(label.holds) for label in labels)
    tune = sum(label.split == "tune" for label in labels)
    hours = sum(label.seconds for label in labels) / 3600
    turns = f"{len(labels)} turns ({tune} tune)"
    print(f"{turns}, {holds} holds, {hours:.2f} h in {asked.out}")
    return 0


def _items(asked: argparse.Namespace) -> Iterator[Item]:
    seed = asked.seed
    home = workshop("")
    for folder in asked.home:
        cases = read_cases(folder / "labels.jsonl")[: asked.limit]
        yield from recorded(home, cases, pack="", seed=seed)
    yield from synthetic(home, pack="", own="home", count=asked.synthetic, seed=seed)
    if not asked.coffee:
        return
    pack = asked.coffee_pack
    bar = workshop(pack)
    for folder in asked.coffee:
        cases = read_cases(folder / "labels.jsonl")[: asked.limit]
        yield from recorded(bar, cases, pack=pack, seed=seed)
    count = asked.synthetic // 2
    yield from synthetic(bar, pack=pack, own="coffee", count=count, seed=seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder to write to")
    for name, what in (("home", "home commands"), ("coffee", "coffee orders")):
        parser.add_argument(
            f"--{name}",
            type=Path,
            action="append",
            default=[],
            help=f"folder of recorded {what} with a labels.jsonl (may be repeated)",
        )
    parser.add_argument(
        "--coffee-pack", default="coffee", help="pack that the orders are spoken to"
    )
    parser.add_argument(
        "--noise", type=Path, action="append", default=[], help="noise to mix in"
    )
    parser.add_argument(
        "--synthetic", type=int, default=160, help="synthetic home sentences"
    )
    parser.add_argument("--limit", type=int, help="recordings of each folder at most")
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
