"""The file of the folder one stands in may be a stranger's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.app.config import Config, Loaded, load_config
from voiceagent.app.project_file import (
    HARMLESS,
    LARGEST,
    TUNING,
    check_trust,
    content_of,
    find_project,
    forget,
    keys_to_trust,
    trust,
)
from voiceagent.errors import ConfigError, StoreError

pytestmark = [pytest.mark.unit, pytest.mark.fault]
EVIL = '[pack]\nskills = ["./evil"]\n'
TUNED = "[endpoint]\npatience = 1.2\n[wake]\nwords = ['hey_mycroft']\n"


@pytest.fixture
def home(tmp_path: Path) -> Mapping[str, str]:
    return {"HOME": str(tmp_path / "home")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made


def written(folder: Path, text: str = EVIL) -> Path:
    file = folder / "voiceagent.toml"
    file.write_text(text)
    return file


def load(folder: Path, environ: Mapping[str, str], **flags: object) -> Loaded:
    return load_config(environ=environ, folder=folder, flags=flags or None)


def trusted(folder: Path, environ: Mapping[str, str]) -> None:
    project = find_project(folder)
    assert project is not None
    trust(project, environ)


def refused(folder: Path, environ: Mapping[str, str], why: str = "not trusted") -> str:
    with pytest.raises(ConfigError, match=why) as caught:
        load(folder, environ)
    assert caught.value.exit_code == 2
    assert "`voiceagent config trust`" in caught.value.hint
    return caught.value.cause


def test_what_only_tunes_is_obeyed_and_its_file_named(
    folder: Path, home: Mapping[str, str]
) -> None:
    file = written(folder, TUNED)
    loaded = load(folder, home)
    assert loaded.config.endpoint.patience == 1.2
    assert loaded.project == file.resolve()
    assert load(folder.parent, home).project is None  # nor is one of a parent taken


def test_what_runs_or_reaches_out_waits_for_trust(
    folder: Path, home: Mapping[str, str]
) -> None:
    written(folder)
    assert "`pack.skills`" in refused(folder, home)
    trusted(folder, home)
    assert load(folder, home).config.pack.skills == ["./evil"]
    written(folder, EVIL + "# changed\n")
    refused(folder, home, "has changed")
    written(folder, EVIL)
    assert load(folder, home).config.pack.skills == ["./evil"]
    assert forget(folder.resolve() / "voiceagent.toml", home)
    refused(folder, home)
    assert not forget(folder.resolve() / "voiceagent.toml", home)


def test_trust_is_of_a_place_and_of_a_user(
    folder: Path, home: Mapping[str, str], tmp_path: Path
) -> None:
    written(folder)
    trusted(folder, home)
    other = tmp_path / "other"
    other.mkdir()
    written(other)  # the same words, but another `./evil`
    refused(other, home)
    refused(folder, {"HOME": str(tmp_path / "else")})
    refused(folder, {**home, "XDG_CONFIG_HOME": str(tmp_path / "there")})


def test_a_link_is_judged_by_what_it_leads_to_and_where_it_stands(
    folder: Path, home: Mapping[str, str], tmp_path: Path
) -> None:
    harmless, evil = tmp_path / "harmless.toml", tmp_path / "evil.toml"
    harmless.write_text(TUNED)
    evil.write_text(EVIL)
    link = folder / "voiceagent.toml"
    link.symlink_to(harmless)
    load(folder, home)
    link.unlink()
    link.symlink_to(evil)
    refused(folder, home)
    trusted(folder, home)
    load(folder, home)
    evil.write_text(EVIL + "[region]\nurl = 'ws://127.0.0.1:1'\n")
    refused(folder, home, "has changed")
    # A folder is one place, however it is reached.
    evil.write_text(EVIL)
    (tmp_path / "way").symlink_to(folder)
    load(tmp_path / "way", home)


def test_neither_environment_nor_flags_make_a_file_trusted(
    folder: Path, home: Mapping[str, str]
) -> None:
    written(folder, "[region]\nurl = 'ws://127.0.0.1:1'\n")
    for environ, flags in (
        ({**home, "VOICEAGENT_REGION__URL": "ws://127.0.0.1:2"}, {}),
        (home, {"region.url": "ws://127.0.0.1:2"}),
    ):
        with pytest.raises(ConfigError, match="not trusted"):
            load_config(environ=environ, folder=folder, flags=flags)
    trusted(folder, home)
    environ = {**home, "VOICEAGENT_REGION__URL": "ws://127.0.0.1:2"}
    assert load(folder, environ).config.region.url == "ws://127.0.0.1:2"


def test_what_is_named_is_trusted_and_what_the_user_has_too(
    folder: Path, home: Mapping[str, str]
) -> None:
    file = written(folder)
    named = load_config(file, environ=home, folder=folder)
    assert named.config.pack.skills == ["./evil"] and named.project is None
    own = Path(home["HOME"]) / ".config" / "voiceagent"
    own.mkdir(parents=True)
    (own / "config.toml").write_text(EVIL)
    assert load(folder.parent, home).config.pack.skills == [str(own / "evil")]


def test_marks_of_others_are_not_believed(
    folder: Path, home: Mapping[str, str]
) -> None:
    written(folder)
    trusted(folder, home)
    (mark,) = (Path(home["HOME"]) / ".config/voiceagent/trusted").iterdir()
    assert mark.stat().st_mode & 0o777 == 0o600
    for spoil in (
        lambda: mark.chmod(0o666),
        lambda: mark.write_bytes(b"{"),
        lambda: mark.write_bytes(b""),
        lambda: mark.write_bytes(b'{"path": "/", "sha256": ""}'),
        lambda: (mark.unlink(), mark.mkdir()),
    ):
        trusted(folder, home)
        load(folder, home)
        spoil()
        with pytest.raises(ConfigError):
            load(folder, home)


def test_where_trust_cannot_be_noted_it_is_not_given(
    folder: Path, home: Mapping[str, str]
) -> None:
    written(folder)
    Path(home["HOME"]).write_text("no folder")
    with pytest.raises(StoreError, match="cannot be noted"):
        trusted(folder, home)
    refused(folder, home)


def test_what_is_no_plain_file_is_none(folder: Path, home: Mapping[str, str]) -> None:
    file = folder / "voiceagent.toml"
    file.mkdir()
    assert load(folder, home).project is None
    file.rmdir()
    os.mkfifo(file)  # whoever reads it would wait for ever
    assert load(folder, home).project is None
    file.unlink()
    file.symlink_to(folder / "nowhere")
    assert load(folder, home).project is None
    assert find_project(folder / "nowhere") is None
    file.unlink()
    file.write_text("#" * (LARGEST + 1))
    with pytest.raises(ConfigError, match="cannot read"):
        load(folder, home)


def test_a_folder_that_is_gone_has_no_file(
    folder: Path, home: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert load_config(environ=home).project is None


def test_what_was_judged_is_what_is_used(
    folder: Path, home: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(folder, TUNED)
    read: list[bytes | None] = []

    def once(path: Path) -> bytes | None:
        read.append(content_of(path))
        file.write_text(EVIL)  # by somebody fast
        return read[-1]

    monkeypatch.setattr("voiceagent.app.project_file.content_of", once)
    loaded = load(folder, home)
    assert loaded.config.endpoint.patience == 1.2 and not loaded.config.pack.skills
    assert len(read) == 1


RISKY = {
    "pack.skills": ["x"],
    "pack.folder": "x",
    "speak.command": ["x"],
    "speak.voice": "flite/./x",
    "region.url": "ws://127.0.0.1:1",
    "region.tools": ["*"],
    "region.token_env": "AWS_SECRET",
    "privacy.leaves": "nothing",
    "privacy.contacts": "x",
    "telemetry.otlp": "http://127.0.0.1:1",
    "telemetry.content": True,
    "cost.per_day": 1.0,
    "serve.host": "0.0.0.0",
    "serve.port": 1,
    "store.folder": "x",
    "knowledge.folders": ["/"],
    "upstream.url": "http://127.0.0.1:1",
    "llama.model": "x",
    "memory.url": "nats://x",
    "home_assistant.url": "http://127.0.0.1:1",
    "home_assistant.token_env": "AWS_SECRET",
    "stt.model": "x",
    "slm.model": "x",
    "wake.words": ["./x.tflite"],
    "vad.engine": ["webrtcvad"],
    "audio.device": ["x"],
}


@pytest.mark.parametrize("key", RISKY)
def test_every_key_that_can_harm_has_to_be_trusted(key: str) -> None:
    section, _, name = key.partition(".")
    assert keys_to_trust({section: {name: RISKY[key]}}) == [key]


def test_an_engine_of_a_plugin_has_to_be_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "voiceagent.app.project_file.offered", lambda name: name == "somebody's"
    )
    for key in ("wake.engine", "stt.second", "speak.voice"):
        section, _, name = key.partition(".")
        assert keys_to_trust({section: {name: "somebody's"}}) == [key]
    assert keys_to_trust({"speak": {"voice": "somebody's/one"}}) == ["speak.voice"]
    assert keys_to_trust({"speak": {"voice": "flite/rms"}}) == []


def test_a_key_that_nobody_thought_of_has_to_be_trusted() -> None:
    """Words in a section that tunes, and whole sections that are new."""
    defaults = msgspec.to_builtins(Config())
    for section, body in defaults.items():
        for key, value in body.items():
            tunes = not keys_to_trust({section: {key: value}})
            number = isinstance(value, bool | int | float)
            known = f"{section}.{key}" in HARMLESS
            assert tunes == (known or (section in TUNING and number)), (section, key)
    assert keys_to_trust({"speak": {"new": "x"}, "novel": {"on": True}}) == [
        *("novel.on", "speak.new")
    ]


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.text())))
def test_whatever_stands_there_is_judged(body: dict[str, object]) -> None:
    for section in ("wake", "speak", "audio", "pack", "x"):
        for key in keys_to_trust({section: body}):
            assert key.startswith(section)


def test_it_says_which_keys_and_how_many(folder: Path, home: Mapping[str, str]) -> None:
    project = find_project(folder) or None
    assert project is None
    written(folder, "[region]\npin = 'x'\nmodel = 'y'\n[cost]\nper_day = 1.0\n")
    cause = refused(folder, home)
    assert all(name in cause for name in ("cost.per_day", "region.model", "region.pin"))
    found = find_project(folder)
    assert found is not None
    check_trust(found, {"endpoint": {"patience": 1.0}}, home)
