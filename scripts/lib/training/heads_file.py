"""A trained encoder and its heads as the folder that the agent loads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from voiceagent.nlu.slm.features import FORBIDDEN

from .checkpoint import Checkpoint
from .datasets import NOBODY, Example
from .encoder import Tree, to_checkpoint
from .gguf_file import GgufTexts, write_gguf
from .lessons import OUTSIDE, Labels
from .linear import Ngrams

__all__ = ["HeadsPlan", "tags_of_intents", "write_heads", "write_model"]

FORMAT = 1
LIMIT = 128
"""Pieces of the longest text that is read at run time."""


@dataclass(frozen=True, slots=True)
class HeadsPlan:
    """What belongs to the heads beside their weights."""

    labels: Labels
    allowed: np.ndarray
    """`[classes, tags]`: tags that occur with the intent."""
    prototype: np.ndarray
    """`[classes, width]`: mean direction of each class."""
    ngrams: Ngrams | None = None
    temperature: float = 1.0
    calibration: Mapping[str, float] = field(default_factory=dict)
    pack: str = ""


def tags_of_intents(examples: Sequence[Example], labels: Labels) -> np.ndarray:
    """Which tags may occur with which class: those that did in training."""
    allowed = np.zeros((len(labels.classes), len(labels.tags)), bool)
    allowed[:, labels.tags.index(OUTSIDE)] = True
    tag = {name: at for at, name in enumerate(labels.tags)}
    row = {name: at for at, name in enumerate(labels.classes)}
    for example in examples:
        for span in example.spans:
            for mark in "BI":
                allowed[row[example.intent], tag[f"{mark}-{span.slot}"]] = True
    return allowed


def write_model(
    folder: Path, tree: Tree, task: str, plan: HeadsPlan, start: Checkpoint
) -> None:
    """`model.gguf`, `heads.npz` and `heads.json` in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_gguf(
        folder / "model.gguf",
        to_checkpoint(tree),
        vocabulary=start.vocabulary,
        heads=start.heads,
        texts=GgufTexts(
            folder.name,
            description="fine-tuned from all-MiniLM-L6-v2 (Apache-2.0)",
        ),
    )
    write_heads(folder, tree["tasks"][task], plan, start.vocabulary)


def write_heads(
    folder: Path, head: Tree, plan: HeadsPlan, vocabulary: Sequence[str]
) -> None:
    """The heads alone; the encoder in `folder` stays."""
    width = head["intent"]["w"].shape[0]
    np.savez_compressed(
        folder / "heads.npz",
        vocabulary=np.frombuffer("\n".join(vocabulary).encode(), np.uint8),
        intent_weight=_single(head["intent"]["w"].T),
        intent_bias=_single(head["intent"]["b"]),
        prototype=_single(plan.prototype),
        slot_weight=_single(head["slot"]["w"].T),
        slot_bias=_single(head["slot"]["b"]),
        slot_transition=_moves(head["transition"], plan.labels.tags),
        slot_allowed=plan.allowed,
        **_ngram_arrays(plan),
    )
    card = {
        "format": FORMAT,
        "pack": plan.pack,
        "width": width,
        "limit": LIMIT,
        "classes": ["" if name == NOBODY else name for name in plan.labels.classes],
        "tags": list(plan.labels.tags),
        "temperature": plan.temperature,
        "calibration": dict(plan.calibration),
    }
    (folder / "heads.json").write_text(json.dumps(card, indent=1) + "\n")


def _single(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, np.float32)


def _moves(learned: np.ndarray, tags: Sequence[str]) -> np.ndarray:
    """Transitions in which `I-x` follows nothing but `B-x` and `I-x`."""
    moves = np.array(learned, np.float32)
    for to, tag in enumerate(tags):
        if tag.startswith("I-"):
            for come, before in enumerate([*tags, ""]):
                if before[2:] != tag[2:]:
                    moves[come, to] = FORBIDDEN
    return moves


def _ngram_arrays(plan: HeadsPlan) -> dict[str, Any]:
    model, classes = plan.ngrams, len(plan.labels.classes)
    if model is None:
        return {
            "ngram_idf": np.zeros(0, np.float32),
            "ngram_weight": np.zeros((0, classes), np.int8),
            "ngram_scale": np.ones(classes, np.float32),
        }
    scale = np.abs(model.weight).max(0) / 127 + 1e-12
    return {
        "ngram_idf": _single(model.inverse),
        "ngram_weight": np.round(model.weight / scale).astype(np.int8),
        "ngram_scale": _single(scale),
    }
