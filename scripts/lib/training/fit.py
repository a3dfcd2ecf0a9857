"""Fine-tuning of the encoder with its heads, on one or several tasks at once.

The embedding table and, if asked, the lowest layers stay as they are: they hold the
knowledge of rare words that a few thousand commands cannot teach. The result is the
running average of the weights, which generalises better than their last state.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from voiceagent.nlu.slm.wordpiece import WordPiece

from .encoder import Tree, embed, run_layers, sentence
from .lessons import Batch, Lesson, batches, lesson, padded, some_of_each
from .losses import intent_loss, slot_loss
from .plan import Plan, Task
from .standing import Standing

__all__ = ["fit", "states"]

jax.config.update("jax_default_prng_impl", "unsafe_rbg")
SCALE = 16.0
"""Length of a class's first direction; logits of unit vectors need some reach."""
PAD = 0
HASTE = {"transition": 10.0}
"""Transitions are bare scores that start from nothing, not weights of many inputs."""


def fit(tree: Tree, tasks: Sequence[Task], pieces: WordPiece, plan: Plan) -> Tree:
    """`tree` fine-tuned: `{"table", "layers", "tasks": {name: head}}`."""
    chance = random.Random(plan.seed)
    heads = {task.name: _first_head(tree, task, pieces, plan) for task in tasks}
    pools = {task.name: _pool(tree, task, pieces, plan) for task in tasks}
    low, high = tree["layers"][: plan.frozen], tree["layers"][plan.frozen :]
    params = jax.tree.map(jnp.asarray, {"layers": high, "tasks": heads})
    state = {"params": params, "average": jax.tree.map(jnp.copy, params)}
    state |= {name: jax.tree.map(jnp.zeros_like, params) for name in ("m", "v")}
    total = sum(_epoch_steps(task, plan) for task in tasks) * plan.epochs
    at = _begin(plan, chance, state)
    state, step, key = at.state, at.step, jax.random.wrap_key_data(at.key)
    for epoch in range(at.epoch, plan.epochs):
        drawn = chance.getstate()
        behind = at.done if epoch == at.epoch else 0
        for done, (name, batch) in enumerate(_epoch(tasks, pools, plan, chance)):
            if done < behind:
                continue
            key, now = jax.random.split(key)
            state = _step(plan, name, total, state, batch, now, step)
            step += 1
            if plan.kept and step % plan.kept.every == 0:
                stands = Standing(epoch, done + 1, step, drawn, key, state)
                plan.kept.save(_plain(stands))
        if plan.report:
            plan.report(epoch, _whole(tree, low, state["average"]))
    return _whole(tree, low, state["average"])


def _begin(plan: Plan, chance: random.Random, state: Tree) -> Standing:
    """Where it was stopped, or its beginning; sets the random numbers back."""
    found = plan.kept.load() if plan.kept else None
    if found is None:
        key = jax.random.key_data(jax.random.key(plan.seed))
        return Standing(0, 0, 0, chance.getstate(), key, state)
    chance.setstate(found.chance)
    return replace(found, state=jax.tree.map(jnp.asarray, found.state))


def _plain(stands: Standing) -> Standing:
    key = np.asarray(jax.random.key_data(stands.key))
    return replace(stands, key=key, state=jax.tree.map(np.asarray, stands.state))


def _whole(tree: Tree, low: list[Tree], trained: Tree) -> Tree:
    found = jax.tree.map(np.asarray, trained)
    layers = [*low, *found["layers"]]
    return {**tree, "layers": layers, "tasks": found["tasks"]}


def _reading(tree: Tree, layers: list[Tree]) -> Tree:
    """What of a tree reads sentences: these layers, or a finished encoder (`read`)."""
    kept = {name: tree[name] for name in ("table", "read") if name in tree}
    return {**kept, "layers": layers}


