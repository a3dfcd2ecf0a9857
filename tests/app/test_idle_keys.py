"""Keys that nobody would read are refused, unless they only wait for their switch."""

from pathlib import Path

import pytest

from voiceagent.app.config import load_config
from voiceagent.app.workshop import Workshop
from voiceagent.errors import ConfigError

pytestmark = pytest.mark.unit
Flags = dict[str, object]
WHISPER: Flags = {"stt.engine": "faster_whisper"}
REFUSED: list[tuple[Flags, str]] = [
    ({"stt.model": "base.en"}, "stt.model"),
    ({"stt.min_confidence": 0.2}, "stt.min_confidence"),
    ({"stt.language": "de"}, "stt.language"),
    ({"stt.language": "EN"}, "stt.language"),
    ({"stt.language": ""}, "stt.language"),
    ({"speak.command": ["piper"]}, "speak.command"),
    ({"speak.command": ["piper"], "speak.voice": "flite"}, "speak.command"),
    ({"serve.stt": "pocketsphinx", "serve.stt_model": "x"}, "serve.stt_model"),
    ({"serve.client_ca": "ca.pem"}, "serve.client_ca"),
    ({"region.url": "ws://a", "region.certificate": "c"}, "region.certificate"),
    ({"region.url": "sim://ok", "region.ca_file": "c"}, "region.ca_file"),
    ({"region.backup_model": "large"}, "region.backup_model"),
    ({"region.backup_token_env": "T"}, "region.backup_token_env"),
    ({"memory.url": "nats://b:4222"}, "memory.url"),
]
TAKEN: list[Flags] = [
    {},
    {"stt.language": "en"},
    {**WHISPER, "stt.language": "de", "stt.model": "x", "stt.min_confidence": 0.2},
    {"speak.command": ["piper"], "speak.voice": "command"},
    {"serve.stt_model": "x"},
    {"serve.client_ca": "ca.pem", "serve.certificate": "c.pem"},
    {"region.url": "wss://a", "region.certificate": "c", "region.ca_file": "d"},
    {"region.certificate": "c"},
    {"region.url": "ws://a", "region.backup_url": "wss://b", "region.ca_file": "d"},
    {"region.model": "large", "region.pin": "eu"},
    {"memory.url": "nats://b:4222", "memory.kind": "nats"},
    {"llama.model": "x.gguf", "upstream.url": "http://a", "wake.threshold": 0.5},
    {"wake.engine": "none", "wake.verifier": "openwakeword"},
]


@pytest.mark.parametrize(("flags", "key"), REFUSED)
def test_what_nobody_would_read_is_refused_with_its_path(
    flags: Flags, key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(environ={}, flags=flags)
    assert f"`$.{key}`" in caught.value.what and caught.value.hint
    assert "set by flag" in caught.value.cause
    with pytest.raises(ConfigError, match=key):
        Workshop(load_config(environ={}).config).with_values(flags)


@pytest.mark.parametrize("flags", TAKEN)
def test_what_somebody_reads_or_may_read_yet_is_taken(flags: Flags) -> None:
    load_config(environ={}, flags=flags)


def test_another_language_is_told_who_hears_it() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(environ={}, flags={"stt.language": "de"})
    assert caught.value.what == "`$.stt.language`: `pocketsphinx` does not hear `de`"
    assert "`en`" in caught.value.hint and "faster_whisper" in caught.value.hint


def test_a_flag_over_a_file_makes_nothing_in_the_file_wrong(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        "[stt]\nengine = 'faster_whisper'\nmodel = 'x'\n"
        "[speak]\nvoice = 'command'\ncommand = ['piper']\n"
    )
    flags: Flags = {"stt.engine": "pocketsphinx", "speak.voice": "flite"}
    loaded = load_config(file, environ={}, flags=flags)
    assert loaded.config.stt.model == "x"
    environ = {"VOICEAGENT_STT__ENGINE": "pocketsphinx"}
    assert load_config(file, environ=environ).config.stt.engine == "pocketsphinx"
    with pytest.raises(ConfigError, match=r"stt\.model"):
        load_config(file, environ={}, flags={**flags, "stt.model": "y"})


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"privacy.classes": {"persnal": "nothing"}}, ["classes", "persnal"]),
        ({"privacy.classes": {"question": "text"}}, ["classes.question", "redacted"]),
        (
            {"privacy.leaves": "audio", "privacy.classes": {"personal": "text"}},
            ["classes.personal", "no more than `redacted`"],
        ),
        ({"region.dead_ms": 500.0}, ["region", "dead_ms", "heartbeat_ms"]),
        ({"region.heartbeat_ms": 0.0}, ["region.heartbeat_ms"]),
    ],
)
def test_limits_that_would_not_hold_are_refused(flags: Flags, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(environ={}, flags=flags)
    assert all(word in str(caught.value) for word in words)


def test_the_classes_of_the_configuration_are_those_of_the_gate() -> None:
    from typing import get_args

    from voiceagent.privacy.config import TaskName
    from voiceagent.privacy.gate import TaskClass

    assert list(get_args(TaskName)) == [task.value for task in TaskClass]
