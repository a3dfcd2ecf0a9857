"""The heads on our encoder: from vectors to an intent, how sure it is, and its slots.

All of it is numpy on small matrices, read from `heads.npz` and `heads.json` without
pickle; the arithmetic itself is in `features.py`, which training uses as well.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voiceagent.audio.arrays import Floats
from voiceagent.errors import ModelError, ModelMissing
from voiceagent.nlu.slm.features import (
    best_path,
    confidence,
    log_softmax,
    measures,
    ngrams,
    tagged_spans,
)
from voiceagent.nlu.slm.wordpiece import Encoded

__all__ = ["NOBODY", "Heads", "HeadsCard", "HeadsReading", "load_heads"]

FORMAT = 1
NOBODY = ""
"""The class of sentences that are not for this device."""
LARGEST = 64 * 2**20
"""Bytes of a heads file; ours have three million."""
Arrays = Mapping[str, NDArray[Any]]


class HeadsCard(Struct, frozen=True, kw_only=True):
    """What `heads.json` says."""

    format: int
    pack: str
    width: int
    limit: int
    """Pieces of a sentence at most."""
    classes: list[str]
    tags: list[str]
    temperature: float
    calibration: dict[str, float]


@dataclass(frozen=True, slots=True)
class HeadsReading:
    """What the heads see in one sentence."""

    intent: str
    """The likeliest class; `NOBODY`: not for this device."""
    probability: float
    """0..1, calibrated: how likely the best intent is right, even below `NOBODY`."""
    spans: tuple[tuple[int, int, str], ...] = ()
    """First character, one behind the last, slot; in the encoded text."""
    best: str = NOBODY
    """The likeliest class that is an intent."""


class Heads:
    """Reads sentence and word vectors; no state, any thread."""

    def __init__(self, card: HeadsCard, arrays: Arrays) -> None:
        """`arrays`: as `shapes` tells; `load_heads` checks them."""
        self.card, self._arrays = card, arrays
        self.vocabulary = tuple(bytes(arrays["vocabulary"]).decode().split("\n"))
        self._nobody = card.classes.index(NOBODY) if NOBODY in card.classes else None

    def logits(self, encoded: Encoded, vectors: Floats) -> Floats:
        """The score of every class."""
        return self._logits(encoded, _sentence(vectors))

    def read(self, encoded: Encoded, vectors: Floats) -> HeadsReading:
        """The intent and the slots of a sentence; `vectors`: one row a piece."""
        sentence = _sentence(vectors)
        logits = self._logits(encoded, sentence)
        similarity: Floats = self._arrays["prototype"] @ sentence
        logs = log_softmax(logits, self.card.temperature)
        best, found = measures(logs, nobody=self._nobody, similarity=similarity)
        probability = confidence(found, self.card.calibration)
        intent = self.card.classes[best]
        if int(logits.argmax()) == self._nobody:
            return HeadsReading(NOBODY, probability, best=intent)
        spans = self._spans(encoded, vectors, best)
        return HeadsReading(intent, probability, spans, intent)

    def _logits(self, encoded: Encoded, sentence: Floats) -> Floats:
        arrays = self._arrays
        logits: Floats = arrays["intent_weight"] @ sentence + arrays["intent_bias"]
        if len(arrays["ngram_idf"]):
            buckets, values = ngrams(encoded.words, arrays["ngram_idf"])
            rows = arrays["ngram_weight"][buckets].astype(np.float32)
            logits = logits + (values @ rows) * arrays["ngram_scale"]
        return logits.astype(np.float32)

    def _spans(
        self, encoded: Encoded, vectors: Floats, intent: int
    ) -> tuple[tuple[int, int, str], ...]:
        arrays = self._arrays
        words = vectors[list(encoded.first)].reshape(-1, self.card.width)
        emission = words @ arrays["slot_weight"].T + arrays["slot_bias"]
        allowed = arrays["slot_allowed"][intent]
        path = best_path(emission, arrays["slot_transition"], allowed)
        return tuple(tagged_spans(encoded.words, [self.card.tags[tag] for tag in path]))


def _sentence(vectors: Floats) -> Floats:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / (float(np.linalg.norm(mean)) or 1.0), np.float32)


def load_heads(folder: Path) -> Heads:
    """The heads of a model folder; `ModelMissing` or `ModelError`."""
    card = _card(folder / "heads.json")
    file = folder / "heads.npz"
    arrays = _arrays(file)
    for name, (kind, shape) in shapes(card).items():
        _check(file, name, arrays.get(name), kind, shape)
    if len(arrays["ngram_weight"]) != len(arrays["ngram_idf"]):
        raise _broken(file, "`ngram_weight` does not fit `ngram_idf`")
    buckets = len(arrays["ngram_idf"])
    if buckets & (buckets - 1):
        raise _broken(file, f"`ngram_idf` has {buckets} buckets, no power of two")
    try:
        return Heads(card, arrays)
    except UnicodeDecodeError as error:
        raise _broken(file, "its vocabulary is no text") from error


def shapes(card: HeadsCard) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Type and shape of every array; -1: any length."""
    classes, tags, width = len(card.classes), len(card.tags), card.width
    return {
        "vocabulary": ("uint8", (-1,)),
        "intent_weight": ("float32", (classes, width)),
        "intent_bias": ("float32", (classes,)),
        "ngram_idf": ("float32", (-1,)),
        "ngram_weight": ("int8", (-1, classes)),
        "ngram_scale": ("float32", (classes,)),
        "prototype": ("float32", (classes, width)),
        "slot_weight": ("float32", (tags, width)),
        "slot_bias": ("float32", (tags,)),
        "slot_transition": ("float32", (tags + 1, tags)),
        "slot_allowed": ("bool", (classes, tags)),
    }


