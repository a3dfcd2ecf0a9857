#!/usr/bin/env python3
"""Fit `voiceagent/frontend/endpoint.py`, waits and weights, on half of a corpus.

    .venv/bin/python scripts/fit_endpoint.py CORPUS --traces FILE [--folds 2]

The wait is the exponential of a sum of a few things known at each frame, so fitting is
a search over their coefficients: by coordinates, in shrinking steps, for the least of
mean latency + SHARE_CLOSED x latency of closed commands + COST x false cut-offs, with a
pull towards the waits that were in force before. Signs are held where only one makes
sense: doubt never shortens a wait. With `--folds` it is also fitted on all but one part
of the recordings and measured on the rest, which tells how much to believe. Prints the
constants; nothing is written.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voiceagent.app.config import load_config
from voiceagent.app.workshop import Workshop
from voiceagent.evaluation.endpoint import FIXED, by_policy, heard
from voiceagent.evaluation.endpoint_score import HeardSoFar, judge, measure
from voiceagent.evaluation.endpoint_traces import load_traces
from voiceagent.frontend.endpoint import FLAT, EndpointPolicy, Weights, evidence_of

__all__ = ["KINDS", "WEIGHTS", "fit", "main", "policy_of", "start"]

KINDS = ("complete", "extensible", "incomplete", "dead", "unknown")
WEIGHTS = ("live", "late", "unsure", "doubtful", "hanging", "tempo", "loud", "brief")
"""Coefficients that are searched for. The number of pauses so far is left out: a corpus
with pauses put in teaches how many its maker puts in."""
COST = 9.0
"""Seconds of latency that one more false cut-off per hold is worth."""
SHARE_CLOSED = 3.0
PULL = 0.01
STEPS = (0.4, 0.22, 0.12)
NEAR = (0.9, 1.1)
"""Patience is varied a little, so that no single frame decides."""
SLOPE = 3.0

Floats = NDArray[np.float64]


def start() -> Floats:
    """The fixed waits, and no other evidence."""
    waits = [math.log(getattr(FIXED, kind)) for kind in KINDS]
    return np.array([*waits, *(0.0 for _ in WEIGHTS)])


def policy_of(values: Floats) -> EndpointPolicy:
    """The policy of some coefficients (logarithms of waits, then of factors)."""
    waits = {k: math.exp(v) for k, v in zip(KINDS, values, strict=False)}
    factors = dict(zip(WEIGHTS, values[len(KINDS) :].tolist(), strict=True))
    signed = {name: -SLOPE * factor for name, factor in factors.items()}
    return EndpointPolicy(**waits, weights=Weights(silence=SLOPE, **signed))


class Turns:
    """Turns whose evidence is worked out once, for all coefficients."""

    def __init__(self, turns: Sequence[HeardSoFar]) -> None:
        self.turns = turns
        self._features = [_features(turn) for turn in turns]

    def cost(self, values: Floats) -> float:
        """What is to be made small."""
        total = PULL * float(((values - start()) ** 2).sum())
        return total + sum(self._at(values, p) for p in NEAR) / len(NEAR)

    def _at(self, values: Floats, patience: float) -> float:
        policy = policy_of(values)
        asked = {
            id(turn): np.exp(features @ values)
            for turn, features in zip(self.turns, self._features, strict=True)
        }
        ends = by_policy(self.turns, policy, asked=asked)
        found = [judge(turn.turn, ends(turn, patience)) for turn in self.turns]
        point = measure(patience, self.turns, found)
        closed = 0.0 if math.isnan(point.closed_ms) else point.closed_ms
        latency = point.latency_ms + SHARE_CLOSED * closed
        return latency / 1000 + COST * point.cut_off


def _features(turn: HeardSoFar) -> Floats:
    """One row a frame, so that its product with the coefficients is ln(wait)."""
    units = [replace(FLAT, silence=1.0, **{name: -1.0}) for name in WEIGHTS]
    rows = [
        [float(row.words.completeness.value == kind) for kind in KINDS]
        + [-evidence_of(unit, row.words, row.moment) for unit in units]
        for row in turn.rows
    ]
    return np.array(rows).reshape(len(rows), len(KINDS) + len(WEIGHTS))


def fit(turns: Turns) -> Floats:
    """Coefficients by coordinate descent; the same turns give the same ones."""
    values = start()
    best = turns.cost(values)
    for step in STEPS:
        for at in range(len(values)):
            for change in (step, -step):
                tried = values.copy()
                tried[at] += change
                if at >= len(KINDS):
                    tried[at] = max(0.0, tried[at])
                cost = turns.cost(tried)
                if cost < best - 1e-6:
                    best, values = cost, tried
                    break
    return values


def report(name: str, turns: Turns, values: Floats) -> None:
    """How good some coefficients are on some turns."""
    ends = by_policy(turns.turns, policy_of(values))
    found = [judge(turn.turn, ends(turn, 1.0)) for turn in turns.turns]
    point = measure(1.0, turns.turns, found)
    print(
        f"{name:12} {point.latency_ms:6.0f} ms, closed {point.closed_ms:6.0f} ms, "
        f"{point.cut_off:.1%} of the holds cut"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--traces", type=Path, required=True, help="made by the eval")
    parser.add_argument("--folds", type=int, default=0)
    asked = parser.parse_args(arguments)
    shop = Workshop(load_config(environ={}, folder=Path("/nonexistent")).config)
    traces = [t for t in load_traces(asked.traces) if t.turn.split == "tune"]
    turns = heard(
        traces, asked.corpus, smoother=shop.config.vad.smoother, policy=EndpointPolicy()
    )
    for fold in range(asked.folds):
        rest = [turn for at, turn in enumerate(turns) if at % asked.folds != fold]
        left = [turn for at, turn in enumerate(turns) if at % asked.folds == fold]
        report(f"fold {fold + 1}", Turns(left), fit(Turns(rest)))
    values = fit(Turns(turns))
    report("all of it", Turns(turns), values)
    policy = policy_of(values)
    for kind in KINDS:
        print(f"{kind}: {getattr(policy, kind):.2f}")
    for field in fields(Weights):
        print(f"{field.name}: {getattr(policy.weights, field.name):.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
