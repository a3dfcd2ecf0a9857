"""Sound at another rate: as a whole, in samples and in bytes."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.clip import Clip
from voiceagent.audio.resample import resampled, resampled_pcm
from voiceagent.audio.speaker import samples_at
from voiceagent.errors import EngineMissing

pytestmark = pytest.mark.property
pytest.importorskip("soxr", reason="soxr is not installed")
RATES = st.sampled_from([8000, 16_000, 22_050, 24_000, 48_000])


@given(st.binary(max_size=400), RATES, RATES)
def test_a_whole_piece_keeps_its_length_in_time(
    pcm: bytes, rate: int, wanted: int
) -> None:
    whole = len(pcm) // 2
    assert resampled_pcm(pcm, rate, rate) == pcm[: 2 * whole], "half a sample is none"
    made = resampled_pcm(pcm, rate, wanted)
    assert abs(len(made) / 2 - whole * wanted / rate) <= 1


@given(st.binary(max_size=400), RATES, RATES)
def test_clips_samples_and_bytes_agree(pcm: bytes, rate: int, wanted: int) -> None:
    pcm = pcm[: len(pcm) & ~1]
    samples = resampled(np.frombuffer(pcm, "<i2"), rate, wanted)
    assert samples.astype("<i2").tobytes() == resampled_pcm(pcm, rate, wanted)
    assert np.array_equal(samples_at(Clip(pcm, rate), wanted), samples)


@pytest.mark.fault
def test_a_missing_library_is_named_where_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "soxr", None)
    assert resampled_pcm(b"\1\0", 16_000, 16_000) == b"\1\0"
    assert resampled_pcm(b"", 8000, 16_000) == b""
    with pytest.raises(EngineMissing, match=r"`soxr`(?s:.*)\[edge\]"):
        resampled_pcm(b"\1\0", 8000, 16_000)
    with pytest.raises(EngineMissing, match="8000 Hz"):
        samples_at(Clip(b"\1\0", 8000), 16_000)
