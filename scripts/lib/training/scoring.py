"""Scores of a model folder on examples, read by the very code that the agent runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voiceagent.engines.slm.llama_cpp import LlamaEncoder
from voiceagent.nlu.slm.features import log_softmax, measures
from voiceagent.nlu.slm.heads import HeadsReading, load_heads
from voiceagent.nlu.slm.wordpiece import WordPiece

from .datasets import NOBODY, Example

__all__ = [
    "Answer",
    "Reader",
    "intent_accuracy",
    "rejection",
    "slot_scores",
    "times",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model made of one sentence."""

    reading: HeadsReading
    logits: np.ndarray
    similarity: np.ndarray
    seconds: float
    """From the text to the decision."""


class Reader:
    """A model folder, loaded once."""

    def __init__(self, folder: Path) -> None:
        self.heads = load_heads(folder)
        self.card = self.heads.card
        self._encoder = LlamaEncoder(folder / "model.gguf", limit=self.card.limit)
        self._pieces = WordPiece(self.heads.vocabulary, limit=self.card.limit)
        with np.load(folder / "heads.npz") as arrays:
            self._prototype = arrays["prototype"]

    def read(self, text: str) -> Answer:
        """One decision, timed."""
        start = time.perf_counter()
        encoded = self._pieces.encode(text)
        vectors = self._encoder.embed(encoded.ids)
        reading = self.heads.read(encoded, vectors)
        seconds = time.perf_counter() - start
        mean = vectors.mean(0)
        return Answer(
            reading,
            self.heads.logits(encoded, vectors),
            self._prototype @ (mean / np.linalg.norm(mean)),
            seconds,
        )

    def read_all(self, examples: Sequence[Example]) -> list[Answer]:
        """One answer for each example."""
        return [self.read(example.text) for example in examples]

    def measures(
        self, answer: Answer, temperature: float
    ) -> tuple[str, dict[str, float]]:
        """The best intent and the measures that calibration weighs."""
        classes = self.card.classes
        nobody = classes.index("") if "" in classes else None
        logs = log_softmax(answer.logits, temperature)
        best, found = measures(logs, nobody=nobody, similarity=answer.similarity)
        return classes[best], found


def intent_accuracy(answers: Sequence[Answer], examples: Sequence[Example]) -> float:
    """Share of right decisions, "not mine" among them."""
    right = sum(
        _decision(answer) == example.intent
        for answer, example in zip(answers, examples, strict=True)
    )
    return right / max(1, len(examples))


def _decision(answer: Answer) -> str:
    return answer.reading.intent or NOBODY


def rejection(
    answers: Sequence[Answer], examples: Sequence[Example], *, share: float = 0.7
) -> dict[str, float]:
    """Scores of a set with foreign requests; `share`: of ours that is kept local.

    The threshold is the one that keeps that share of the in-scope sentences, which is
    how the published numbers are computed.
    """
    ours = np.array([example.intent != NOBODY for example in examples])
    sure = np.array([answer.reading.probability for answer in answers])
    forced = np.array(
        [a.reading.best == e.intent for a, e in zip(answers, examples, strict=True)]
    )
    pairs = zip(answers, examples, strict=True)
    decided = np.array([_decision(a) == e.intent for a, e in pairs])
    limit = float(np.quantile(sure[ours], 1 - share))
    kept = sure >= limit
    found = {
        "in_scope_accuracy": float(forced[ours].mean()),
        "in_scope_accuracy_with_rejection": float(decided[ours].mean()),
        "local_share": float(kept[ours].mean()),
        "accuracy_at_70": float(forced[ours & kept].mean()),
    }
    if (~ours).any():
        found["oos_recall"] = float(decided[~ours].mean())
        found["oos_kept_at_70"] = float(kept[~ours].mean())
        found["auroc"] = _auroc(sure[ours], sure[~ours])
    return found


def _auroc(good: np.ndarray, bad: np.ndarray) -> float:
    ordered = np.sort(bad)
    below = np.searchsorted(ordered, good, "left")
    upto = np.searchsorted(ordered, good, "right")
    return float((below + upto).mean() / 2 / len(bad))


def slot_scores(
    answers: Sequence[Answer], examples: Sequence[Example]
) -> dict[str, float]:
    """F1 of slots with exact span and label, and sentences with all of them right."""
    right = said = wanted = whole = 0
    for answer, example in zip(answers, examples, strict=True):
        found = set(answer.reading.spans)
        gold = {(span.start, span.end, span.slot) for span in example.spans}
        right += len(found & gold)
        said += len(found)
        wanted += len(gold)
        whole += found == gold and _decision(answer) == example.intent
    return {
        "slot_f1": 2 * right / max(1, said + wanted),
        "slot_precision": right / max(1, said),
        "slot_recall": right / max(1, wanted),
        "sentence_accuracy": whole / max(1, len(examples)),
    }


def times(answers: Sequence[Answer]) -> dict[str, float]:
    """Milliseconds a decision, warm."""
    warm = [answer.seconds * 1000 for answer in answers[5:] or answers]
    return {
        "p50": round(float(np.percentile(warm, 50)), 3),
        "p99": round(float(np.percentile(warm, 99)), 3),
    }