def _card(file: Path) -> HeadsCard:
    try:
        card = msgspec.json.decode(_bytes(file), type=HeadsCard)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _broken(file, str(error)) from error
    if card.format != FORMAT:
        raise _broken(file, f"format {card.format} is not known, {FORMAT} is")
    intents = [name for name in card.classes if name != NOBODY]
    if not intents or len(set(card.classes)) < len(card.classes) or not card.tags:
        raise _broken(file, "its classes and tags are not a list of different names")
    if not (0 < card.width <= 1 << 14 and 3 <= card.limit <= 1 << 12):
        raise _broken(file, f"width {card.width} and limit {card.limit} are impossible")
    if not card.temperature > 0:
        raise _broken(file, f"a temperature of {card.temperature} is impossible")
    return card


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise _broken(file, f"it is larger than {LARGEST >> 20} MB")
        return file.read_bytes()
    except FileNotFoundError as error:
        hint = "a folder of an intent encoder holds `heads.npz` and `heads.json`"
        raise ModelMissing(f"no model file `{file}`", hint=hint) from error
    except OSError as error:
        raise _broken(file, str(error)) from error


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    data = io.BytesIO(_bytes(file))
    broken = (OSError, ValueError, KeyError, EOFError, MemoryError, RuntimeError)
    try:
        with np.load(data, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (*broken, zipfile.BadZipFile, zlib.error, AttributeError) as error:
        raise _broken(file, f"{type(error).__name__}: {error}") from error


def _check(
    file: Path, name: str, found: NDArray[Any] | None, kind: str, shape: tuple[int, ...]
) -> None:
    if found is None:
        raise _broken(file, f"`{name}` is missing")
    fits = len(found.shape) == len(shape) and all(
        wanted in (-1, size) for wanted, size in zip(shape, found.shape, strict=True)
    )
    if found.dtype != np.dtype(kind) or not fits:
        raise _broken(file, f"`{name}` is {found.dtype} {found.shape}, not {shape}")
    if kind == "float32" and not np.isfinite(found).all():
        raise _broken(file, f"`{name}` holds what is no number")


def _broken(file: Path, cause: str) -> ModelError:
    hint = "install the model again; `voiceagent models verify` compares the hashes"
    return ModelError(f"`{file}` cannot be used", cause=cause, hint=hint)
