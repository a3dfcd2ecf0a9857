"""Voices that are programs: real ones, and ones that misbehave."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voiceagent.app.engines import make_voice
from voiceagent.audio.clip import Clip, wav_bytes
from voiceagent.audio.level import loudness
from voiceagent.engines.tts.command import CommandTts
from voiceagent.engines.tts.festival import FestivalTts
from voiceagent.engines.tts.speakable import speakable
from voiceagent.engines.tts.text_place import check_place, filled
from voiceagent.engines.tts.wav import read_wav
from voiceagent.errors import (
    ConfigError,
    EngineFailed,
    EngineMissing,
    ModelMissing,
    UsageError,
    VoiceAgentError,
)
from voiceagent.tts.config import SpeakConfig

pytestmark = pytest.mark.audio

PROGRAMS = {"espeak": "espeak-ng", "flite": "flite", "festival": "festival"}


@pytest.fixture(params=PROGRAMS)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if not shutil.which(PROGRAMS[name]):
        pytest.skip(f"`{PROGRAMS[name]}` is not installed")
    return name


def script(code: str, *arguments: str, timeout: float = 5.0) -> CommandTts:
    argv = [sys.executable, "-c", code, *arguments]
    return CommandTts(argv, name="test", timeout=timeout)


def tone(seconds: float = 0.2) -> Clip:
    time = np.arange(round(seconds * 16_000)) / 16_000
    return Clip((8000 * np.sin(2765 * time)).astype("<i2").tobytes(), 16_000)


# --- the real ones


def closed(name: str) -> Iterator[Any]:
    voice = make_voice(name, SpeakConfig())
    try:
        yield voice
    finally:
        if isinstance(voice, FestivalTts):
            voice.close()


def test_speaks_at_once_and_as_loud_as_the_others(engine: str) -> None:
    for voice in closed(engine):
        clip = voice.synthesize("Timer set for five minutes.")
        sound = np.abs(np.frombuffer(clip.pcm, "<i2").astype(int))
        assert 0.8 < clip.seconds < 3 and clip.rate in (16_000, 22_050, 32_000)
        assert np.flatnonzero(sound > 0.01 * sound.max())[0] <= 0.01 * clip.rate
        assert loudness(clip) == pytest.approx(-21, abs=1) and sound.max() < 32_000


@pytest.mark.parametrize(
    "text",
    ["21.5\u00b0C at 7:30", '-v "x" $(touch /tmp/x) `id`; (exit) \\', "caf\u00e9 50%"],
)
def test_unusual_text_is_spoken_and_not_obeyed(engine: str, text: str) -> None:
    for voice in closed(engine):
        assert voice.synthesize(text).seconds > 0.5


def test_text_without_words_is_refused(engine: str) -> None:
    for voice in closed(engine):
        with pytest.raises(UsageError, match="nothing to say"):
            voice.synthesize(" ... \U0001f600")


def test_unknown_voice_is_a_missing_model(engine: str) -> None:
    with pytest.raises(ModelMissing, match="nosuch"):
        for voice in closed(f"{engine}/nosuch"):
            voice.synthesize("hello")


def test_festival_comes_back_after_it_was_killed() -> None:
    if not shutil.which("festival"):
        pytest.skip("`festival` is not installed")
    voice = FestivalTts(voice="kal_diphone")
    try:
        try:
            assert voice.synthesize("one").seconds > 0.1
        except ModelMissing:
            pytest.skip("`festvox-kallpc16k` is not installed")
        assert voice._process
        os.kill(voice._process.pid, 9)
        voice._process.wait()
        assert voice.synthesize("two").seconds > 0.1
    finally:
        voice.close()
    assert not voice._folder.exists()


# --- the ones that misbehave


def test_text_by_stdin_sound_by_stdout(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav_bytes(tone()))
    code = (
        "import sys; assert sys.stdin.read() == 'It is 7 30'\n"
        "sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
    )
    clip = script(code, str(tmp_path / "a.wav")).synthesize("It is 7:30")
    assert clip.seconds == pytest.approx(0.24, abs=0.02)


def test_text_as_argument_sound_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav_bytes(tone()))
    code = (
        "import sys, shutil; assert sys.argv[1] == 'a; b' and not sys.stdin.read()\n"
        "shutil.copy(sys.argv[2], sys.argv[3])"
    )
    voice = script(code, "{text}", str(tmp_path / "a.wav"), "{output}")
    assert voice.synthesize("a; b").seconds > 0.2


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import sys; sys.exit('no licence')", "exit status 1; no licence"),
        ("import sys; sys.exit(3)", "exit status 3; it gave no reason"),
        ("import sys; sys.exit(sys.stdin.read())", "exit status 1; ..."),
        ("print('hello')", "it ends inside its header"),
        ("print('hello' * 100)", "it ends inside its header"),
        ("pass", "it ends inside its header"),
        ("import os; os.kill(os.getpid(), 11)", "exit status -11"),
        ("import sys; sys.stderr.write('x' * 10**6); sys.exit(2)", "exit status 2"),
    ],
)
def test_failures_are_typed_and_say_why(code: str, cause: str) -> None:
    with pytest.raises(EngineFailed) as caught:
        script(code).synthesize("my secret word")
    assert cause in caught.value.cause and "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(60)",
        "import subprocess, sys; subprocess.run(['sleep', '60'])",
        "import os\nwhile True: os.write(2, b'x' * 1000)",
    ],
)
def test_a_hung_program_is_killed_with_its_children(code: str) -> None:
    with pytest.raises(EngineFailed) as caught:
        script(code, timeout=0.4).synthesize("hello")
    assert "more than 0.4 s" in caught.value.cause


def test_a_flood_is_stopped() -> None:
    with pytest.raises(EngineFailed, match="32 MiB"):
        script("import os\nwhile True: os.write(1, bytes(65536))").synthesize("hello")


def test_missing_program_names_its_install_line() -> None:
    with pytest.raises(EngineMissing, match="install piper-of-nowhere"):
        CommandTts(["piper-of-nowhere", "--model", "x"])


def test_wrong_configuration_says_what_there_is() -> None:
    with pytest.raises(ConfigError, match="flite, espeak, festival, say"):
        make_voice("siri", SpeakConfig())
    with pytest.raises(ConfigError):
        make_voice("command", SpeakConfig())
    with pytest.raises(ConfigError):
        FestivalTts(voice="x) (system")


@given(st.integers(0, 200), st.integers(0, 255))
def test_damaged_wav_is_a_clip_or_a_typed_error(position: int, value: int) -> None:
    whole = bytearray(wav_bytes(tone(0.01)))
    whole[position] = value
    for data in (bytes(whole), bytes(whole[:position])):
        try:
            assert isinstance(read_wav(data, "test"), Clip)
        except VoiceAgentError as error:
            assert error.code == "engine-failed"


# --- speakable text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is 7:30.", "It is 7 30."),
        ("At 7:05 and 12:00", "At 7 oh 5 and 12 o'clock"),
        ("21.5\u00b0C, 45 %", "21.5 degrees Celsius, 45 percent"),
        ("-5\u00b0 outside", "minus 5 degrees outside"),
        ("one-way, a - b", "one-way, a - b"),
        ("$3.50 & \u20ac2", "3.50 dollars and 2 euros"),
        ("5\u201310 minutes", "5 to 10 minutes"),
        ("\u201cdon\u2019t\u201d", '"don\'t"'),
        ("Zo\u00eb \U0001f600 caf\u00e9", "Zoe cafe"),
    ],
)
def test_signs_become_words(text: str, words: str) -> None:
    assert speakable(text, plain=True) == words


@given(st.text())
@example("-\u00b2")
def test_speakable_is_stable_and_plain_is_ascii(text: str) -> None:
    once = speakable(text, plain=True)
    assert once.isascii() and speakable(once, plain=True) == once
    assert "\n" not in speakable(text) and "\0" not in speakable(text)


SAYS = """
import sys, wave
with wave.open(sys.argv[-1], "wb") as out:
    out.setparams((1, 2, 8000, 0, "NONE", ""))
    out.writeframes(b"ab" * 800)
