"""N-grams, tag paths and confidence: small sums that training and run time share."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.nlu.slm.features import (
    FORBIDDEN,
    best_path,
    confidence,
    log_softmax,
    measures,
    ngrams,
    tagged_spans,
)
from voiceagent.nlu.slm.wordpiece import EncodedWord, split_words

pytestmark = pytest.mark.property

ALL = np.ones(1024, np.float32)


@given(st.text(max_size=80))
def test_each_group_of_ngrams_has_length_one_or_none(text: str) -> None:
    buckets, values = ngrams(list(split_words(text)), ALL)
    assert len(buckets) == len(values)
    length = float(values @ values)
    assert math.isclose(length, round(length), abs_tol=1e-4) and length < 2.1
    assert ((buckets >= 0) & (buckets < len(ALL))).all()


def test_ngrams_know_words_order_and_spelling() -> None:
    one, other = (set(ngrams(list(split_words(t)), ALL)[0]) for t in ("a b", "b a"))
    assert one != other and one & other


@given(
    st.lists(st.floats(-30, 30, width=32), min_size=2, max_size=8),
    st.floats(0.3, 5),
)
def test_probabilities_sum_to_one(logits: list[float], temperature: float) -> None:
    logs = log_softmax(np.array(logits, np.float32), temperature)
    assert math.isclose(float(np.exp(logs).sum()), 1, rel_tol=1e-3)


@given(st.lists(st.floats(-30, 30, width=32), min_size=3, max_size=8), st.data())
def test_the_best_is_never_nobody(logits: list[float], data: st.DataObject) -> None:
    nobody = data.draw(st.integers(0, len(logits) - 1))
    logs = log_softmax(np.array(logits, np.float32))
    best, found = measures(logs, nobody=nobody, similarity=logs)
    assert best != nobody
    assert found["log_best"] <= 0 <= found["log_margin"]
    assert all(math.isfinite(value) for value in found.values())


def test_one_intent_has_no_second() -> None:
    logs = log_softmax(np.array([1.0], np.float32))
    assert measures(logs, nobody=None, similarity=logs)[1]["log_margin"] == 20


@given(st.floats(-20, 0), st.floats(-20, 0))
def test_confidence_grows_with_what_speaks_for_it(one: float, other: float) -> None:
    names = ("log_best", "log_margin", "log_not_mine", "similarity")
    low, high = sorted((one, other))
    sure = [
        confidence(dict.fromkeys(names, 0.0) | {"log_best": value}, {"log_best": 2.0})
        for value in (low, high)
    ]
    assert 0 <= sure[0] <= sure[1] <= 1


@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2**31))
def test_the_best_path_is_the_best_of_all(words: int, tags: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    emission = chance.normal(size=(words, tags)).astype(np.float32)
    moves = chance.normal(size=(tags + 1, tags)).astype(np.float32)
    allowed = np.ones(tags, bool)

    def score(path: tuple[int, ...]) -> float:
        steps = moves[-1, path[0]] + sum(
            moves[a, b] for a, b in itertools.pairwise(path)
        )
        return float(steps + sum(emission[at, tag] for at, tag in enumerate(path)))

    best = max(itertools.product(range(tags), repeat=words), key=score)
    assert math.isclose(
        score(tuple(best_path(emission, moves, allowed))), score(best), rel_tol=1e-4
    )


def test_what_is_not_allowed_is_not_taken() -> None:
    emission = np.array([[0.0, 9.0], [0.0, 9.0]], np.float32)
    moves = np.zeros((3, 2), np.float32)
    assert best_path(emission, moves, np.array([True, False])) == [0, 0]
    moves[0, 1] = moves[2, 1] = FORBIDDEN
    assert best_path(emission, moves, np.array([True, True])) == [0, 0]
    assert best_path(emission[:0], moves, np.array([True, True])) == []
    assert best_path(emission, moves, np.array([False, False])) == []
    both = np.concatenate([emission, emission], 1)[:, :3]
    assert best_path(both, np.zeros((4, 3)), np.array([True, False, True])) == [0, 0]


def test_spans_of_tags() -> None:
    words = [EncodedWord(text, at * 2, at * 2 + 1) for at, text in enumerate("abcde")]
    tags = ["I-x", "B-x", "I-x", "I-y", "B-y"]
    assert tagged_spans(words, tags) == [
        (0, 1, "x"),
        (2, 5, "x"),
        (6, 7, "y"),
        (8, 9, "y"),
    ]
