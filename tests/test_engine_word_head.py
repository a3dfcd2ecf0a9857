"""The word head: likelihoods add up, files are what they say."""

from __future__ import annotations

import itertools
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.engines.ctc import best_path, sentence_scores
from voiceagent.engines.word_head import WordHead, digest, read_arrays, save_head
from voiceagent.engines.word_network import forward, shapes
from voiceagent.errors import ModelError, ModelMissing, StoreError

pytestmark = pytest.mark.unit

WORDS = ("coffee", "ill", "latte", "milk", "with")
needs_embedding = pytest.mark.skipif(
    find_spec("pyopen_wakeword") is None, reason="pyopen-wakeword is not installed"
)


def probabilities(seed: int, frames: int, columns: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(0, 2, (frames, columns))
    values -= np.log(np.exp(values).sum(axis=1, keepdims=True))
    return values.astype(np.float32)


def collapsed(path: tuple[int, ...], blank: int) -> tuple[int, ...]:
    return tuple(column for column, _ in itertools.groupby(path) if column != blank)


def weights(words: int, seed: int = 0) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(seed)
    return {
        name: chance.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in shapes(words).items()
    }


@pytest.fixture
def head(tmp_path: Path) -> Path:
    file = tmp_path / "head.npz"
    save_head(file, WORDS, weights(len(WORDS)))
    return file


@given(
    st.integers(0, 999),
    st.integers(1, 5),
    st.lists(st.integers(0, 1), max_size=3),
)
def test_score_equals_the_sum_over_all_paths(
    seed: int, frames: int, sentence: list[int]
) -> None:
    found = probabilities(seed, frames, 3)
    total = sum(
        float(np.exp(sum(found[at, column] for at, column in enumerate(path))))
        for path in itertools.product(range(3), repeat=frames)
        if collapsed(path, 2) == tuple(sentence)
    )
    [score] = sentence_scores(found, [sentence])
    if total == 0:
        assert score < -1e20
    else:
        assert score == pytest.approx(np.log(total), abs=1e-3)


@given(st.integers(0, 999), st.lists(st.lists(st.integers(0, 4), max_size=6)))
def test_company_changes_no_score(seed: int, sentences: list[list[int]]) -> None:
    found = probabilities(seed, 12, 6)
    together = sentence_scores(found, sentences)
    alone = [sentence_scores(found, [sentence])[0] for sentence in sentences]
    assert together == pytest.approx(alone, rel=1e-4)


@given(st.integers(0, 999), st.integers(0, 9))
def test_frames_of_nothing_new_change_no_score(seed: int, more: int) -> None:
    found = probabilities(seed, 8, 4)
    blank = np.full((more, 4), -60, np.float32)
    blank[:, -1] = 0
    sentences = [[], [0], [1, 1], [2, 0, 1]]
    before = sentence_scores(found, sentences)
    after = sentence_scores(np.concatenate([found, blank]), sentences)
    assert after == pytest.approx(before, abs=1e-3)


@given(st.lists(st.integers(0, 3), max_size=8))
def test_best_path_drops_blanks_and_repetitions(path: list[int]) -> None:
    found = np.zeros((len(path), 4), np.float32)
    found[range(len(path)), path] = 1
    assert best_path(found) == collapsed(tuple(path), 3)


def test_no_frames_hold_no_words() -> None:
    empty, one = sentence_scores(np.zeros((0, 3), np.float32), [[], [1]])
    assert empty == 0
    assert one < -1e20


@given(st.integers(1, 40))
def test_network_gives_probabilities(frames: int) -> None:
    values = np.random.default_rng(frames).normal(0, 1, (1, frames, 96))
    found = forward(weights(4), values.astype(np.float32), np)
    assert found.shape == (1, frames, 5)
    assert np.exp(found).sum(axis=-1) == pytest.approx(np.ones((1, frames)), rel=1e-4)


def test_filled_up_frames_change_nothing() -> None:
    values = np.random.default_rng(1).normal(0, 1, (1, 20, 96)).astype(np.float32)
    more = np.concatenate([values, np.ones((1, 7, 96), np.float32)], axis=1)
    mask = (np.arange(27) < 20).astype(np.float32)[None, :, None]
    short = forward(weights(4), values, np)
    long = forward(weights(4), more, np, mask=mask)
    assert long[:, :20] == pytest.approx(short, abs=1e-4)


def test_file_round_trip(head: Path) -> None:
    arrays = read_arrays(head)
    assert tuple(arrays.pop("words")) == WORDS
    for name, values in weights(len(WORDS)).items():
        assert arrays[name].astype(np.float32) == pytest.approx(values, abs=1e-3)


@needs_embedding
def test_head_scores_sentences_of_its_words(head: Path) -> None:
    opened = WordHead(head, vocabulary=["I'll", "coffee", "latte", "milk", "with"])
    noise = np.random.default_rng(0).normal(0, 900, 20_000).astype(np.int16)
    found = opened.log_probabilities(noise)
    assert found.shape == (32, len(WORDS) + 1)
    scores = opened.scores(found, [["i'll", "latte"], ["tea"], ["milk"]])
    assert scores[1] is None
    assert scores[0] == opened.score(found, ["ill", "latte"])
    assert set(opened.greedy(found)) <= set(WORDS)
    louder = opened.log_probabilities((noise * 3).astype(np.int16))
    assert louder == pytest.approx(found, abs=0.1)


@needs_embedding
def test_silence_and_nothing_are_no_errors(head: Path) -> None:
    opened = WordHead(head)
    assert opened.log_probabilities(np.zeros(0, np.int16)).shape == (0, 6)
    assert np.isfinite(opened.log_probabilities(np.zeros(3000, np.int16))).all()


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no word head"):
        WordHead(tmp_path / "none.npz")


def test_broken_files_are_said(head: Path, tmp_path: Path) -> None:
    whole = head.read_bytes()
    for damaged in (b"", b"nothing", whole[: len(whole) // 2], b"PK\x03\x04" * 9):
        file = tmp_path / "broken.npz"
        file.write_bytes(damaged)
        with pytest.raises(ModelError, match="cannot be used"):
            WordHead(file)


@pytest.mark.parametrize(
    "change",
    [
        {"version": np.array(99)},
        {"words": np.array(["tea"])},
        {"words": np.array([1, 2])},
        {"sha256": np.array(digest(["tea"]))},
        {"out.bias": np.zeros(3, np.float16)},
        {"in.bias": np.full(160, np.nan, np.float16)},
    ],
)
def test_files_that_do_not_fit_are_said(
    head: Path, tmp_path: Path, change: dict[str, np.ndarray]
) -> None:
    with np.load(head) as stored:
        arrays = {name: stored[name] for name in stored.files}
    file = tmp_path / "other.npz"
    np.savez(file, allow_pickle=False, **{**arrays, **change})
    with pytest.raises(ModelError, match="cannot be used"):
        WordHead(file)


def test_other_vocabulary_is_said(head: Path) -> None:
    with pytest.raises(ModelError, match="other words"):
        WordHead(head, vocabulary=["coffee", "tea"])


def test_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        save_head(tmp_path / "none" / "head.npz", WORDS, weights(len(WORDS)))