sys.exit(sum(part.startswith("-") for part in sys.argv[1:]))
"""
"""Exit status: how many options it was given."""


@pytest.mark.parametrize("words", ["-o /tmp/x hello", "--help me", "- - -rf go", "-x"])
def test_words_are_no_option(words: str) -> None:
    assert script(SAYS, "{text}", "{output}").synthesize(words).pcm


@given(st.text(st.sampled_from("-/@=+'\";$`() ox1"), min_size=1))
def test_whatever_is_said_begins_no_option(words: str) -> None:
    said = filled("{text}", speakable(f"{words} a"))
    assert not said.startswith(("-", "/", "@", "+"))


PLACES = [
    *(["{text}"], ["x", "-{text}"], ["x", "--{text}"], ["x", "--text{text}"]),
    *(
        ["sh", "-c", "{text}"],
        ["sh", "-c", "espeak '{text}'"],
        ["bash", "-lc", "{text}"],
    ),
    *(
        ["nice", "python3.11", "-c", "{text}"],
        ["x", "say: {text}"],
        ["x", "{text}{text}"],
    ),
    *(["ssh", "box", "espeak", "{text}"], ["/usr/bin/ssh", "box", "--t={text}"]),
    *(["x", "a\n{text}"], ["cmd.exe", "/c", "{text}"], ["x", "{output}{text}"]),
    *(["docker", "run", "i", "sh", "-c", "{text}"], ["su", "-c", "{text}"]),
]


@pytest.mark.parametrize("argv", PLACES, ids=" ".join)
def test_words_have_a_place_of_their_own_or_none(argv: list[str]) -> None:
    with pytest.raises(ConfigError, match="must not stand"):
        CommandTts(argv)


@pytest.mark.parametrize(
    "argv",
    [
        *(
            ["x", "{text}"],
            ["x", "--text={text}"],
            ["x", "-t{text}"],
            ["x", "-t", "{text}"],
        ),
        *(["python3", "say.py", "{text}"], ["sh", "say.sh", "{text}", "{output}"]),
        ["x", "-c", "{text}"],
    ],
    ids=" ".join,
)
def test_and_there_they_may_stand(argv: list[str]) -> None:
    check_place(argv)
