#!/usr/bin/env python3
"""Trains the model that we ship: an encoder with heads for the home pack.

    .venv/bin/python scripts/train_slm.py --data DIR --output models/intents-en
    .venv/bin/python scripts/train_slm.py --examples DIR --data DIR --output OUT

`--data`: the folder with the public text sets. Examples of the pack are written by
`scripts/make_home_text.py` unless `--examples` names a folder that has them. The
tools are installed into `.venv-train` if missing. Seeds are fixed, one thread is used.
Every hundred steps it is kept how far it came: the same command, given again, goes on
there and ends with the same model (a quarter of an hour of one core in all).
"""

from __future__ import annotations

import argparse
import os
import pickle
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.training.datasets import (
    NOBODY,
    TASKS,
    Example,
    Part,
    read_examples,
    read_training,
)
from lib.training.environment import ROOT, enter

from voiceagent.errors import EngineFailed, VoiceAgentError

if TYPE_CHECKING:
    from lib.training.plan import Task

__all__ = ["main"]

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
WORK = ROOT / "out" / "train_slm"
BESIDE = {"clinc150": 15, "hwu64": 25, "snips2017": 80}
"""Sentences of each intent of the public sets that are learned beside: enough to keep
the encoder general, too few to slow training down."""
MOST_FOREIGN = 2300
"""Held-out foreign sentences that are read; more would change the figures little."""
FOREIGN_TRAFFIC = 0.45
"""Share of all requests that are taken for foreign in `curve.json`: of what no template
says nearly half is none of ours."""


def main() -> None:
    """Read, train, calibrate, score, write the folder."""
    options = _options()
    try:
        enter()
        os.environ.update(ONE_THREAD)
        _build(options)
    except VoiceAgentError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--examples", type=Path, default=None, metavar="DIR")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "intents-en")
    parser.add_argument("--version", default="1")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--ngrams", type=float, default=0.4)
    parser.add_argument(
        "--foreign", type=int, default=10_000, help="foreign sentences to learn from"
    )
    parser.add_argument(
        "--alone", action="store_true", help="without the public sets as further tasks"
    )
    parser.add_argument(
        "--again", action="store_true", help="take the weights of the last run"
    )
    parser.add_argument(
        "--heads-of",
        type=Path,
        default=None,
        metavar="DIR",
        help="train the heads alone, on the encoder of this folder, which stays",
    )
    parser.add_argument(
        "--graft",
        action="store_true",
        help="keep the heads of --heads-of; the new ones are for new intents alone",
    )
    parser.add_argument(
        "--most", type=int, default=None, help="sentences of each intent of ours"
    )
    parser.add_argument(
        "--curve", action="store_true", help="the curve alone, of a finished --output"
    )
    return parser.parse_args()


def _build(options: argparse.Namespace) -> None:
    from lib.training.card import write_readme
    from lib.training.checkpoint import load_minilm
    from lib.training.graft import graft, refit
    from lib.training.plan import Plan
    from lib.training.recipe import Recipe, say, train, train_heads
    from lib.training.scoring import Reader
    from lib.training.standing import StandingFile, mark_of

    started = time.perf_counter()
    folder = options.examples or _written(options.data)
    every = read_examples(folder / "train.jsonl")
    learned = _thinned(every, options.foreign, options.most)
    calibrating, scored = _halves(read_examples(folder / "held_out.jsonl"))
    known = {example.intent for example in learned}
    calibrating, scored = (
        [example for example in part if example.intent in known]
        for part in (calibrating, scored)
    )
    say(f"{len(learned)} examples, {len(calibrating)} to calibrate, {len(scored)} held")
    if options.curve:
        _seal(options, scored)
        return
    saved = WORK / "weights.pickle"
    alone = options.again or options.alone or options.heads_of
    beside = () if alone else _beside(options.data)
    parts = (options.epochs, str(options.heads_of), learned)
    mark = mark_of((*parts, *(task.examples for task in beside)))
    kept = StandingFile(WORK / "standing.pickle", mark)
    if (standing := kept.load()) is not None:
        say(f"going on behind step {standing.step}, epoch {standing.epoch + 1}")
    plan = Plan(epochs=options.epochs, report=_save, kept=kept)
    recipe = Recipe(
        plan,
        ngram_weight=options.ngrams,
        measures=("log_best", "log_margin", "log_not_mine", "similarity"),
        pack="home",
    )
    if options.heads_of:
        trained = train_heads(
            options.output, learned, calibrating, options.heads_of, recipe
        )
        if options.graft:
            graft(options.output, options.heads_of)
            refit(options.output, calibrating, recipe.measures)
    else:
        trained = train(
            options.output,
            learned,
            calibrating,
            load_minilm(),
            recipe,
            beside=beside,
            ready=pickle.loads(saved.read_bytes()) if options.again else None,
        )
    kept.drop()
    seconds = time.perf_counter() - started
    answers = Reader(options.output).read_all(scored)
    _seal(options, scored)
    figures = _figures(answers, scored)
    figures |= {"parameters": trained.parameters, "seconds of training": round(seconds)}
    write_readme(options.output, figures)
    for name, value in figures.items():
        print(f"{name:44} {value}")


