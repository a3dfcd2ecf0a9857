"""Learning to write calls: a Llama of 2.4 million parameters, on one core."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from lib.training.generative_gguf import Build
from lib.training.generative_text import Lesson, encoded
from voiceagent.nlu.slm.call_graph import NONE

__all__ = ["Plan", "scores", "start", "train"]

SIZES = (16, 24, 32, 48, 64)
"""Pieces to which sentences are filled up; each size is compiled once."""
BATCH = 48
READING = 0.1
"""Weight of guessing the sentence itself, against 1 for its call."""
NONE_SHARE = 0.5
"""Of the sentences that are not ours, what one round sees."""
Tree = dict[str, Any]
Coded = list[tuple[list[int], int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast."""

    rounds: int = 6
    rate: float = 2.5e-3
    decay: float = 0.05
    seed: int = 1


def start(build: Build, seed: int) -> Tree:
    """Weights before training; matrices are `[in, out]`."""
    random_numbers = np.random.default_rng(seed)

    def matrix(rows: int, columns: int, gain: float = 1.0) -> Any:
        scale = gain / np.sqrt(rows)
        return jnp.asarray(
            random_numbers.normal(0, scale, (rows, columns)), jnp.float32
        )

    width, inner, deep = build.width, build.inner, 1 / np.sqrt(2 * build.layers)
    layers = [
        {
            "norm": jnp.ones(width),
            **{part: matrix(width, width) for part in ("q", "k", "v")},
            "o": matrix(width, width, deep),
            "norm2": jnp.ones(width),
            "gate": matrix(width, inner),
            "up": matrix(width, inner),
            "down": matrix(inner, width, deep),
        }
        for _ in range(build.layers)
    ]
    table = matrix(build.pieces, width) * np.sqrt(build.pieces / width) * 0.5
    return {"table": table, "layers": layers, "norm": jnp.ones(width)}


def scores(tree: Tree, ids: Any, build: Build) -> Any:
    """Scores of the piece behind each piece."""
    x = tree["table"][ids]
    length = ids.shape[1]
    causal = jnp.tril(jnp.ones((length, length), bool))
    for layer in tree["layers"]:
        x = x + _attention(layer, _norm(x, layer["norm"]), causal, build)
        y = _norm(x, layer["norm2"])
        x = x + (jax.nn.silu(y @ layer["gate"]) * (y @ layer["up"])) @ layer["down"]
    return _norm(x, tree["norm"]) @ tree["table"].T


def _norm(x: Any, scale: Any) -> Any:
    return x * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-5) * scale


def _attention(layer: Tree, x: Any, causal: Any, build: Build) -> Any:
    many, length, width = x.shape
    shape = (many, length, build.heads, width // build.heads)
    q, k, v = ((x @ layer[part]).reshape(shape) for part in ("q", "k", "v"))
    q, k = _turned(q), _turned(k)
    weights = jnp.einsum("blhd,bmhd->bhlm", q, k) / np.sqrt(shape[-1])
    weights = jax.nn.softmax(jnp.where(causal, weights, -1e9), axis=-1)
    mixed = jnp.einsum("bhlm,bmhd->blhd", weights, v).reshape(x.shape)
    return mixed @ layer["o"]


def _turned(x: Any) -> Any:
    """Positions as rotations of neighbouring pairs, the way llama.cpp does it."""
    length, size = x.shape[1], x.shape[3]
    speed = 10000.0 ** (-np.arange(0, size, 2) / size)
    angle = np.arange(length)[:, None] * speed[None]
    cosine, sine = np.cos(angle)[None, :, None], np.sin(angle)[None, :, None]
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = jnp.stack([even * cosine - odd * sine, even * sine + odd * cosine], -1)
    return turned.reshape(x.shape)


def _loss(tree: Tree, ids: Any, weights: Any, build: Build) -> Any:
    logs = jax.nn.log_softmax(scores(tree, ids[:, :-1], build))
    picked = jnp.take_along_axis(logs, ids[:, 1:, None], axis=-1)[..., 0]
    return -(picked * weights[:, 1:]).sum() / weights[:, 1:].sum()


def batches(coded: Coded, chance: random.Random) -> Iterator[tuple[Any, Any]]:
    """Sentences of like length together, in random order."""
    by_size: dict[int, Coded] = {size: [] for size in SIZES}
    for pieces, at in coded:
        fitting = [size for size in SIZES if len(pieces) <= size]
        if fitting:
            by_size[fitting[0]].append((pieces, at))
    found = []
    for size, some in by_size.items():
        chance.shuffle(some)
        # A last batch that is not full waits for the next round.
        begins = range(0, len(some) - BATCH + 1, BATCH)
        found += [(size, some[begin : begin + BATCH]) for begin in begins]
    chance.shuffle(found)
    for size, some in found:
        yield _filled(some, size)


def _filled(some: Coded, size: int) -> tuple[Any, Any]:
    ids = np.full((len(some), size), 2, np.int32)
    weights = np.zeros((len(some), size), np.float32)
    for row, (pieces, at) in enumerate(some):
        ids[row, : len(pieces)] = pieces
        weights[row, 1:at] = READING
        weights[row, at : len(pieces)] = 1.0
    return ids, weights


def train(
    examples: Sequence[Lesson], pieces: Sequence[str], build: Build, plan: Plan
) -> Iterator[Tree]:
    """The weights after every round."""
    chance = random.Random(plan.seed)
    ours = encoded((e for e in examples if not e.call.startswith(NONE)), pieces)
    nobody = encoded((e for e in examples if e.call.startswith(NONE)), pieces)
    seen = round(len(nobody) * NONE_SHARE)
    steps = plan.rounds * (len(ours) + seen) // BATCH
    rate = optax.warmup_cosine_decay_schedule(
        0, plan.rate, min(100, steps // 10), steps, plan.rate / 30
    )
    rule = optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.adamw(rate, b2=0.98, weight_decay=plan.decay),
    )
    tree = start(build, plan.seed)
    state = rule.init(tree)

    @jax.jit
    def step(tree: Tree, state: Any, ids: Any, weights: Any) -> Any:
        loss, slope = jax.value_and_grad(_loss)(tree, ids, weights, build)
        update, state = rule.update(slope, state, tree)
        return optax.apply_updates(tree, update), state, loss

    for number in range(plan.rounds):
        began, losses = time.perf_counter(), []
        some = ours + chance.sample(nobody, seen)
        for ids, weights in batches(some, chance):
            tree, state, loss = step(tree, state, ids, weights)
            losses.append(loss)
        mean, took = float(np.mean(losses)), time.perf_counter() - began
        print(f"round {number + 1}: loss {mean:.4f}, {took:.0f} s", flush=True)
        yield tree
