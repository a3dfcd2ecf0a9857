"""microWakeWord on sound: state, sharing, and what a user's broken model does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from voiceagent.engines.package import package_folder
from voiceagent.engines.wake.microwakeword import BUILT_IN, MicroWakeWord
from voiceagent.errors import ConfigError, EngineFailed, EngineMissing, ModelMissing
from voiceagent.evaluation.wake import hits_in
from voiceagent.frontend.wake import WakeGate

pytestmark = pytest.mark.audio
pytest.importorskip("pymicro_wakeword", reason="pymicro-wakeword is not installed")

WAKE = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "wake"
MODELS = package_folder("pymicro_wakeword", install="") / "models"


def noise(seconds: float, seed: int = 1) -> bytes:
    random = np.random.default_rng(seed)
    shape = np.abs(np.sin(np.arange(int(seconds * 16_000)) / 1700.0))
    return (random.normal(0, 3000, len(shape)) * shape).astype("<i2").tobytes()


def scores_of(engine: MicroWakeWord, pcm: bytes, step: int = 640) -> list[float]:
    pushed = [engine.push(pcm[at : at + step]) for at in range(0, len(pcm), step)]
    return [score for scores in pushed for score in scores.values()]


def test_reset_forgets_everything() -> None:
    engine = MicroWakeWord(["alexa"])
    first = scores_of(engine, noise(3))
    engine.reset()
    assert scores_of(engine, noise(3)) == first
    assert scores_of(MicroWakeWord(["alexa"]), noise(3)) == first


def test_a_score_every_30_ms_in_any_chunking() -> None:
    by_frame = scores_of(MicroWakeWord(["alexa"]), noise(3))
    assert len(by_frame) == 100
    assert scores_of(MicroWakeWord(["alexa"]), noise(3), step=320) == by_frame


def test_words_do_not_disturb_each_other() -> None:
    both = MicroWakeWord(["okay_nabu", "alexa"])
    assert both.words == ("okay_nabu", "alexa") and set(both.rules) == set(both.words)
    pcm = noise(3)
    together = [both.push(pcm[at : at + 640]) for at in range(0, len(pcm), 640)]
    alone = scores_of(MicroWakeWord(["alexa"]), pcm)
    assert [scores["alexa"] for scores in together if scores] == alone


def test_a_model_by_path_is_the_same_model(tmp_path: Path) -> None:
    for suffix in (".json", ".tflite"):
        (tmp_path / f"alexa{suffix}").write_bytes(
            (MODELS / f"alexa{suffix}").read_bytes()
        )
    expected = scores_of(MicroWakeWord(["alexa"]), noise(1))
    for name in ("alexa.json", "alexa.tflite"):
        engine = MicroWakeWord([str(tmp_path / name)])
        assert engine.words == ("alexa",)
        assert scores_of(engine, noise(1)) == expected


def test_an_unknown_word_names_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        MicroWakeWord(["hey_you"])
    assert all(word in caught.value.cause for word in BUILT_IN)


@pytest.mark.parametrize("words", [[], ["alexa", "alexa"]])
def test_no_words_or_the_same_twice_are_refused(words: list[str]) -> None:
    with pytest.raises(ConfigError):
        MicroWakeWord(words)


@pytest.mark.fault
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("not json", ConfigError),
        ("[]", ConfigError),
        ("{}", ConfigError),
        ('{"model": "a.tflite", "micro": {"probability_cutoff": "x"}}', ConfigError),
        (None, ModelMissing),
    ],
)
def test_a_broken_description_is_a_typed_error(
    tmp_path: Path, text: str | None, error: type[Exception]
) -> None:
    path = tmp_path / "a.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(error):
        MicroWakeWord([str(path)])


@pytest.mark.fault
@pytest.mark.parametrize("feature_step", [10, 20])
def test_models_that_do_not_fit_are_typed_errors(
    tmp_path: Path, feature_step: int
) -> None:
    description = json.loads((MODELS / "alexa.json").read_text())
    description["micro"]["feature_step_size"] = feature_step
    description["model"] = "a.tflite"
    (tmp_path / "a.json").write_text(json.dumps(description))
    good = (MODELS / "alexa.tflite").read_bytes()
    for broken in (b"", b"nonsense", b"\0" * 4 + b"TFL3" + b"\xff" * 100):
        (tmp_path / "a.tflite").write_bytes(broken)
        with pytest.raises((ConfigError, EngineFailed)):
            MicroWakeWord([str(tmp_path / "a.json")])
    assert good[4:8] == b"TFL3"


@pytest.mark.fault
def test_a_missing_package_says_how_to_install_it() -> None:
    with pytest.raises(EngineMissing) as caught:
        package_folder("no_such_wake_package", install="pip install x")
    assert "pip install x" in caught.value.hint


@pytest.mark.skipif(not WAKE.exists(), reason="no recordings in ../shared/data/wake")
def test_a_word_at_the_very_start_of_a_stream_is_heard() -> None:
    from voiceagent.audio.file import read_audio

    engine = MicroWakeWord(["alexa"])
    gate = WakeGate(engine.rules)
    heard = 0
    for path in sorted((WAKE / "alexa").glob("*.flac"))[:8]:
        engine.reset()
        gate.reset()
        samples = np.pad(read_audio(path).samples, (0, 16_000))
        heard += len(hits_in(engine, gate, samples)) == 1
    assert heard == 8
