"""What training makes small: wrong classes and wrong tag paths."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from .encoder import Tree
from .lessons import Batch

__all__ = ["intent_loss", "slot_loss"]

TINY = 1e-30
"""Keeps a logarithm of nothing finite; far below what counts."""


def intent_loss(
    head: Tree, vectors: jax.Array, batch: Batch, smoothing: float
) -> jax.Array:
    """Cross-entropy of the classes, per sentence."""
    logs = jax.nn.log_softmax(vectors @ head["w"] + head["b"])
    right = jnp.take_along_axis(logs, batch.target[:, None], 1)[:, 0]
    each = (1 - smoothing) * right + smoothing * logs.mean(-1)
    return -(each * batch.weight).sum() / batch.weight.sum()


def slot_loss(emission: jax.Array, moves: jax.Array, batch: Batch) -> jax.Array:
    """Negative log-likelihood of the tags under a linear-chain CRF, per sentence."""
    tags, there = jnp.maximum(batch.tags, 0), batch.tags >= 0
    taken = jnp.take_along_axis(emission, tags[..., None], -1)[..., 0]
    start = moves[-1][tags[:, 0]] * there[:, 0]
    along = moves[tags[:, :-1], tags[:, 1:]] * there[:, 1:]
    path = (taken * there).sum(1) + start + along.sum(1)

    # As a product of matrices, which is many times faster with two hundred tags than a
    # `logsumexp` over every pair; the greatest is taken out, so that nothing overflows.
    highest = jax.lax.stop_gradient(moves[:-1].max())
    chances = jnp.exp(moves[:-1] - highest)

    def forward(alpha: jax.Array, now: tuple[jax.Array, jax.Array]) -> Any:
        score, valid = now
        most = jax.lax.stop_gradient(alpha.max(1, keepdims=True))
        sums = jnp.exp(alpha - most) @ chances
        after = jnp.log(sums + TINY) + most + highest + score
        return jnp.where(valid[:, None], after, alpha), None

    alpha = moves[-1] + emission[:, 0]
    rest = (emission[:, 1:].swapaxes(0, 1), there[:, 1:].swapaxes(0, 1))
    alpha, _ = jax.lax.scan(forward, alpha, rest)
    each = (jax.nn.logsumexp(alpha, 1) - path) * there[:, 0]
    return (each * batch.weight).sum() / batch.weight.sum()
