"""faster-whisper on a real CTranslate2 model, made on the spot with random weights."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.faster_whisper import FasterWhisperStt
from voiceagent.engines.stt.whisper_weights import find_model
from voiceagent.errors import ConfigError, EngineFailed, EngineMissing, ModelMissing
from voiceagent.stt.protocol import Agreement

pytest.importorskip("faster_whisper", reason="the extra `stt` is not installed")
from whisper_model import make_whisper  # noqa: E402

pytestmark = pytest.mark.audio

SAYS = (" kitchen", " light")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test may fetch anything, or find what somebody else fetched."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says "kitchen light"."""
    return make_whisper(tmp_path_factory.mktemp("says"), says=SAYS)


@pytest.fixture(scope="module")
def stt(folder: Path) -> Iterator[FasterWhisperStt]:
    """The engine on that model, with a partial every half second."""
    yield FasterWhisperStt(str(folder), partial_every=0.5)


def speech(seconds: float = 2.0) -> bytes:
    """Sound that rises and falls like syllables."""
    t = np.arange(int(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * 180 * t) * (0.5 - 0.5 * np.cos(2 * np.pi * 3 * t))
    noise = np.random.default_rng(0).standard_normal(len(t)) * 20
    return (tone * 8000 + noise).astype("<i2").tobytes()


def noise(level: float, seconds: float = 2.0) -> bytes:
    """Even noise of that amplitude."""
    random = np.random.default_rng(1)
    samples = random.standard_normal(int(seconds * RATE)) * level
    return samples.astype("<i2").tobytes()


def hear(stt: FasterWhisperStt, pcm: bytes, chunk: int = 640) -> list[str]:
    """Feed an utterance and collect the partials."""
    stt.start()
    return [stt.feed(pcm[at : at + chunk]) for at in range(0, len(pcm), chunk)]


def test_it_loads_decodes_and_is_sure(stt: FasterWhisperStt) -> None:
    hear(stt, speech())
    found = stt.finish()
    assert (found.text, found.accepted) == ("kitchen light", True)
    assert 0.9 < found.confidence <= 1.0


def test_partials_appear_when_two_guesses_agree_and_never_change(
    stt: FasterWhisperStt,
) -> None:
    partials = hear(stt, speech(2.0))
    assert partials[int(0.9 / 0.02)] == ""
    assert partials[int(1.1 / 0.02)] == partials[-1] == "kitchen light"


def test_a_preview_is_what_finish_gives_and_leaves_the_utterance_open(
    stt: FasterWhisperStt,
) -> None:
    hear(stt, speech(1.0))
    early = stt.preview()
    assert early.text == "kitchen light" and stt.preview() is early
    assert stt.finish() is early
    hear(stt, speech(1.0))
    early = stt.preview()
    stt.feed(speech(0.2))
    assert stt.finish() is not early


@settings(max_examples=8, deadline=None)
@given(chunk=st.integers(1, 40_000))
def test_any_chunking_gives_the_same_text(stt: FasterWhisperStt, chunk: int) -> None:
    stt.start()
    pcm = speech(1.0)
    for at in range(0, len(pcm), max(chunk, 500)):
        stt.feed(pcm[at : at + max(chunk, 500)])
    assert stt.finish().text == "kitchen light"


def test_the_next_utterance_knows_nothing_of_the_one_before(
    stt: FasterWhisperStt,
) -> None:
    hear(stt, speech())
    stt.start()
    assert stt.feed(b"") == ""
    found = stt.finish()
    assert (found.text, found.reason) == ("", "no audio")


@pytest.mark.parametrize(
    ("pcm", "reason"),
    [
        (bytes(2 * RATE), "dB at most"),
        (noise(20), "dB at most"),
        (noise(2000), "even noise"),
        (b"\x01", "no audio"),
    ],
)
def test_without_evidence_of_speech_nothing_is_decoded(
    stt: FasterWhisperStt, pcm: bytes, reason: str
) -> None:
    assert set(hear(stt, pcm)) == {""}
    found = stt.finish()
    assert (found.text, found.accepted, found.confidence) == ("", False, 0.0)
    assert reason in found.reason


class Deaf:
    """A VAD that hears no speech."""

    name = "deaf"

    def push(self, pcm: bytes) -> float:
        """Nothing is speech."""
        return 0.0

    def reset(self) -> None:
        """Nothing to forget."""


def test_the_vad_has_a_veto(folder: Path) -> None:
    stt = FasterWhisperStt(str(folder), vad=Deaf())
    hear(stt, speech())
    assert stt.finish().reason == "no speech: the VAD heard none"


def test_a_text_in_circles_is_not_accepted(tmp_path: Path) -> None:
    looping = make_whisper(tmp_path / "loop", {" light": 30.0})
    stt = FasterWhisperStt(str(looping), partial_every=0)
    hear(stt, speech())
    found = stt.finish()
    assert found.text.startswith("light light") and not found.accepted
    assert "repeats itself" in found.reason
    assert len(found.text.split()) <= 45  # 24 + 10 a second


def test_silence_by_its_own_account_and_unlikely_words_are_dropped(
    tmp_path: Path,
) -> None:
    stt = FasterWhisperStt(str(make_whisper(tmp_path / "a", {"<|nospeech|>": 30.0})))
    hear(stt, speech())
    found = stt.finish()
    assert (found.text, found.accepted) == ("", False)
    assert found.reason == "no speech: Whisper says 1.00"


def test_silence_by_its_own_account_alone_is_no_reason(tmp_path: Path) -> None:
    sure = make_whisper(tmp_path / "b", {"<|nospeech|>": 60.0}, says=SAYS)
    stt = FasterWhisperStt(str(sure))
    hear(stt, speech())
    assert stt.finish().text == "kitchen light"


def test_unlikely_words_are_a_guess_not_a_command(tmp_path: Path) -> None:
    stt = FasterWhisperStt(str(make_whisper(tmp_path / "c")), partial_every=0)
    hear(stt, speech())
    found = stt.finish()
    assert not found.accepted and found.confidence < 0.3


def test_no_more_than_the_limit_is_kept_and_it_says_so(folder: Path) -> None:
    stt = FasterWhisperStt(str(folder), max_seconds=1.0)
    hear(stt, speech(3.0))
    found = stt.finish()
    assert found.text == "kitchen light" and found.reason == "cut at 1 s"


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=6), max_size=12))
def test_agreed_words_only_grow(guesses: list[list[str]]) -> None:
    agreement = Agreement()
    before: list[str] = []
    for guess in guesses:
        agreed = agreement.push(" ".join(guess)).split()
        assert agreed[: len(before)] == before
        before = agreed


