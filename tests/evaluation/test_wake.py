"""Scoring of wake words: padding, mixing, counting."""

from __future__ import annotations

import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import UsageError
from voiceagent.evaluation.wake import (
    evaluate_wake,
    find_recordings,
    padded,
    rate_bound,
)
from voiceagent.frontend.wake import WakeRule
from voiceagent.replay.mixing import mix

pytestmark = pytest.mark.unit


class Loud:
    """Hears its word in whatever is loud."""

    name = "loud"
    words = ("loud",)

    def push(self, pcm: bytes) -> Mapping[str, float]:
        return {"loud": float(np.abs(np.frombuffer(pcm, np.int16)).max() > 5000)}

    def reset(self) -> None: ...


def write(path: Path, level: int, seconds: float = 0.5) -> Path:
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(np.full(int(seconds * 16_000), level, "<i2").tobytes())
    return path


def test_misses_and_false_accepts_are_counted(tmp_path: Path) -> None:
    for name, level in (("p/a", 9000), ("p/b", 9000), ("p/c", 10), ("n/d", 9000)):
        write(tmp_path / f"{name}.wav", level)
    write(tmp_path / "n/e.wav", 10, seconds=1.3)
    done = []
    report = evaluate_wake(
        Loud,
        word="loud",
        positives=[tmp_path / "p"],
        negatives=[tmp_path / "n"],
        rules={"loud": WakeRule()},
        progress=lambda at, total: done.append((at, total)),
    )
    assert (report.positives, report.misses, report.missed) == (3, 1, ["c.wav"])
    assert (report.false_accepts, report.falsely_accepted) == (1, ["d.wav"])
    assert report.hours == pytest.approx(1.8 / 3600)
    assert report.false_accepts_per_hour == pytest.approx(2000)
    assert report.per_hour_bound > report.false_accepts_per_hour
    assert done[-1] == (5, 5)
    assert report.to_json()["miss_rate"] == pytest.approx(1 / 3)


def test_noise_is_mixed_into_the_wanted_words_only(tmp_path: Path) -> None:
    write(tmp_path / "p/a.wav", 10)
    write(tmp_path / "n/b.wav", 10)
    report = evaluate_wake(
        Loud,
        word="loud",
        positives=[tmp_path / "p"],
        negatives=[tmp_path / "n"],
        rules={"loud": WakeRule()},
        noise=write(tmp_path / "noise.wav", 9000),
        snr_db=0.0,
    )
    assert (report.misses, report.false_accepts, report.snr_db) == (0, 0, 0.0)


def test_requests_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", 1)
    rules = {"loud": WakeRule()}
    with pytest.raises(UsageError, match="ratio"):
        evaluate_wake(Loud, word="loud", positives=[path], rules=rules, snr_db=3.0)
    with pytest.raises(UsageError, match="no recordings"):
        evaluate_wake(Loud, word="loud", positives=[], rules=rules)
    with pytest.raises(UsageError, match="quiet"):
        evaluate_wake(Loud, word="quiet", positives=[path], rules=rules)


def test_recordings_are_found_once_in_order(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{name}.wav", 1) for name in "ba"]
    (tmp_path / "notes.txt").write_text("x")
    assert find_recordings([tmp_path, paths[0]]) == sorted(paths)


@given(st.floats(-5, 30), st.integers(0, 10_000))
def test_mixing_keeps_the_ratio_and_the_peak(snr_db: float, offset: int) -> None:
    random = np.random.default_rng(3)
    speech = (random.normal(0, 1000, 8000)).astype(np.int16)
    noise = (random.normal(0, 300, 5000)).astype(np.int16)
    mixed = mix(speech, noise, snr_db=snr_db, offset=offset).astype(float)
    assert np.abs(mixed).max() == pytest.approx(0.5 * 32767, abs=1)
    ground = np.resize(np.roll(noise, -offset), 8000).astype(float)
    basis = np.stack([speech.astype(float), ground], 1)
    gains = np.linalg.lstsq(basis, mixed, rcond=None)[0]
    powers = (gains**2) * (basis**2).mean(0)
    assert 10 * np.log10(powers[0] / powers[1]) == pytest.approx(snr_db, abs=0.2)


def test_padding_is_half_a_second_and_one() -> None:
    assert len(padded(np.ones(10, np.int16))) == 8000 + 10 + 16_000


def test_none_in_t_hours_proves_only_three_over_t() -> None:
    assert rate_bound(0, 2.0) == pytest.approx(1.5, rel=0.02)
    assert rate_bound(0, 0.0) == float("inf")
