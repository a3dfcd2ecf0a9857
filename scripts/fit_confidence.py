#!/usr/bin/env python3
"""Fits the confidence of the recogniser on labelled recordings.

    .venv/bin/python scripts/fit_confidence.py evidence coffee.jsonl --pack coffee \
        --own DATA/coffee/labels.jsonl --other DATA/home/labels.jsonl ... \
        --noise DATA/noise/kitchen.flac --snr 6 --snr 12
    .venv/bin/python scripts/fit_confidence.py fit coffee.jsonl home.jsonl
    .venv/bin/python scripts/fit_confidence.py words words.jsonl --text DATA/text

The first writes what the recogniser made of each recording, clean and at each ratio
(`--alone`: without the second recogniser); the second prints the coefficients for
`voiceagent/engines/stt/pocketsphinx/confidence.py`, fitted on all rows, with accuracy,
wrong actions and accepted other speech at several thresholds by five-fold
cross-validation over recordings. The third does the same for words that are written
down freely (`voiceagent/engines/stt/moonshine/certainty.py`), on the half of voices and
sentences of `scripts/bench_spoken.py` that is for fitting.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceagent.app.config import load_config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.moonshine.grammar_search import SecondEar
from voiceagent.engines.stt.moonshine.model import Moonshine
from voiceagent.engines.stt.pocketsphinx.acoustic_models import open_models
from voiceagent.engines.stt.pocketsphinx.confidence import NO_MARGIN, Evidence, Second
from voiceagent.engines.stt.pocketsphinx.panel import Panel
from voiceagent.engines.stt.pocketsphinx.recogniser import ACOUSTICS
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.engines.stt.pocketsphinx.with_moonshine import Together
from voiceagent.evaluation.commands import Case, read_cases, score
from voiceagent.nlu.models.model_folder import find_model
from voiceagent.replay.mixing import mix_noise
from voiceagent.stt.protocol import Recognition

Matrix = NDArray[np.float64]
LONGEST = 12.0
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
WORD_THRESHOLDS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
FOLDS = 5
NOTHING: dict[str, Any] = {
    "margin": NO_MARGIN,
    "agreement": 0.0,
    "lead": -1000.0,
    "second": None,
    "right": False,
    "text": False,
    "said": "",
}
ALONE_NAMES = ("INTERCEPT", "MARGIN", "AGREEMENT", "UNANIMOUS", "LEAD")
TOGETHER_NAMES = ("intercept", "agreement", "gap", "lead", "words")


def evidence(arguments: argparse.Namespace) -> None:
    """Write one JSON line a recording and condition."""
    config = load_config(flags={"pack.folder": arguments.pack}).config
    shop = Workshop(config)
    second = None if arguments.alone else Moonshine()
    panel = Panel(
        shop.language.grammar,
        shop.language.pack.pronunciations,
        open_models(find_model(ACOUSTICS).folder, pair=second is not None),
        meaning=shop.language.meaning,
    )
    together = None
    if second is not None:
        ear = SecondEar(second, shop.language.grammar)
        together = Together(panel, ear, shop.language.meaning)
    noise = read_audio(arguments.noise).samples if arguments.noise else None
    ratios = [None, *(arguments.snr or [])]
    with arguments.output.open("w", encoding="utf-8") as file:
        for number, (case, mine) in enumerate(_cases(arguments)):
            samples = read_audio(case.path).samples
            if len(samples) > LONGEST * RATE:
                continue
            for ratio in ratios:
                sound = samples
                if ratio is not None and noise is not None:
                    sound = mix_noise(samples, noise, ratio, seed=number)
                row = _row(shop, panel, together, case, sound)
                row = row | {"file": case.path.name, "mine": mine, "snr": ratio}
                file.write(json.dumps(row) + "\n")


def _cases(arguments: argparse.Namespace) -> Iterator[tuple[Case, bool]]:
    for labels in arguments.own:
        for case in read_cases(labels):
            yield case, not case.reject
    for place in arguments.other:
        files = sorted(place.rglob("*.flac")) if place.is_dir() else []
        cases = [Case(path) for path in files] or read_cases(place)
        step = max(1, len(cases) // arguments.most)
        for case in cases[::step]:
            yield case, False


def _row(
    shop: Workshop, panel: Panel, together: Together | None, case: Case, sound: Any
) -> dict[str, Any]:
    spans = [span for span in shop.speech(sound) if span[1] - span[0] >= 0.2 * RATE]
    if not spans:
        return NOTHING
    margin = round(0.2 * RATE)
    audio = sound[max(0, spans[0][0] - margin) : spans[-1][1] + margin]
    hearing = Hearing(audio)
    if together is None:
        opinion = panel.all(panel.first(hearing), hearing)
        text, evidence = opinion.text, opinion.evidence
    else:
        verdict = together.decide(hearing, None, unfinished=False, is_whole=bool)
        if verdict is None:
            return NOTHING
        text, evidence = verdict.text, verdict.evidence
    intent = shop.language.parser.parse(text) if text else None
    heard = Recognition(text, 1.0, bool(text))
    known = bool(case.intent or case.text) and not case.reject
    right = known and score(case, heard, intent).strict
    return asdict(evidence) | {"right": right, "text": bool(text), "said": text}


def fit(arguments: argparse.Namespace) -> None:
    """Print coefficients, and what thresholds do."""
    rows = [
        json.loads(line)
        for file in arguments.rows
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    right = np.array([row["right"] and row["mine"] for row in rows], float)
    both = any(row["second"] for row in rows)
    features = np.array([_features(row, both=both) for row in rows])
    weights = _logistic(features, right)
    names = TOGETHER_NAMES if both else ALONE_NAMES
    print(*(f"{n} = {w:.3f}" for n, w in zip(names, weights, strict=True)))
    _table(rows, right, _out_of_fold(rows, features, right))


def _features(row: dict[str, Any], *, both: bool) -> list[float]:
    second = Second(**row["second"]) if row["second"] else None
    if second is None and both:
        second = Second()
    found = Evidence(row["margin"], row["agreement"], row["lead"], second)
    return list(found.features())


def _probability(features: Matrix, weights: Matrix) -> Matrix:
    return np.asarray(1.0 / (1.0 + np.exp(-features @ weights)))


def _logistic(features: Matrix, right: Matrix, *, steps: int = 60) -> Matrix:
    """Newton's method with a little ridge."""
    weights = np.zeros(features.shape[1])
    ridge = 0.01 * np.eye(len(weights))
    for _ in range(steps):
        found = _probability(features, weights)
        spread = (features * (found * (1 - found))[:, None]).T @ features + ridge
        pull = features.T @ (right - found) - ridge @ weights
        weights = weights + np.linalg.solve(spread, pull)
    return weights


