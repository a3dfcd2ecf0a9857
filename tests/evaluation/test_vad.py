"""Scoring of voice activity: curves, releases, label files."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import UsageError
from voiceagent.evaluation.vad import (
    auc,
    evaluate_vad,
    f1,
    read_labelled,
    release_lags,
    tpr_at,
)

pytestmark = pytest.mark.unit

pairs = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]), st.booleans()))


def split(pairs: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    scores = np.array([score for score, _ in pairs], dtype=float)
    return scores, np.array([truth for _, truth in pairs], dtype=bool)


@given(pairs)
def test_auc_is_the_chance_to_rank_a_pair_rightly(
    pairs: list[tuple[float, bool]],
) -> None:
    scores, truth = split(pairs)
    wins = [(a > b) + 0.5 * (a == b) for a in scores[truth] for b in scores[~truth]]
    if wins:
        assert auc(scores, truth) == pytest.approx(float(np.mean(wins)))
    else:
        assert np.isnan(auc(scores, truth))


@given(pairs, st.floats(0, 1))
def test_tpr_at_is_the_best_threshold_within_the_allowance(
    pairs: list[tuple[float, bool]], fpr: float
) -> None:
    scores, truth = split(pairs)
    if truth.all() or not truth.any():
        return
    best = max(
        (scores[truth] > at).mean()
        for at in [*scores, -1.0]
        if (scores[~truth] > at).mean() <= fpr + 1e-12
    )
    assert tpr_at(scores, truth, fpr=fpr) <= best + 1e-12
    if fpr < 1:
        assert tpr_at(scores, truth, fpr=fpr) == pytest.approx(best)


def test_f1_of_nothing_heard_is_zero() -> None:
    nothing = np.zeros(5, bool)
    assert f1(nothing, nothing) == 0.0
    assert f1(~nothing, ~nothing) == 1.0


def test_release_is_counted_from_the_labelled_end_to_the_frame_end() -> None:
    speech = np.zeros(80, bool)
    speech[:21] = True
    scores = np.array([1.0] * 13 + [0.0] * 27)
    # Speech ends at 0.21 s, frame 13 ends at 0.28 s.
    assert release_lags(scores, speech) == [pytest.approx(0.07)]


def test_a_detector_that_never_lets_go_is_charged_the_whole_gap() -> None:
    speech = np.zeros(80, bool)
    speech[:20] = speech[60:] = True
    assert release_lags(np.ones(40), speech) == [pytest.approx(0.4)]


def test_gaps_too_short_to_matter_are_left_out() -> None:
    speech = np.ones(80, bool)
    speech[20:26] = False
    assert release_lags(np.ones(40), speech) == []


class Loud:
    name = "loud"

    def push(self, pcm: bytes) -> float:
        return float(np.abs(np.frombuffer(pcm, np.int16)).max() > 5000)

    def reset(self) -> None: ...


def write(path: Path, spans: list[tuple[float, float]], seconds: float) -> None:
    samples = np.zeros(int(seconds * 16_000), "<i2")
    for begin, end in spans:
        samples[int(begin * 16_000) : int(end * 16_000)] = 9000
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


def test_a_perfect_detector_is_found_perfect(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", [(0.4, 1.0), (2.0, 2.4)], 4.0)
    (tmp_path / "a.scv").write_text("a,0.0,0.4,0,0.4,1.0,1,1.0,2.0,0,2.0,2.4,1\n")
    write(tmp_path / "b.wav", [(1.0, 2.0)], 3.0)
    (tmp_path / "x.rttm").write_text("SPEAKER b 1 1.0 1.0 <NA> <NA> s <NA> <NA>\n")
    write(tmp_path / "unlabelled.wav", [], 1.0)
    report = evaluate_vad(Loud, tmp_path)
    assert (report.clips, report.seconds) == (2, 7.0)
    assert (report.auc, report.tpr_at_5_fpr, report.f1) == (1.0, 1.0, 1.0)
    assert (report.releases, report.release_p50_ms) == (3, 20.0)
    assert report.to_json()["vad"] == "loud"


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", [], 1.0)
    with pytest.raises(UsageError):
        read_labelled(tmp_path)


@pytest.mark.fault
def test_labels_that_cannot_be_read_are_a_typed_error(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", [], 1.0)
    (tmp_path / "a.scv").write_text("a,zero,one,1")
    with pytest.raises(UsageError, match="a.scv"):
        read_labelled(tmp_path)