def _epoch_steps(task: Task, plan: Plan) -> int:
    return -(-round(len(task.examples) * task.share) // plan.batch)


Pool = list[list[Lesson]]
"""For each example the plain lesson, then its variants."""


def _pool(tree: Tree, task: Task, pieces: WordPiece, plan: Plan) -> Pool:
    chance = random.Random(f"{plan.seed} {task.name}")
    kinds = [list(task.examples)]
    if plan.noise:
        kinds += [
            [plan.noise(one, chance) for one in task.examples]
            for _ in range(plan.variants)
        ]
    columns = [
        _lowered(tree, [lesson(one, pieces, task.labels) for one in kind], plan)
        for kind in kinds
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _lowered(tree: Tree, lessons: Sequence[Lesson], plan: Plan) -> list[Lesson]:
    """Runs the layers that stay as they are, once for the whole training."""
    low = _reading(tree, tree["layers"][: plan.frozen])
    return [
        replace(one, low=tokens.astype(np.float16))
        for one, (tokens, _) in zip(lessons, _passed(low, lessons), strict=True)
    ]


def _epoch(
    tasks: Sequence[Task], pools: dict[str, Pool], plan: Plan, chance: random.Random
) -> Iterator[tuple[str, Batch]]:
    whole = []
    for task in tasks:
        drawn = _drawn(task, pools[task.name], plan, chance)
        order = batches(drawn, plan.batch, chance)
        whole += [(task.name, lessons) for lessons in order]
    chance.shuffle(whole)
    for name, lessons in whole:
        yield name, padded(lessons, plan.batch)


def _drawn(task: Task, pool: Pool, plan: Plan, chance: random.Random) -> list[Lesson]:
    count = round(len(pool) * task.share)
    rows = pool * int(task.share)
    rows += chance.sample(pool, count - len(rows))
    drawn = [
        chance.choice(row[1:])
        if len(row) > 1 and chance.random() < plan.noisy
        else row[0]
        for row in rows
    ]
    return [one for one in drawn if len(one.ids) <= 64]


def _first_head(tree: Tree, task: Task, pieces: WordPiece, plan: Plan) -> Tree:
    """A head that starts from the mean direction of each class, untrained."""
    some = some_of_each(task.examples, 30)
    clean = [lesson(one, pieces, task.labels) for one in some]
    vectors = states(tree, clean)[0]
    targets = np.array([one.target for one in clean])
    means = [
        vectors[targets == at].mean(0) if (targets == at).any() else 0 * vectors[0]
        for at in range(len(task.labels.classes))
    ]
    weight = np.stack(means).astype(np.float32)
    weight /= np.linalg.norm(weight, axis=1, keepdims=True) + 1e-9
    tags, width = len(task.labels.tags), weight.shape[1]
    small = np.random.default_rng(plan.seed).normal(0, 0.02, (width, tags))
    return {
        "intent": {"w": SCALE * weight.T, "b": np.zeros(len(means), np.float32)},
        "slot": {"w": small.astype(np.float32), "b": np.zeros(tags, np.float32)},
        "transition": np.zeros((tags + 1, tags), np.float32),
    }


def states(
    tree: Tree, lessons: Sequence[Lesson]
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Sentence vectors `[n, width]`, and the word vectors of each sentence."""
    found = list(_passed(_reading(tree, tree["layers"]), lessons))
    words = [
        tokens[list(one.first)] for one, (tokens, _) in zip(lessons, found, strict=True)
    ]
    return np.stack([mean for _, mean in found]), words


def _passed(
    tree: Tree, lessons: Sequence[Lesson]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Token vectors and sentence vector of each lesson, in order."""
    if "read" in tree:
        return [tree["read"](one.ids) for one in lessons]
    order = sorted(range(len(lessons)), key=lambda at: len(lessons[at].ids))
    found: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for begin in range(0, len(order), 64):
        places = order[begin : begin + 64]
        ids = padded([lessons[at] for at in places], 64).ids
        tokens, means = map(np.asarray, _run(tree, ids))
        for row, at in enumerate(places):
            found[at] = tokens[row, : len(lessons[at].ids)], means[row]
    return [found[at] for at in range(len(lessons))]


@jax.jit
def _run(tree: Tree, ids: jax.Array) -> tuple[jax.Array, jax.Array]:
    mask = ids != PAD
    tokens = run_layers(tree["layers"], embed(tree["table"], ids), mask)
    return tokens, sentence(tokens, mask)


@partial(jax.jit, static_argnums=(0, 1, 2), donate_argnums=(3,))
def _step(
    plan: Plan,
    name: str,
    total: int,
    state: Tree,
    batch: Batch,
    key: jax.Array,
    step: jax.Array,
) -> Tree:
    params = state["params"]
    part = {"layers": params["layers"], "head": params["tasks"][name]}
    slopes = jax.grad(_loss)(part, batch, key, plan)
    return _updated(plan, name, state, slopes, step, total)


def _loss(part: Tree, batch: Batch, key: jax.Array, plan: Plan) -> jax.Array:
    mask = batch.ids != PAD
    tokens = run_layers(part["layers"], batch.low, mask, key=key, rate=plan.dropout)
    head = part["head"]
    total = intent_loss(head["intent"], sentence(tokens, mask), batch, plan.smoothing)
    if head["slot"]["b"].shape[0] > 1:
        words = jnp.take_along_axis(tokens, batch.first[..., None], 1)
        emission = words @ head["slot"]["w"] + head["slot"]["b"]
        total += plan.slot_weight * slot_loss(emission, head["transition"], batch)
    return total


def _updated(
    plan: Plan, name: str, state: Tree, slopes: Tree, step: jax.Array, total: int
) -> Tree:
    """One step of Adam for the layers and one head, and of the running average."""
    warm = max(1, total // 20)
    pace = jnp.minimum((step + 1) / warm, 1.0)
    pace *= 0.5 * (1 + jnp.cos(jnp.pi * step / total))
    fresh = {key: dict(state[key], tasks=dict(state[key]["tasks"])) for key in state}
    count = len(slopes["layers"])
    for at in range(count):
        rate = plan.rate * plan.layer_decay ** (count - 1 - at) * pace
        moved = _adam(plan, _pick(state, at), slopes["layers"][at], rate, step)
        for key, value in moved.items():
            fresh[key]["layers"] = [*fresh[key]["layers"]]
            fresh[key]["layers"][at] = value
    for key in state:
        fresh[key]["tasks"][name] = dict(state[key]["tasks"][name])
    for part, slope in slopes["head"].items():
        before = {key: state[key]["tasks"][name][part] for key in state}
        rate = plan.head_rate * HASTE.get(part, 1) * pace
        for key, value in _adam(plan, before, slope, rate, step).items():
            fresh[key]["tasks"][name][part] = value
    return fresh


def _pick(state: Tree, at: int) -> Tree:
    return {key: state[key]["layers"][at] for key in state}


def _adam(plan: Plan, old: Tree, slopes: Tree, rate: jax.Array, step: Any) -> Tree:
    m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, old["m"], slopes)
    v = jax.tree.map(lambda a, g: 0.99 * a + 0.01 * g * g, old["v"], slopes)
    bias_m, bias_v = 1 - 0.9 ** (step + 1), 1 - 0.99 ** (step + 1)

    def moved(p: jax.Array, a: jax.Array, b: jax.Array) -> jax.Array:
        kept = p * (1 - rate * plan.weight_decay)
        return kept - rate * (a / bias_m) / (jnp.sqrt(b / bias_v) + 1e-8)

    params = jax.tree.map(moved, old["params"], m, v)
    held = jnp.minimum(plan.average, (1 + step) / (10 + step))
    average = jax.tree.map(
        lambda a, p: held * a + (1 - held) * p, old["average"], params
    )
    return {"params": params, "m": m, "v": v, "average": average}


for _kind in (Batch,):
    jax.tree_util.register_dataclass(
        _kind, ["ids", "low", "first", "tags", "target", "weight"], []
    )
