"""openWakeWord on sound: state, chunking, custom models, the second opinion."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from word_models import tiny_onnx, tiny_tflite, weights_for

from voiceagent.engines.package import package_folder
from voiceagent.engines.registry import ENGINES
from voiceagent.engines.wake.openwakeword import (
    OpenWakeWord,
    OpenWakeWordVerifier,
)
from voiceagent.errors import ConfigError, EngineFailed, EngineMissing, ModelMissing

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


@pytest.mark.parametrize("length", [16, 28, 40])
def test_a_word_of_your_own_is_the_same_in_both_formats(
    tmp_path: Path, length: int
) -> None:
    shape, weights = (1, length, 96), weights_for(length)
    one = tiny_onnx(tmp_path / "computer.onnx", shape, weights)
    other = tiny_tflite(tmp_path / "computer.tflite", shape, weights)
    scores = [scores_of(OpenWakeWord([str(path)]), noise(1.6)) for path in (one, other)]
    assert len(scores[0]) == 20 and min(scores[0]) < max(scores[0])
    assert np.allclose(scores[0], scores[1], atol=1e-5)


@pytest.mark.parametrize("beside", [False, True])
def test_an_export_may_leave_the_batch_open_and_the_weights_beside(
    tmp_path: Path, beside: bool
) -> None:
    weights = weights_for(16)
    path = tmp_path / "word.onnx"
    tiny_onnx(path, ("batch_size", 16, 96), weights, beside=beside)
    engine = OpenWakeWord([str(path), "alexa"])
    assert engine.words == ("word", "alexa")
    assert set(engine.push(noise(0.08))) == {"word", "alexa"}
    assert OpenWakeWordVerifier([str(path)]).verify("word", noise(0.5)) > 0


@pytest.mark.fault
@pytest.mark.parametrize(
    ("shape", "outputs", "says"),
    [
        ((1, 96, 16), 1, "shape"),
        ((1, 16, 96), 3, "3 numbers"),
        ((2, 16, 96), 1, "shape"),
        (("batch", "frames", 96), 1, "any number of"),
        ((1, 1536), 1, "shape"),
        ((1, 401, 96), 1, "401"),
    ],
)
def test_onnx_of_another_shape_is_refused(
    tmp_path: Path, shape: tuple[int | str, ...], outputs: int, says: str
) -> None:
    length = 401 if 401 in shape else 16
    path = tiny_onnx(tmp_path / "odd.onnx", shape, weights_for(length, outputs))
    with pytest.raises(ConfigError, match=says):
        OpenWakeWord([str(path)])


@pytest.mark.fault
def test_a_tflite_with_other_ends_is_refused(tmp_path: Path) -> None:
    for shape, outputs in (((1, 96, 16), 1), ((1, 16, 96), 2), ((16, 96), 1)):
        path = tiny_tflite(tmp_path / "odd.tflite", shape, weights_for(16, outputs))
        with pytest.raises(ConfigError, match=r"odd\.tflite"):
            OpenWakeWord([str(path)])


@pytest.mark.fault
def test_broken_onnx_files_are_typed_errors(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    tiny_onnx(path, (1, 16, 96), weights_for(16), beside=True)
    whole = path.read_bytes()
    (tmp_path / "a.onnx.data").unlink()
    for data in (whole, b"", b"x" * 100, whole[:40], whole[: len(whole) // 2]):
        path.write_bytes(data)
        with pytest.raises(EngineFailed):
            OpenWakeWord([str(path)])
    nan = np.full_like(weights_for(16), np.nan)
    with pytest.raises(ConfigError, match="gives 1 numbers"):
        OpenWakeWord([str(tiny_onnx(path, (1, 16, 96), nan))])
    with pytest.raises(ModelMissing):
        OpenWakeWord([str(tmp_path / "none.onnx")])


def test_without_onnxruntime_its_line_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny_onnx(tmp_path / "a.onnx", (1, 16, 96), weights_for(16))
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EngineMissing) as caught:
        OpenWakeWord([str(path)])
    assert "voiceagent[openwakeword]" in caught.value.hint


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
