"""A BERT encoder in JAX: token vectors for batches of sentences, with gradients.

Weights are a nested dictionary: `table` (the embeddings) and `layers` (a list, lowest
first), so that lower layers can be run once and kept while the upper ones are trained.
Matrices are `[in, out]` here, the transpose of the public files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

__all__ = [
    "Tree",
    "embed",
    "from_checkpoint",
    "run_layers",
    "sentence",
    "to_checkpoint",
]

Tree = dict[str, Any]
"""Arrays in nested dictionaries and lists, as JAX wants them."""

PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mix": "attention.output.dense",
    "mix_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "down_norm": "output.LayerNorm",
}
TABLES = {
    "words": "word_embeddings.weight",
    "places": "position_embeddings.weight",
    "kinds": "token_type_embeddings.weight",
    "scale": "LayerNorm.weight",
    "shift": "LayerNorm.bias",
}
EPSILON = 1e-12


def from_checkpoint(weights: Mapping[str, np.ndarray]) -> Tree:
    """Our tree from tensors under their public names."""
    count = sum(name.endswith("self.query.weight") for name in weights)
    table = {ours: weights[f"embeddings.{theirs}"] for ours, theirs in TABLES.items()}
    return {"table": table, "layers": [_layer(weights, at) for at in range(count)]}


def _layer(weights: Mapping[str, np.ndarray], at: int) -> Tree:
    layer: Tree = {}
    for ours, theirs in PARTS.items():
        matrix = weights[f"encoder.layer.{at}.{theirs}.weight"]
        shift = weights[f"encoder.layer.{at}.{theirs}.bias"]
        layer[ours] = {"w": np.ascontiguousarray(matrix.T), "b": shift}
    return layer


def to_checkpoint(tree: Tree) -> dict[str, np.ndarray]:
    """The inverse of `from_checkpoint`, for the GGUF writer."""
    named = {
        f"embeddings.{theirs}": np.asarray(tree["table"][ours], np.float32)
        for ours, theirs in TABLES.items()
    }
    for at, layer in enumerate(tree["layers"]):
        for ours, theirs in PARTS.items():
            name = f"encoder.layer.{at}.{theirs}"
            named[f"{name}.weight"] = np.asarray(layer[ours]["w"], np.float32).T
            named[f"{name}.bias"] = np.asarray(layer[ours]["b"], np.float32)
    return named


def _norm(values: jax.Array, part: Tree) -> jax.Array:
    centred = values - values.mean(-1, keepdims=True)
    spread = jnp.mean(centred * centred, -1, keepdims=True)
    return centred * jax.lax.rsqrt(spread + EPSILON) * part["w"] + part["b"]


def _drop(values: jax.Array, key: jax.Array | None, rate: float) -> jax.Array:
    if key is None or rate == 0:
        return values
    kept = jax.random.bernoulli(key, 1 - rate, values.shape)
    return jnp.where(kept, values / (1 - rate), 0)


def embed(table: Tree, ids: jax.Array) -> jax.Array:
    """What the lowest layer reads: `[batch, length, width]` for piece numbers."""
    length = ids.shape[1]
    total = table["words"][ids] + table["places"][:length] + table["kinds"][0]
    return _norm(total, {"w": table["scale"], "b": table["shift"]})


def _heads(values: jax.Array, part: Tree, heads: int) -> jax.Array:
    batch, length, width = values.shape
    flat = values @ part["w"] + part["b"]
    return flat.reshape(batch, length, heads, width // heads).transpose(0, 2, 1, 3)


def _attend(layer: Tree, values: jax.Array, mask: jax.Array, heads: int) -> jax.Array:
    query, key, value = (
        _heads(values, layer[name], heads) for name in ("query", "key", "value")
    )
    scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(query.shape[-1])
    scores = jnp.where(mask[:, None, None, :], scores, -1e9)
    mixed = jax.nn.softmax(scores, -1) @ value
    mixed = mixed.transpose(0, 2, 1, 3).reshape(values.shape)
    return mixed @ layer["mix"]["w"] + layer["mix"]["b"]


def run_layers(
    layers: list[Tree],
    values: jax.Array,
    mask: jax.Array,
    *,
    heads: int = 12,
    key: jax.Array | None = None,
    rate: float = 0.0,
) -> jax.Array:
    """`values` through `layers`; dropout at `rate` where a random `key` is given."""
    keys = [None, None] * len(layers)
    if key is not None:
        keys = list(jax.random.split(key, 2 * len(layers)))
    for at, layer in enumerate(layers):
        mixed = _drop(_attend(layer, values, mask, heads), keys[2 * at], rate)
        values = _norm(values + mixed, layer["mix_norm"])
        inner = values @ layer["up"]["w"] + layer["up"]["b"]
        inner = jax.nn.gelu(inner, approximate=False)
        inner = inner @ layer["down"]["w"] + layer["down"]["b"]
        inner = _drop(inner, keys[2 * at + 1], rate)
        values = _norm(values + inner, layer["down_norm"])
    return values


def sentence(values: jax.Array, mask: jax.Array) -> jax.Array:
    """One unit vector for each sentence: the direction of the mean over its pieces."""
    weight = mask[..., None].astype(values.dtype)
    mean = (values * weight).sum(1) / weight.sum(1)
    # Rows that only fill up a batch may be nothing at all where no layer is trained.
    return mean * jax.lax.rsqrt((mean * mean).sum(-1, keepdims=True) + 1e-24)
