"""Reads the public text sets, each with the split it comes with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from lib.training.own_text import digest

__all__ = ["Row", "rows"]

Row = tuple[str, str, str, str]
"""Set, intent, sentence, split."""


def rows(data: Path) -> Iterator[Row]:
    """Every sentence of every set; their development parts are held out."""
    yield from _clinc(data / "clinc150")
    yield from _hwu(data / "hwu64")
    yield from _slurp(data / "slurp" / "devel.jsonl")
    yield from _snips(data / "snips2017")


def _clinc(folder: Path) -> Iterator[Row]:
    files = (("train", "train"), ("val", "held_out"))
    for name, split in files:
        for text, intent in json.loads((folder / f"{name}.json").read_text()):
            yield "clinc150", intent, text, split
        for text, _ in json.loads((folder / f"oos_{name}.json").read_text()):
            yield "clinc150 oos", "oos", text, split


def _hwu(folder: Path) -> Iterator[Row]:
    for name, split in (("train", "train"), ("valid", "held_out")):
        for line in (folder / f"{name}.jsonl").read_text().splitlines():
            row = json.loads(line)
            yield "hwu64", row["intent"], row["text"], split


def _slurp(file: Path) -> Iterator[Row]:
    for line in file.read_text().splitlines():
        row = json.loads(line)
        yield "slurp", row["intent"], row["sentence"], "held_out"


def _snips(folder: Path) -> Iterator[Row]:
    for file in sorted(folder.glob("train_*.json")):
        intent = file.stem.removeprefix("train_")
        for pieces in json.loads(file.read_text(encoding="utf-8")):
            text = "".join(piece[0] for piece in pieces)
            yield "snips2017", intent, text, _part(text)


def _part(text: str) -> str:
    """SNIPS has no development part: a tenth of its sentences is one."""
    return "held_out" if digest(text)[0] in "07" and digest(text)[1] < "d" else "train"