def _table(rows: list[dict[str, Any]], right: Matrix, sure: Matrix) -> None:
    mine = np.array([row["mine"] for row in rows])
    text = np.array([row["text"] for row in rows])
    ratios = np.array([str(row["snr"]) for row in rows])
    for threshold in THRESHOLDS:
        acted = (sure >= threshold) & text
        print(f"{threshold}: other accepted {100 * acted[~mine].mean():.1f} %", end="")
        for ratio in sorted(set(ratios[mine])):
            here = mine & (ratios == ratio)
            good = 100 * (acted & (right > 0))[here].mean()
            bad = 100 * (acted & (right == 0))[here].mean()
            print(f" | {ratio} dB: right {good:.1f} wrong {bad:.1f}", end="")
        print()


def words(arguments: argparse.Namespace) -> None:
    """Print coefficients for free words, and what thresholds do."""
    from lib.free_words import free_words

    if not arguments.rows.exists():
        found = free_words(arguments.keep, arguments.text, arguments.count)
        lines = (json.dumps(row) + "\n" for row in found)
        arguments.rows.write_text("".join(lines), encoding="utf-8")
    lines_kept = arguments.rows.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines_kept]
    right = np.array([row["right"] for row in rows], float)
    features = np.array([row["features"] for row in rows])
    print(*(f"{weight:.2f}" for weight in _logistic(features, right)))
    sure = _out_of_fold(rows, features, right)
    for threshold in WORD_THRESHOLDS:
        believed = sure >= threshold
        share, good = believed.mean(), right[believed].mean()
        print(f"{threshold}: believed {share:.1%}, of these right {good:.1%}")


def _out_of_fold(rows: list[dict[str, Any]], features: Matrix, right: Matrix) -> Matrix:
    sure = np.zeros(len(rows))
    folds = np.array([zlib.crc32(row["file"].encode()) % FOLDS for row in rows])
    for fold in range(FOLDS):
        learned = _logistic(features[folds != fold], right[folds != fold])
        sure[folds == fold] = _probability(features[folds == fold], learned)
    return sure


def main() -> None:
    """Three commands, see above."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    first = commands.add_parser("evidence")
    first.add_argument("output", type=Path)
    first.add_argument("--pack", default="")
    first.add_argument("--own", type=Path, action="append", required=True)
    first.add_argument("--other", type=Path, action="append", default=[])
    first.add_argument("--most", type=int, default=30, help="of each other set")
    first.add_argument("--noise", type=Path)
    first.add_argument("--alone", action="store_true")
    first.add_argument("--snr", type=float, action="append")
    first.set_defaults(run=evidence)
    second = commands.add_parser("fit")
    second.add_argument("rows", type=Path, nargs="+")
    second.set_defaults(run=fit)
    third = commands.add_parser("words")
    third.add_argument("rows", type=Path, help="made where it is not there")
    third.add_argument("--keep", type=Path)
    third.add_argument("--text", type=Path)
    third.add_argument("--count", type=int, default=150, help="of each set")
    third.set_defaults(run=words)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
