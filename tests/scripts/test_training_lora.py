"""The adapter on SmolLM2: what it learns from, that it stops and goes on, its files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lib.training.generative_text import Lesson, PieceTable
from lib.training.lora_text import Dictated, by_length, dictated, drawn
from lib.training.standing import StandingFile

from voiceagent.nlu.slm.tools import tools_of
from voiceagent.skills.packs.pack import load_pack

pytestmark = pytest.mark.unit
WORDS = (" set", " a", " timer", "timer", ".set", "(", "minutes", "=", "20", ";", ")",
         "none", " hello", " for", " twenty")  # fmt: skip


class Cutter(PieceTable):
    """Cuts a forced text into letters, as no good model would."""

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        return [self.pieces.index(bytes([byte])) for byte in text.encode()]


def cutter() -> Cutter:
    letters = [f"<0x{byte:02X}>" for byte in range(256)]
    return Cutter(["<unk>", "<s>", "</s>", *letters, *WORDS])


def made(*lessons: Lesson) -> list[Dictated]:
    return list(dictated(lessons, cutter(), tools_of(load_pack(None))))


def test_only_choices_are_learnt_and_read_with_what_is_forced_between() -> None:
    lesson = Lesson("set a timer for twenty", "timer.set(minutes=20;)")
    table = cutter().pieces
    (one,) = made(lesson)
    read = b"".join(table[piece] for piece in one.pieces)
    assert read.startswith(b" set a timer for twenty|timer.")
    assert len(one.choices) < len(one.pieces)
    for place, piece in one.choices:
        before = b"".join(table[p] for p in one.pieces[: place + 1])
        whole = b" set a timer for twenty|timer.set(minutes=20;)"
        assert whole.startswith(before + table[piece])


def test_what_is_not_ours_is_one_choice() -> None:
    (one,) = made(Lesson("hello", "none()"))
    assert len(one.choices) == 1


def test_a_call_that_nobody_may_write_is_left_out() -> None:
    assert not made(Lesson("hello", "timer.fly(minutes=20;)"))


def test_ours_and_others_are_drawn_in_one_proportion_and_always_the_same(
    tmp_path: Path,
) -> None:
    file = tmp_path / "train.jsonl"
    rows = [{"text": f"{n}", "intent": None if n % 10 else "a.b"} for n in range(1000)]
    file.write_text("\n".join(map(json.dumps, rows)))
    some = drawn(file, 90, 1)
    assert sum("null" in line for line in some) == 30 and len(some) == 90
    assert some == drawn(file, 90, 1) != drawn(file, 90, 2)


def test_batches_hold_little_padding() -> None:
    lengths = [Dictated(tuple(range(n % 9)), ()) for n in range(50)]
    order = [len(one.pieces) for one in by_length(lengths, 1)]
    assert max(a - b for a, b in zip(order, order[1:], strict=False)) <= 1


def _base(rank: int = 2) -> Any:
    pytest.importorskip("gguf", reason="training tools are not installed here")
    from lib.training.llama_file import NAMES
    from lib.training.smollm2 import Base, LoraShape

    chance, width, inner = np.random.default_rng(0), 32, 64
    sizes = {name: (width, width) for name in NAMES}
    sizes |= {"k": (16, width), "v": (16, width), "down": (width, inner)}
    sizes |= {"gate": (inner, width), "up": (inner, width)}
    layers = {
        name: chance.normal(0, 0.2, (2, *size)).astype(np.float32)
        for name, size in sizes.items()
    }
    layers |= {name: np.ones((2, width), np.float32) for name in ("norm", "norm2")}
    table = chance.normal(0, 1, (40, width)).astype(np.float32)
    shape = LoraShape(4, 2, 10000.0, 1e-5, rank)
    return Base(table, np.ones(width, np.float32), layers, shape)


LESSONS = [
    Dictated((3, 4, 5 + n % 5, 7), ((2, 10 + n % 5), (3, 30))) for n in range(32)
]


def test_an_adapter_learns_and_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    pytest.importorskip("jax", reason="training tools are not installed here")
    from lib.training.lora import LoraPlan, begin, chosen, train_lora

    base, told = _base(), list[str]()
    plan = LoraPlan(steps=60, batch=8, rate=2e-2, warm=5, said=told.append)
    kept = StandingFile(tmp_path / "whole", "m", every=20)
    whole, steps = train_lora(base, LESSONS, plan, kept)
    assert steps == 60 and len(told) == 3
    other = StandingFile(tmp_path / "other", "m", every=7)
    halted = replace(plan, minutes=0)
    assert train_lora(base, LESSONS, halted, other)[1] == 0
    first = replace(plan, said=_stop)
    with pytest.raises(KeyboardInterrupt):
        train_lora(base, LESSONS, first, other)
    stood = other.load()
    assert stood is not None and stood.step == 7
    again, steps = train_lora(base, LESSONS, plan, other)
    for name, pair in whole.items():
        for side in pair:
            np.testing.assert_allclose(pair[side], again[name][side], atol=1e-5)
    frozen = {"table": base.table, "norm": base.norm, "layers": base.layers}
    ids = np.array([one.pieces for one in LESSONS[:5]])
    places = np.full((5, 1), 2)
    guessed = np.asarray(chosen(frozen, whole, ids, places, base.shape))[:, 0].argmax(1)
    assert list(guessed) == [one.choices[0][1] for one in LESSONS[:5]]
    plain = begin(base, 1)
    assert all(not np.asarray(pair["b"]).any() for pair in plain.values())


def _stop(_: str) -> None:
    raise KeyboardInterrupt
