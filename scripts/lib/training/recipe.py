"""How our encoder is trained: from examples to a model folder, always the same way."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import jax
import numpy as np

from voiceagent.engines.slm.llama_cpp import LlamaEncoder
from voiceagent.nlu.slm.heads import load_heads
from voiceagent.nlu.slm.wordpiece import WordPiece

from .calibration import calibrate
from .checkpoint import Checkpoint
from .datasets import Example
from .encoder import Tree, from_checkpoint
from .fit import fit, states
from .heads_file import HeadsPlan, tags_of_intents, write_heads, write_model
from .lessons import Labels, labels_of, lesson, some_of_each
from .linear import Ngrams, fit_ngrams
from .noise import Recogniser, load_sounds
from .plan import Plan, Task
from .scoring import Answer, Reader

__all__ = ["Recipe", "Trained", "recogniser", "say", "train", "train_heads"]

FIRST_WORD = 1996
"""Where BERT's vocabulary of marks and letters ends and its words begin, commonest
first."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is chosen; the defaults are those of the shipped model."""

    plan: Plan = Plan()
    ngram_weight: float = 0.4
    """How much the n-gram part counts beside the encoder; 0: none."""
    ngram_epochs: int = 8
    measures: Sequence[str] = ("log_best",)
    """What the confidence is made of."""
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished model folder."""

    folder: Path
    parameters: int
    """Numbers in encoder and heads."""
    temperature: float
    calibration: dict[str, float]
    held_answers: Sequence[Answer]
    """What it makes of the held-out examples, before calibration."""


def say(text: str) -> None:
    """Progress, on stderr, where a `--json` result is not disturbed."""
    print(text, file=sys.stderr, flush=True)


def recogniser(start: Checkpoint, *, rate: float = 0.1) -> Recogniser:
    """Errors of recognised speech, with the encoder's words as the common ones."""
    return Recogniser(load_sounds(start.vocabulary[FIRST_WORD:]), rate)


def train(
    folder: Path,
    examples: Sequence[Example],
    held: Sequence[Example],
    start: Checkpoint,
    recipe: Recipe,
    *,
    beside: Sequence[Task] = (),
    ready: Tree | None = None,
) -> Trained:
    """Fine-tune on `examples` and the tasks `beside`, calibrate on `held`, write.

    `ready`: weights that are tuned already, of the same examples.
    """
    pieces, labels = WordPiece(start.vocabulary), labels_of(examples)
    tree = from_checkpoint(start.weights)
    plan = replace(recipe.plan, report=recipe.plan.report or _progress)
    tasks = [Task("main", labels, examples), *beside]
    tuned = ready or fit(tree, tasks, pieces, plan)
    heads = _heads(tuned, examples, labels, pieces, recipe)
    write_model(folder, tuned, "main", heads, start)
    return _calibrated(folder, tuned, heads, held, start.vocabulary, recipe)


def train_heads(
    folder: Path,
    examples: Sequence[Example],
    held: Sequence[Example],
    encoder: Path,
    recipe: Recipe,
) -> Trained:
    """New heads on the encoder of a finished folder, which stays to the byte."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(encoder / "model.gguf", folder / "model.gguf")
    known = load_heads(encoder)
    reader = LlamaEncoder(folder / "model.gguf", limit=known.card.limit)

    def read(ids: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        vectors = np.array(reader.embed(ids))
        mean = vectors.mean(0)
        return vectors, mean / np.linalg.norm(mean)

    pieces, labels = WordPiece(known.vocabulary), labels_of(examples)
    task = Task("main", labels, examples)
    plan = replace(recipe.plan, report=recipe.plan.report or _progress)
    tuned = fit({"layers": [], "read": read}, [task], pieces, plan)
    heads = _heads(tuned, examples, labels, pieces, recipe)
    write_heads(folder, tuned["tasks"]["main"], heads, known.vocabulary)
    return _calibrated(folder, tuned, heads, held, known.vocabulary, recipe)


def _heads(
    tuned: Tree,
    examples: Sequence[Example],
    labels: Labels,
    pieces: WordPiece,
    recipe: Recipe,
) -> HeadsPlan:
    return HeadsPlan(
        labels,
        tags_of_intents(examples, labels),
        _prototypes(tuned, examples, labels, pieces),
        _ngrams(examples, labels, recipe),
        pack=recipe.pack,
    )


def _calibrated(
    folder: Path,
    tuned: Tree,
    heads: HeadsPlan,
    held: Sequence[Example],
    vocabulary: Sequence[str],
    recipe: Recipe,
) -> Trained:
    """The confidence fitted on held-out sentences, and the heads written with it."""
    answers = Reader(folder).read_all(held)
    found = calibrate(Reader(folder), answers, held, using=recipe.measures)
    heads = replace(heads, temperature=found[0], calibration=found[1])
    write_heads(folder, tuned["tasks"]["main"], heads, vocabulary)
    return Trained(folder, _count(tuned, heads), *found, answers)


def _progress(epoch: int, tree: Tree) -> None:
    say(f"epoch {epoch + 1} done")


def _prototypes(
    tree: Tree, examples: Sequence[Example], labels: Labels, pieces: WordPiece
) -> np.ndarray:
    """Mean direction of each class, as the int8 encoder will see it."""
    some = some_of_each(examples, 40)
    lessons = [lesson(one, pieces, labels) for one in some]
    vectors, _ = states(tree, lessons)
    targets = np.array([one.target for one in lessons])
    means = np.stack(
        [vectors[targets == at].mean(0) for at in range(len(labels.classes))]
    )
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


def _ngrams(
    examples: Sequence[Example], labels: Labels, recipe: Recipe
) -> Ngrams | None:
    if not recipe.ngram_weight:
        return None
    say("n-grams")
    model = fit_ngrams(
        [example.text for example in examples],
        [labels.classes.index(example.intent) for example in examples],
        len(labels.classes),
        epochs=recipe.ngram_epochs,
    )
    return replace(model, weight=model.weight * recipe.ngram_weight)


def _count(tree: Tree, heads: HeadsPlan) -> int:
    parts = {"table": tree.get("table"), "layers": tree["layers"]}
    kept = [*jax.tree.leaves(parts), *jax.tree.leaves(tree["tasks"]["main"])]
    if heads.ngrams:
        kept.append(heads.ngrams.weight)
    return sum(int(np.size(values)) for values in kept)
