"""The n-gram part of the intent head: hashed words and letters, learned apart.

It sees spellings that the encoder smooths over. Learned on its own and added with a
weight, it keeps its say; learned together, the encoder explains everything first.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from voiceagent.nlu.slm.features import ngrams
from voiceagent.nlu.slm.wordpiece import split_words

__all__ = ["Ngrams", "fit_ngrams", "ngram_logits"]

BUCKETS = 1 << 15
ROWS = 256
PENALTY = 1e-6


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Weights of a hashed n-gram classifier."""

    inverse: np.ndarray
    """Weight of each bucket: the rarer, the higher; 0 where never seen."""
    weight: np.ndarray
    """`[buckets, classes]`"""


def fit_ngrams(
    texts: Sequence[str], targets: Sequence[int], classes: int, *, epochs: int = 30
) -> Ngrams:
    """Softmax regression on the n-grams of `texts`, by Adagrad with a fixed seed."""
    flat = [_sparse(text, np.ones(BUCKETS, np.float32)) for text in texts]
    counts = np.zeros(BUCKETS)
    for buckets, _ in flat:
        counts[np.unique(buckets)] += 1
    inverse = np.log((1 + len(texts)) / (1 + counts)) + 1
    inverse = np.where(counts > 0, inverse, 0).astype(np.float32)
    rows = [_sparse(text, inverse) for text in texts]
    buckets, values = _table(rows)
    weight = jnp.zeros((BUCKETS, classes), jnp.float32)
    squares = jnp.full_like(weight, 1e-4)
    chance, order = random.Random(0), list(range(len(rows)))
    wanted = np.asarray(targets, np.int32)
    for _ in range(epochs):
        chance.shuffle(order)
        for at in range(0, len(order), ROWS):
            some = np.array((order[at : at + ROWS] * ROWS)[:ROWS])
            part = buckets[some], values[some], wanted[some]
            weight, squares = _step(weight, squares, *part)
    return Ngrams(inverse, np.asarray(weight))


def _sparse(text: str, inverse: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return ngrams(list(split_words(text)), inverse)


def _table(
    rows: Sequence[tuple[np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    longest = min(400, max(len(buckets) for buckets, _ in rows))
    buckets = np.zeros((len(rows), longest), np.int32)
    values = np.zeros((len(rows), longest), np.float32)
    for at, (places, amounts) in enumerate(rows):
        buckets[at, : len(places)] = places[:longest]
        values[at, : len(places)] = amounts[:longest]
    return buckets, values


@partial(jax.jit, donate_argnums=(0, 1))
def _step(
    weight: jax.Array,
    squares: jax.Array,
    buckets: jax.Array,
    values: jax.Array,
    wanted: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    def loss(weight: jax.Array) -> jax.Array:
        logits = jnp.einsum("bf,bfc->bc", values, weight[buckets])
        logs = jax.nn.log_softmax(logits)
        right = jnp.take_along_axis(logs, wanted[:, None], 1)
        return -right.mean() + PENALTY * (weight * weight).sum()

    slope = jax.grad(loss)(weight)
    squares += slope * slope
    return weight - 0.5 * slope / jnp.sqrt(squares), squares


def ngram_logits(model: Ngrams, texts: Sequence[str]) -> np.ndarray:
    """Logits `[texts, classes]`."""
    rows = (_sparse(text, model.inverse) for text in texts)
    return np.stack([values @ model.weight[buckets] for buckets, values in rows])