@given(st.lists(st.sampled_from("abc"), max_size=6))
def test_what_is_said_twice_is_agreed(words: list[str]) -> None:
    agreement = Agreement()
    assert agreement.push(" ".join(words)) == ""
    assert agreement.push(" ".join(words)).split() == words


@pytest.mark.parametrize("name", ["base.en", "somebody/some-model", "no-such-size"])
def test_a_name_is_not_fetched_unless_asked(name: str) -> None:
    with pytest.raises(ModelMissing) as caught:
        find_model(name)
    assert "download_model" in caught.value.hint and caught.value.exit_code == 3


def test_a_download_that_fails_says_why() -> None:
    with pytest.raises(ModelMissing) as caught:
        find_model("base.en", allow_download=True)
    assert caught.value.cause


@pytest.mark.parametrize("path", ["./none", "/none/at/all", "~/none-at-all"])
def test_a_path_is_never_taken_for_a_name(path: str) -> None:
    with pytest.raises(ModelMissing) as caught:
        find_model(path)
    assert caught.value.cause == "there is no such folder"


def test_a_folder_without_its_tokenizer_is_not_completed_from_the_net(
    tmp_path: Path,
) -> None:
    make_whisper(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(ModelMissing) as caught:
        FasterWhisperStt(str(tmp_path))
    assert "tokenizer.json" in caught.value.cause


@pytest.mark.parametrize("file", ["model.bin", "tokenizer.json", "vocabulary.json"])
def test_broken_files_are_one_typed_error(tmp_path: Path, file: str) -> None:
    make_whisper(tmp_path)
    (tmp_path / file).write_bytes(b"\x00 not a model")
    with pytest.raises(EngineFailed) as caught:
        FasterWhisperStt(str(tmp_path))
    assert caught.value.cause and caught.value.hint


def test_a_missing_package_names_the_install_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(EngineMissing) as caught:
        FasterWhisperStt(str(folder))
    assert "voiceagent[stt]" in caught.value.hint


def test_a_language_that_the_model_does_not_hear_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"\$\.stt\.language.*`tlh`") as caught:
        FasterWhisperStt(str(folder), language="tlh")
    assert "en" in caught.value.cause