def _seal(options: argparse.Namespace, scored: Sequence[Example]) -> None:
    """The curve of a finished folder, and the hashes of all that lies there."""
    from lib.training.card import write_card, write_curve

    write_curve(options.output, _curve(options.output, scored))
    write_card(
        options.output,
        kind="intent-encoder",
        version=options.version,
        source="trained by scripts/train_slm.py from all-MiniLM-L6-v2",
    )


def _written(data: Path) -> Path:
    folder = WORK / "examples"
    script = Path(__file__).with_name("make_home_text.py")
    command = [
        sys.executable,
        str(script),
        "--data",
        str(data),
        "--output",
        str(folder),
    ]
    if subprocess.run(command, check=False).returncode:
        raise EngineFailed(
            "the training examples could not be written",
            cause=f"`{script.name}` failed, see above",
            hint="is --data the folder that holds clinc150, hwu64 and snips2017?",
        )
    return folder


def _thinned(
    examples: Sequence[Example], foreign: int, most: int | None
) -> list[Example]:
    """Ours, `most` of each intent, and at most `foreign` others, which are plenty and
    much alike."""
    from lib.training.lessons import some_of_each

    shuffled = random.Random(0).sample(list(examples), len(examples))
    others = [example for example in shuffled if example.intent == NOBODY]
    ours = [example for example in shuffled if example.intent != NOBODY]
    ours = ours if most is None else some_of_each(ours, most)
    return ours + others[:foreign]


def _halves(held: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Held-out examples, one half to calibrate and one to score."""
    shuffled = random.Random(0).sample(list(held), len(held))
    ours = [example for example in shuffled if example.intent != NOBODY]
    foreign = [example for example in shuffled if example.intent == NOBODY]
    foreign = foreign[:MOST_FOREIGN]
    return ours[::2] + foreign[::2], ours[1::2] + foreign[1::2]


def _beside(data: Path) -> list[Task]:
    from lib.training.lessons import labels_of, some_of_each
    from lib.training.plan import Task

    tasks = []
    for name in TASKS:
        part = read_training(data, name, without=Part((), ()))
        some = some_of_each(part.examples, BESIDE[name])
        tasks.append(Task(name, labels_of(some), some))
    return tasks


def _save(epoch: int, tree: dict[str, Any]) -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    kept = {name: part for name, part in tree.items() if name != "read"}
    (WORK / "weights.pickle").write_bytes(pickle.dumps(kept))
    print(f"epoch {epoch + 1} done", file=sys.stderr, flush=True)


def _curve(folder: Path, scored: Sequence[Example]) -> list[dict[str, float]]:
    """Of what no template says, and behind the guards: that is where it is used."""
    import numpy as np
    from lib.training.acted import Acting
    from lib.training.calibration import risk_curve

    acting = Acting(folder)
    asked = [example for example in scored if acting.asked(example)]
    found = [acting.of(example) for example in asked]
    acting.close()
    sure = np.array([one.probability for one in found])
    right = np.array([one.right for one in found])
    ours = np.array([example.intent != NOBODY for example in asked])
    return risk_curve(sure, right, ours, foreign=FOREIGN_TRAFFIC)


def _figures(answers: Sequence[Any], scored: Sequence[Example]) -> dict[str, object]:
    from lib.training.scoring import rejection, slot_scores, times

    ours = [at for at, example in enumerate(scored) if example.intent != NOBODY]
    mine = [answers[at] for at in ours], [scored[at] for at in ours]
    spent = times(answers)
    found: dict[str, object] = {
        name: round(value, 4) for name, value in rejection(answers, scored).items()
    }
    found |= {name: round(value, 4) for name, value in slot_scores(*mine).items()}
    found |= {f"ms a decision, {name}": value for name, value in spent.items()}
    return found | {"sentences": f"{len(ours)} ours, {len(scored) - len(ours)} foreign"}


if __name__ == "__main__":
    main()
