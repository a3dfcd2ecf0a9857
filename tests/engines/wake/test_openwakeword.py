"""openWakeWord on sound: state, chunking, custom models, the second opinion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voiceagent.engines.package import package_folder
from voiceagent.engines.registry import ENGINES
from voiceagent.engines.wake.openwakeword import (
    OpenWakeWord,
    OpenWakeWordVerifier,
)
from voiceagent.errors import ConfigError, EngineFailed, ModelMissing

pytestmark = pytest.mark.audio
pytest.importorskip("pyopen_wakeword", reason="pyopen-wakeword is not installed")

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def noise(seconds: float) -> bytes:
    samples = np.random.default_rng(1).normal(0, 2000, int(seconds * 16_000))
    return samples.astype("<i2").tobytes()


def scores_of(engine: OpenWakeWord, pcm: bytes, step: int = 640) -> list[float]:
    pushed = [engine.push(pcm[at : at + step]) for at in range(0, len(pcm), step)]
    return [score for scores in pushed for score in scores.values()]


def test_a_score_every_80_ms_in_any_chunking_and_after_reset() -> None:
    engine = OpenWakeWord(["alexa"])
    first = scores_of(engine, noise(1.6))
    assert len(first) == 20
    engine.reset()
    assert scores_of(engine, noise(1.6), step=2560) == first


def test_a_custom_model_is_given_by_path() -> None:
    path = (
        package_folder("pyopen_wakeword", install="") / "models" / "hey_jarvis.tflite"
    )
    engine = OpenWakeWord([str(path), "alexa"])
    assert engine.words == ("hey_jarvis", "alexa")
    assert set(scores := engine.push(noise(0.08))) == set(engine.words)
    assert all(0 <= score <= 1 for score in scores.values())


@pytest.mark.fault
def test_broken_models_are_typed_errors(tmp_path: Path) -> None:
    models = package_folder("pyopen_wakeword", install="") / "models"
    whole = (models / "alexa.tflite").read_bytes()
    broken = tmp_path / "a.tflite"
    for data in (b"", b"x" * 100, whole[:40], whole[: len(whole) // 2]):
        broken.write_bytes(data)
        with pytest.raises(EngineFailed):
            OpenWakeWord([str(broken)])
    with pytest.raises(ModelMissing):
        OpenWakeWord([str(tmp_path / "none.tflite")])
    with pytest.raises(ConfigError, match="shape"):
        OpenWakeWord([str(models / "embedding_model.tflite")])


def test_unknown_words_are_refused() -> None:
    with pytest.raises(ConfigError, match="hey_you"):
        OpenWakeWord(["hey_you"])
    with pytest.raises(ConfigError, match="hey_jarvis"):
        OpenWakeWordVerifier(["alexa"]).verify("hey_jarvis", b"")


def test_the_licence_says_what_matters() -> None:
    specs = [spec for spec in ENGINES if spec.name == "openwakeword"]
    assert all("non-commercial" in spec.licences.weights for spec in specs)


@pytest.mark.skipif(not DATA.exists(), reason="no recordings in ../shared/data")
def test_the_verifier_tells_the_word_from_another() -> None:
    from voiceagent.audio.file import read_audio

    verifier = OpenWakeWordVerifier(["alexa"])
    for folder, holds in (("alexa", True), ("computer", False)):
        for path in sorted((DATA / "wake" / folder).glob("*.flac"))[:3]:
            score = verifier.verify("alexa", read_audio(path).pcm)
            assert (score > 0.05) is holds
