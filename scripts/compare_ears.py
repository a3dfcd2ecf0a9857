#!/usr/bin/env python3
"""What each recogniser brings and costs, on the same sounds.

    .venv/bin/python scripts/compare_ears.py DATA/home DATA/coffee:coffee@12 --every 3 \
        --noise DATA/noise/kitchen.flac --ears default,alone,tiny.en,base

A set is a folder with a `labels.jsonl`, the pack it belongs to behind a colon, and the
decibels at which the noise is mixed in behind an `@`. Ears: `default`, `alone` (no
second recogniser), or a model of faster-whisper. Each hears in a process of its own.
Costs are processor time, which other work on the machine leaves alone: `all` for every
second of sound, `end` (median and 95th percentile of an utterance) after its last one.
"""

from __future__ import annotations

import argparse
import resource
import statistics
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from voiceagent.app.config import load_config
from voiceagent.app.workshop import Workshop
from voiceagent.clock import cpu_seconds
from voiceagent.evaluation.commands import evaluate_commands, read_cases
from voiceagent.stt.protocol import Recognition, Stt

OWN = {
    "default": {},
    "alone": {"stt.second": "none"},
}
HEAD = "set, ear, right %, wrong %, asked or refused %, all ms/s, end ms, load s, MB"


def main() -> None:
    """Measure and print one line a set and ear."""
    asked = arguments()
    print(HEAD)
    for one in asked.sets:
        for ear in asked.ears.split(","):
            print(row(one, ear, apart(one, ear, asked)), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sets", nargs="+", help="FOLDER[:PACK][@DECIBELS]")
    parser.add_argument("--ears", default="default", help="with commas between them")
    parser.add_argument("--noise", type=Path, help="a recording to mix in")
    parser.add_argument("--every", type=int, default=1, help="one recording of so many")
    return parser.parse_args()


def apart(one: str, ear: str, asked: argparse.Namespace) -> Mapping[str, Any]:
    """The same, measured in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(measured, one, ear, asked).result()


def split(one: str) -> tuple[str, str, float | None]:
    """Folder, pack, decibels of `folder:pack@decibels`."""
    place, _, decibels = one.partition("@")
    folder, _, pack = place.partition(":")
    return folder, pack, float(decibels) if decibels else None


class Watched:
    """A recogniser, and the processor time of each utterance after its last sound."""

    def __init__(self, stt: Stt) -> None:
        self._stt = stt
        self.ends: list[float] = []

    def finish(self) -> Recognition:
        began = cpu_seconds()
        found = self._stt.finish()
        self.ends.append(cpu_seconds() - began)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stt, name)


def measured(one: str, ear: str, asked: argparse.Namespace) -> dict[str, Any]:
    """One ear on one set, in this process."""
    folder, pack, decibels = split(one)
    flags = OWN.get(ear, {"stt.engine": "faster_whisper", "stt.model": ear})
    packed = {"pack.folder": pack} if pack else {}
    shop = Workshop(load_config(None, flags={**flags, **packed}).config)
    grammar, began = shop.language.grammar, cpu_seconds()
    stt = Watched(shop.engines.stt())
    loaded = cpu_seconds() - began
    shop.engines.stt = lambda: stt
    cases = read_cases(Path(folder) / "labels.jsonl")[:: asked.every]
    noise = asked.noise if decibels is not None else None
    report = evaluate_commands(shop.recognise, cases, noise=noise, snr_db=decibels)
    return {
        "cases": report.cases,
        "right": report.strict,
        "wrong": report.wrong_action,
        "refused": report.refused,
        "rejected": report.rejected,
        "rtf": report.rtf,
        "ends": stt.ends,
        "load": loaded,
        "states": len(grammar.arcs),
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def row(one: str, ear: str, found: Mapping[str, Any]) -> str:
    """A line of the table."""
    ends = sorted(found["ends"])
    most = ends[min(len(ends) - 1, round(len(ends) * 0.95))]
    shares = (f"{100 * found[key]:.1f}" for key in ("right", "wrong", "refused"))
    costs = (
        f"{1000 * found['rtf']:.0f}",
        f"{1000 * statistics.median(ends):.0f} / {1000 * most:.0f}",
        f"{found['load']:.1f}",
        f"{found['mb']:.0f}",
    )
    return ", ".join((f"{one} ({found['cases']})", ear, *shares, *costs))


if __name__ == "__main__":
    main()
