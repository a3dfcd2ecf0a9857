"""How sure the model may be: fitted on sentences that it did not learn from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .datasets import Example
from .scoring import Answer, Reader

__all__ = ["best_temperature", "calibrate", "risk_curve"]

MEASURES = ("log_best", "log_margin", "log_not_mine", "similarity")
PENALTY = 1.0
"""Pull of each weight towards 0, in units of its measure's spread."""
GRID = np.exp(np.linspace(np.log(0.3), np.log(5), 60))


def best_temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    """The temperature under which the right classes are the likeliest."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        scaled -= scaled.max(1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
        return -float(logs[np.arange(len(targets)), targets].mean())

    return float(min(GRID, key=loss))


def calibrate(
    reader: Reader,
    answers: Sequence[Answer],
    examples: Sequence[Example],
    *,
    using: Sequence[str] = MEASURES,
) -> tuple[float, dict[str, float]]:
    """Temperature and weights, so that the confidence is the share of right answers."""
    classes = [name or "oos" for name in reader.card.classes]
    known = [at for at, one in enumerate(examples) if one.intent in classes]
    temperature = best_temperature(
        np.stack([answers[at].logits for at in known]).astype(np.float64),
        np.array([classes.index(examples[at].intent) for at in known]),
    )
    rows, right = [], []
    for answer, example in zip(answers, examples, strict=True):
        best, found = reader.measures(answer, temperature)
        rows.append([found[name] for name in using])
        right.append(best == example.intent)
    weights = _logistic(np.array(rows), np.array(right, float))
    return temperature, dict(zip(("bias", *using), weights, strict=True))


def _logistic(rows: np.ndarray, right: np.ndarray) -> list[float]:
    """Ridge logistic regression by Newton's method, in standardised measures."""
    centre, spread = rows.mean(0), rows.std(0) + 1e-6
    design = np.column_stack([np.ones(len(rows)), (rows - centre) / spread])
    pull = np.full(design.shape[1], PENALTY)
    pull[0] = 1e-3
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        guess = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (guess - right) + pull * weights
        bend = (design.T * (guess * (1 - guess))) @ design + np.diag(pull)
        weights -= np.linalg.solve(bend, slope)
    plain = weights[1:] / spread
    return [float(weights[0] - plain @ centre), *map(float, plain)]


def risk_curve(
    sure: np.ndarray,
    right: np.ndarray,
    ours: np.ndarray,
    *,
    foreign: float,
    points: int = 200,
) -> list[dict[str, float]]:
    """Share kept, share of those wrong, and foreign ones kept, for each threshold.

    `right`: the intent is the one meant; `ours`: the sentence is for this device. The
    share is that of our own sentences; the risk counts what is foreign among the wrong,
    as if `foreign` of all sentences were.
    """
    weight = np.where(ours, (1 - foreign) / ours.mean(), foreign / (~ours).mean())
    limits = np.unique(np.quantile(sure[sure > 0], np.linspace(0, 1, points)))
    rows = []
    for limit in limits:
        kept = sure >= limit
        wrong = (weight * ~right)[kept].sum() / weight[kept].sum()
        row = {
            "threshold": limit,
            "share": kept[ours].mean(),
            "risk": wrong,
            "oos_kept": kept[~ours].mean(),
        }
        rows.append({name: round(float(value), 6) for name, value in row.items()})
    return rows
