"""A LoRA on a frozen Llama, in JAX on the processor: stopped and resumed at any step.

Only the choices count: what the graph of calls forces is never asked of the model, so
nothing is to be learnt there. The same seed gives the same batches, so that a training
which goes on is the one that was stopped.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lib.training.llama_file import NAMES
from lib.training.lora_text import Dictated
from lib.training.smollm2 import Base, LoraShape
from lib.training.standing import Standing, StandingFile

__all__ = ["LoraPlan", "begin", "chosen", "train_lora"]

Tree = dict[str, Any]
SIZES = (16, 24, 32, 48, 64)
"""Pieces to which sentences are filled up; each size is compiled once."""
MOST_CHOICES = 12


@dataclass(frozen=True, slots=True)
class LoraPlan:
    """How long and how fast."""

    steps: int = 1500
    batch: int = 16
    rate: float = 1e-3
    warm: int = 30
    seed: int = 1
    minutes: float = 1e9
    """When to stop for now."""
    said: Callable[[str], None] = print


def begin(base: Base, seed: int) -> Tree:
    """An adapter that changes nothing yet."""
    chance, rank = np.random.default_rng(seed), base.shape.rank
    found: Tree = {}
    for name in NAMES:
        layers, rows, columns = base.layers[name].shape
        first = chance.normal(0, columns**-0.5, (layers, rank, columns))
        second = np.zeros((layers, rows, rank))
        found[name] = {"a": jnp.asarray(first, "f"), "b": jnp.asarray(second, "f")}
    return found


def chosen(base: Tree, adapter: Tree, ids: Any, places: Any, shape: LoraShape) -> Any:
    """Scores of the pieces behind `places`, `[batch, places, pieces]`."""
    x = base["table"][ids]
    layer = partial(_layer, shape=shape)
    x, _ = jax.lax.scan(layer, x, (base["layers"], adapter))
    x = jnp.take_along_axis(x, places[..., None], 1)
    return _norm(x, base["norm"], shape) @ base["table"].T


def _layer(x: Any, parts: tuple[Tree, Tree], *, shape: LoraShape) -> tuple[Any, None]:
    base, adapter = parts

    def linear(name: str, values: Any) -> Any:
        pair = adapter[name]
        more = (values @ pair["a"].T) @ pair["b"].T
        return values @ base[name].T + shape.scale * more

    x = x + linear("o", _mixed(linear, _norm(x, base["norm"], shape), shape))
    y = _norm(x, base["norm2"], shape)
    inner = jax.nn.silu(linear("gate", y)) * linear("up", y)
    return x + linear("down", inner), None


def _norm(x: Any, scale: Any, shape: LoraShape) -> Any:
    return x * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + shape.epsilon) * scale


def _mixed(linear: Callable[[str, Any], Any], x: Any, shape: LoraShape) -> Any:
    many, length, width = x.shape
    size, share = width // shape.heads, shape.heads // shape.shared
    q = linear("q", x).reshape(many, length, shape.heads, size)
    k, v = (linear(n, x).reshape(many, length, shape.shared, size) for n in "kv")
    q, k = _turned(q, shape.turn), _turned(k, shape.turn)
    k, v = (jnp.repeat(values, share, axis=2) for values in (k, v))
    scores = jnp.einsum("blhd,bmhd->bhlm", q, k) / np.sqrt(size)
    causal = jnp.tril(jnp.ones((length, length), bool))
    weights = jax.nn.softmax(jnp.where(causal, scores, -1e9), axis=-1)
    return jnp.einsum("bhlm,bmhd->blhd", weights, v).reshape(x.shape)


def _turned(x: Any, turn: float) -> Any:
    """Positions as rotations of neighbouring pairs, the way llama.cpp does it."""
    length, size = x.shape[1], x.shape[3]
    angle = np.arange(length)[:, None] * turn ** (-np.arange(0, size, 2) / size)
    cosine, sine = np.cos(angle)[None, :, None], np.sin(angle)[None, :, None]
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = jnp.stack([even * cosine - odd * sine, even * sine + odd * cosine], -1)
    return turned.reshape(x.shape).astype(x.dtype)


def _loss(adapter: Tree, base: Tree, batch: Sequence[Any], shape: LoraShape) -> Any:
    ids, places, targets, weights = batch
    logs = jax.nn.log_softmax(chosen(base, adapter, ids, places, shape))
    picked = jnp.take_along_axis(logs, targets[..., None], axis=-1)[..., 0]
    return -(picked * weights).sum() / weights.sum()


@partial(jax.jit, static_argnums=(4, 5))
def _step(
    state: Tree,
    base: Tree,
    batch: Sequence[Any],
    step: Any,
    plan: LoraPlan,
    shape: LoraShape,
) -> tuple[Tree, Any]:
    loss, slopes = jax.value_and_grad(_loss)(state["w"], base, batch, shape)
    left = jnp.maximum(1 - step / plan.steps, 0.02)
    rate = plan.rate * jnp.minimum((step + 1) / plan.warm, 1.0) * left
    m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, state["m"], slopes)
    v = jax.tree.map(lambda a, g: 0.99 * a + 0.01 * g * g, state["v"], slopes)
    bias_m, bias_v = 1 - 0.9 ** (step + 1), 1 - 0.99 ** (step + 1)

    def moved(p: Any, a: Any, b: Any) -> Any:
        return p - rate * (a / bias_m) / (jnp.sqrt(b / bias_v) + 1e-8)

    return {"w": jax.tree.map(moved, state["w"], m, v), "m": m, "v": v}, loss


def train_lora(
    base: Base, lessons: Sequence[Dictated], plan: LoraPlan, kept: StandingFile
) -> tuple[Tree, int]:
    """The adapter, and how many steps it has behind it; goes on where it stopped."""
    frozen = jax.tree.map(
        jnp.asarray, {"table": base.table, "norm": base.norm, "layers": base.layers}
    )
    stood = kept.load() or _standing(0, _begun(base, plan))
    state, step = stood.state, stood.step
    started, losses = time.monotonic(), list[float]()
    while step < plan.steps and time.monotonic() < started + 60 * plan.minutes:
        batch = _batch(lessons, step, plan)
        state, loss = _step(state, frozen, batch, step, plan, base.shape)
        losses.append(float(loss))
        step += 1
        if step % kept.every == 0:
            kept.save(_standing(step, state))
            pace = (time.monotonic() - started) / len(losses)
            mean = np.mean(losses[-kept.every :])
            plan.said(f"step {step}: loss {mean:.3f}, {pace:.1f} s a step")
    kept.save(_standing(step, state))
    return state["w"], step


def _begun(base: Base, plan: LoraPlan) -> Tree:
    adapter = begin(base, plan.seed)
    zeros = jax.tree.map(jnp.zeros_like, adapter)
    return {"w": adapter, "m": zeros, "v": zeros}


def _standing(step: int, state: Tree) -> Standing:
    """Batches hang on the step alone: neither epoch nor chance is to be kept."""
    return Standing(0, 0, step, None, None, jax.tree.map(np.asarray, state))


def _batch(lessons: Sequence[Dictated], step: int, plan: LoraPlan) -> tuple[Any, ...]:
    """The sentences of one step, of like length; the same whenever it is asked."""
    each = len(lessons) // plan.batch or 1
    order = random.Random(f"{plan.seed} {step // each}").sample(range(each), each)
    at = order[step % each] * plan.batch
    some = lessons[at : at + plan.batch]
    longest = max(len(one.pieces) for one in some)
    size = next((size for size in SIZES if size >= longest), longest)
    ids = np.zeros((len(some), size), np.int32)
    places, targets = (np.zeros((len(some), MOST_CHOICES), np.int32) for _ in range(2))
    weights = np.zeros((len(some), MOST_CHOICES), np.float32)
    for row, one in enumerate(some):
        ids[row, : len(one.pieces)] = one.pieces
        for column, (place, target) in enumerate(one.choices[:MOST_CHOICES]):
            places[row, column], targets[row, column] = place, target
            weights[row, column] = 1
    return ids, places, targets, weights
