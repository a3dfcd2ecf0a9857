"""Training on public text sets: reading them, spoiling them, learning, scoring."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lib.training.datasets import (
    DataError,
    Example,
    Part,
    Span,
    read_examples,
    read_test,
    read_training,
)
from lib.training.lessons import labels_of, some_of_each, word_tags
from lib.training.noise import Recogniser, Sounds
from lib.training.standing import Standing, StandingFile, mark_of

from voiceagent.nlu.models.model_folder import ModelState, check_files, read_model
from voiceagent.nlu.models.risk_curve import read_curve
from voiceagent.nlu.slm.features import tagged_spans
from voiceagent.nlu.slm.wordpiece import WordPiece

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.unit

NO_PART = Part((), ())
SPOKEN = {
    "light": ("L", "AY", "T"),
    "right": ("R", "AY", "T"),
    "lights": ("L", "AY", "T", "S"),
    "playlist": ("P", "L", "EY", "L", "IH", "S", "T"),
    "play": ("P", "L", "EY"),
    "list": ("L", "IH", "S", "T"),
}
PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz")
PIECES += tuple(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")


def write(folder: Path, name: str, content: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def clinc(folder: Path) -> Path:
    write(folder, "train.json", [["wake me", "alarm"], ["play it", "music"]])
    write(folder, "oos_train.json", [["how deep is the sea", "oos"]])
    write(folder, "val.json", [["wake us", "alarm"]])
    write(folder, "oos_val.json", [["who was first", "oos"]])
    return folder


# --- reading ---------------------------------------------------------------------


def test_a_set_without_test_files_is_scored_on_validation(tmp_path: Path) -> None:
    folder = clinc(tmp_path / "clinc150")
    test = read_test(tmp_path, "clinc150")
    assert {file.name for file in test.files} == {"val.json", "oos_val.json"}
    training = read_training(folder, "clinc150", without=test)
    assert {example.text for example in training.examples} == {
        "wake me",
        "play it",
        "how deep is the sea",
    }


def test_test_files_go_before_validation_and_are_never_learned(tmp_path: Path) -> None:
    folder = clinc(tmp_path)
    write(folder, "test.json", [["wake them", "alarm"]])
    write(folder, "oos_test.json", [["who was last", "oos"]])
    test = read_test(folder, "clinc150")
    training = read_training(folder, "clinc150", without=test)
    assert {example.text for example in test.examples} == {"wake them", "who was last"}
    assert "wake us" in {example.text for example in training.examples}
    assert not set(test.examples) & set(training.examples)


def test_a_copy_of_a_tested_file_is_not_learned_either(tmp_path: Path) -> None:
    clinc(tmp_path / "here")
    write(tmp_path / "there", "validate.json", [["wake us", "alarm"]])
    test = read_test(tmp_path / "there", "clinc150")
    training = read_training(tmp_path / "here", "clinc150", without=test)
    assert "wake us" not in {example.text for example in training.examples}


CHUNKS = [("rate ", None), ("Dune ", "name"), ("five", "value"), ("\n", None)]
OBJECTS = [{"text": text, "entity": slot} for text, slot in CHUNKS]


@pytest.mark.parametrize("content", [[CHUNKS], {"RateBook": [{"data": OBJECTS}]}])
def test_both_editions_of_snips_read_alike(tmp_path: Path, content: Any) -> None:
    file = write(tmp_path, "train_RateBook_full.json", content)
    (example,) = read_examples(file)
    assert example.intent == "RateBook"
    values = {span.slot: example.text[span.start : span.end] for span in example.spans}
    assert values == {"name": "Dune", "value": "five"}


def test_json_lines_with_spans(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    row = {"text": "wake me at ten", "intent": None, "spans": [[11, 14, "hour"]]}
    file.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    assert read_examples(file) == [
        Example("wake me at ten", "oos", (Span(11, 14, "hour"),))
    ]


@pytest.mark.parametrize(
    "content", ["{", "[1, 2]", '[["a"]]', "[]", "", '{"a": 3}', "\x00", '[["a", 3, 4]]']
)
def test_files_of_another_form_are_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "train.json"
    file.write_text(content)
    with pytest.raises(DataError) as caught:
        read_examples(file)
    assert "train.json" in caught.value.what and caught.value.hint


def test_nothing_to_test_or_to_learn_says_so(tmp_path: Path) -> None:
    write(tmp_path / "a", "train.json", [["wake me", "alarm"]])
    with pytest.raises(DataError, match="nothing to score"):
        read_test(tmp_path / "a", "clinc150")
    write(tmp_path / "b", "test.json", [["wake me", "alarm"]])
    test = read_test(tmp_path / "b", "clinc150")
    with pytest.raises(DataError, match="no training files"):
        read_training(tmp_path / "b", "clinc150", without=test)
    with pytest.raises(DataError, match="no folder"):
        read_test(tmp_path / "c", "clinc150")


def test_a_bad_path_gives_three_lines_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "bench_nlu.py")]
    command += [
        "--task",
        "hwu64",
        "--train",
        str(tmp_path / "x"),
        "--test",
        str(tmp_path / "y"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "hint:" in done.stderr and "Traceback" not in done.stderr


# --- recogniser errors -----------------------------------------------------------


def sounds() -> Sounds:
    return Sounds(SPOKEN, list(SPOKEN))


def test_words_are_mistaken_for_words_that_sound_alike() -> None:
    assert set(sounds().like("light")) == {"right", "lights"}
    assert "play list" in sounds().like("playlist")
    assert sounds().like("xylophone") == []


words = st.lists(st.sampled_from([*SPOKEN, "dim", "the"]), min_size=1, max_size=12)


@given(words, st.integers(0, 99), st.floats(0, 0.5))
def test_slots_stay_on_their_words(said: list[str], seed: int, rate: float) -> None:
    spans = (Span(0, len(said[0]), "first"),)
    example = Example(" ".join(said), "x", spans)
    heard = Recogniser(sounds(), rate).hear(example, random.Random(seed))
    assert heard.text and heard.intent == "x"
    for span in heard.spans:
        assert heard.text[span.start : span.end].strip()
        assert span.slot == "first"


@given(words)
def test_without_errors_only_the_form_changes(said: list[str]) -> None:
    example = Example(" ".join(said).capitalize() + ".", "x")
    heard = Recogniser(sounds(), 0.0).hear(example, random.Random(0))
    assert heard.text == " ".join(said)


# --- numbers ---------------------------------------------------------------------


@given(words, st.data())
def test_tags_of_words_and_back_are_the_same_spans(
    said: list[str], data: st.DataObject
) -> None:
    text, spans, place = " ".join(said), [], 0
    slots = data.draw(
        st.lists(
            st.sampled_from(["", "a", "b"]), min_size=len(said), max_size=len(said)
        )
    )
    for word, slot in zip(said, slots, strict=True):
        if slot:
            spans.append(Span(place, place + len(word), slot))
        place += len(word) + 1
    example = Example(text, "x", tuple(spans))
    encoded = WordPiece(PIECES).encode(text)
    found = tagged_spans(encoded.words, word_tags(example, encoded))
    assert found == [(span.start, span.end, span.slot) for span in spans]


def test_labels_are_sorted_and_samples_are_fair() -> None:
    many = [Example(f"a {n}", "b" if n % 10 else "a", ()) for n in range(100)]
    assert labels_of(many).classes == ("a", "b")
    some = some_of_each(many, 10)
    assert sum(example.intent == "a" for example in some) == 10
    assert len(some) == 20 and some == some_of_each(many, 10)


def test_confidence_follows_what_was_right() -> None:
    pytest.importorskip("lib.training.calibration")
    from lib.training.calibration import best_temperature, risk_curve

    chance = np.random.default_rng(0)
    targets = chance.integers(0, 3, 500)
    logits = 8 * np.eye(3)[targets] + chance.normal(0, 4, (500, 3))
    hot = best_temperature(logits * 3, targets)
    assert hot == pytest.approx(3 * best_temperature(logits, targets), rel=0.1)
    sure = np.linspace(0.01, 1, 500)
    right = sure > 0.3
    points = risk_curve(sure, right, np.arange(500) % 2 == 0, foreign=0.3)
    assert points[-1]["risk"] == 0 and points[0]["risk"] > 0.2
    assert points[0]["share"] == 1 and points[0]["oos_kept"] == 1


def test_training_learns_and_keeps_the_slots(tmp_path: Path) -> None:
    pytest.importorskip("jax", reason="training tools are not installed here")
    from lib.training.encoder import from_checkpoint, to_checkpoint
    from lib.training.fit import fit, states
    from lib.training.lessons import lesson
    from lib.training.plan import Plan, Task

    examples = [Example(f"wake {w}", "alarm", (Span(5, 6, "who"),)) for w in "abcdef"]
    examples += [Example(f"play {w}", "music") for w in "abcdef"]
    labels, pieces = labels_of(examples), WordPiece(PIECES)
    tree = from_checkpoint(_tiny())
    for name, values in to_checkpoint(tree).items():
        np.testing.assert_array_equal(values, _tiny()[name])
    plan = Plan(epochs=30, batch=4, frozen=1, rate=1e-3, head_rate=1e-2)
    tuned = fit(tree, [Task("main", labels, examples)], pieces, plan)
    lessons = [lesson(example, pieces, labels) for example in examples]
    vectors, words_ = states(tuned, lessons)
    head = tuned["tasks"]["main"]
    guessed = (vectors @ head["intent"]["w"] + head["intent"]["b"]).argmax(1)
    assert list(guessed) == [one.target for one in lessons]
    emission = words_[0] @ head["slot"]["w"] + head["slot"]["b"]
    assert labels.tags[int(emission[1].argmax())] == "B-who"


def test_a_training_that_is_stopped_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    jax = pytest.importorskip("jax", reason="training tools are not installed here")
    from lib.training.encoder import from_checkpoint
    from lib.training.fit import fit
    from lib.training.plan import Plan, Task
    from lib.training.standing import StandingFile

    examples = [Example(f"wake {w}", "alarm", (Span(5, 6, "who"),)) for w in "abcdef"]
    examples += [Example(f"play {w}", "music") for w in "abcdef"]
    task = Task("main", labels_of(examples), examples)
    pieces, tree = WordPiece(PIECES), from_checkpoint(_tiny())
    plan = Plan(epochs=4, batch=4, frozen=1)
    whole = fit(tree, [task], pieces, plan)
    kept = StandingFile(tmp_path / "standing", "m", every=5)  # within an epoch

    def stop(epoch: int, _: object) -> None:
        if epoch == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(tree, [task], pieces, replace(plan, kept=kept, report=stop))
    standing = kept.load()
    assert standing is not None and standing.step == 5 and standing.done
    again = fit(tree, [task], pieces, replace(plan, kept=kept))
    jax.tree.map(np.testing.assert_array_equal, again, whole)


def test_where_a_training_stands_is_kept_whole_and_of_that_training(
    tmp_path: Path,
) -> None:
    file = tmp_path / "deep" / "standing.pickle"
    kept = StandingFile(file, mark_of([1, ["a"]]))
    assert kept.load() is None
    standing = Standing(1, 3, 40, random.Random(1).getstate(), None, {"w": [1.0]})
    kept.save(standing)
    assert kept.load() == standing and [*file.parent.iterdir()] == [file]
    other = StandingFile(file, mark_of([2, ["a"]]))
    assert other.load() is None  # of another plan
    kept.drop()
    kept.drop()
    assert kept.load() is None


def test_a_trained_folder_is_one_that_the_agent_reads(tmp_path: Path) -> None:
    for name in ("jax", "gguf"):
        pytest.importorskip(name, reason="training tools are not installed here")
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed here")
    from lib.training.card import write_card, write_curve, write_readme
    from lib.training.checkpoint import Checkpoint
    from lib.training.plan import Plan
    from lib.training.recipe import Recipe, train
    from lib.training.scoring import Reader, rejection, slot_scores

    learned = [
        Example(f"{verb} {word}", intent, (Span(5, 6, "who"),) if slot else ())
        for verb, intent, slot in (
            ("wake", "alarm", True),
            ("play", "music", False),
            ("dive", "oos", False),
        )
        for word in "abcdefgh"
    ]
    start = Checkpoint(_tiny(), PIECES, 12)
    plan = Plan(epochs=30, batch=8, frozen=1, rate=1e-3, head_rate=1e-2)
    folder = tmp_path / "small"
    trained = train(folder, learned, learned, start, Recipe(plan, ngram_epochs=4))
    reader = Reader(folder)
    answers = reader.read_all(learned)
    found = rejection(answers, learned)
    assert found["in_scope_accuracy"] == 1 and found["oos_recall"] == 1
    assert slot_scores(answers, learned)["slot_f1"] > 0.9
    assert trained.parameters > 100_000
    write_curve(folder, [{"threshold": 0.5, "share": 1.0, "risk": 0.0}])
    write_card(folder, kind="intent-encoder", version="1", source="a test")
    write_readme(folder, found)
    assert set(check_files(read_model(folder)).values()) == {ModelState.OK}
    assert read_curve(folder / "curve.json").points[0].threshold == 0.5


def test_heads_alone_leave_the_encoder_as_it_is(tmp_path: Path) -> None:
    for name in ("jax", "gguf", "xllamacpp"):
        pytest.importorskip(name, reason="training tools are not installed here")
    from lib.training.checkpoint import Checkpoint
    from lib.training.plan import Plan
    from lib.training.recipe import Recipe, train, train_heads
    from lib.training.scoring import Reader, rejection

    def said(*pairs: tuple[str, str]) -> list[Example]:
        return [Example(f"{v} {w}", intent) for v, intent in pairs for w in "abcdefgh"]

    known = said(("wake", "alarm"), ("dive", "oos"))
    plan = Plan(epochs=20, batch=8, frozen=1, rate=1e-3, head_rate=1e-2)
    recipe = Recipe(plan, ngram_epochs=4)
    train(tmp_path / "old", known, known, Checkpoint(_tiny(), PIECES, 12), recipe)
    more = said(("wake", "alarm"), ("dive", "oos"), ("play", "music"))
    folder = tmp_path / "new"
    train_heads(folder, more, more, tmp_path / "old", recipe)
    answers = Reader(folder).read_all(more)
    assert rejection(answers, more)["in_scope_accuracy"] == 1
    old, new = ((at / "model.gguf").read_bytes() for at in (tmp_path / "old", folder))
    assert old == new


def _tiny() -> dict[str, np.ndarray]:
    """Two layers of random weights, 96 wide, twelve heads."""
    chance, width = np.random.default_rng(0), 96
    shapes = {
        "embeddings.word_embeddings.weight": (len(PIECES), width),
        "embeddings.position_embeddings.weight": (32, width),
        "embeddings.token_type_embeddings.weight": (2, width),
        "embeddings.LayerNorm.weight": (width,),
        "embeddings.LayerNorm.bias": (width,),
    }
    square = ("attention.self.query", "attention.self.key", "attention.self.value")
    for layer in range(2):
        stem = f"encoder.layer.{layer}."
        for name in (*square, "attention.output.dense"):
            shapes[f"{stem}{name}.weight"] = (width, width)
        shapes[f"{stem}intermediate.dense.weight"] = (192, width)
        shapes[f"{stem}output.dense.weight"] = (width, 192)
        for norm in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"{stem}{norm}.weight"] = (width,)
        for name in [key for key in shapes if key.startswith(stem)]:
            bias = name.replace(".weight", ".bias")
            shapes[bias] = (shapes[name][0],)
    made = {
        name: chance.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    for name in made:
        if name.endswith("LayerNorm.weight"):
            made[name] += 1
    return made
