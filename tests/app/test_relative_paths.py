"""A path in the user's own file leads to the same place wherever one stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from voiceagent.app.config import Config, load_config
from voiceagent.app.packs import read_pack
from voiceagent.app.relative_paths import FILES, NAMES, from_there
from voiceagent.errors import PackError
from voiceagent.skills.config import PackConfig
from voiceagent.skills.packs.places import find_pack, shipped_packs

pytestmark = [pytest.mark.unit, pytest.mark.fault]
TEMPLATES = 'language: en\nintents: {a.b: {data: [{sentences: ["say a"]}]}}\n'


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that holds everything the user's file might name."""
    folder = tmp_path / "stranger"
    for name in ("plants", "museum", "dice", "models"):
        (folder / name).mkdir(parents=True)
        (folder / name / "intents.yaml").write_text(TEMPLATES)
        (folder / name / "handler.py").write_text("raise SystemExit('ran')\n")
    (folder / "say.sh").touch()
    monkeypatch.chdir(folder)
    yield folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "config" / "voiceagent"
    folder.mkdir(parents=True)
    return folder


def loaded(own: Path, text: str) -> Config:
    (own / "config.toml").write_text(text)
    return load_config(environ={"XDG_CONFIG_HOME": str(own.parent)}).config


def test_what_a_stranger_named_alike_is_not_taken(own: Path, stranger: Path) -> None:
    config = loaded(
        own,
        '[pack]\nskills = ["plants", "./dice"]\nfolder = "./museum"\n'
        '[speak]\nvoice = "command"\ncommand = ["./say.sh", "-x", "{text}"]\n'
        '[privacy]\ncontacts = "names.txt"\n[knowledge]\nfolders = ["notes", "/abs"]\n',
    )
    assert config.pack.skills == [str(own / "plants"), str(own / "dice")]
    assert config.pack.folder == str(own / "museum")
    assert config.speak.command == [str(own / "say.sh"), "-x", "{text}"]
    assert config.privacy.contacts == str(own / "names.txt")
    assert config.knowledge.folders == [str(own / "notes"), "/abs"]
    with pytest.raises(PackError):
        read_pack(config.pack)


def test_names_stay_names(own: Path, tmp_path: Path) -> None:
    config = loaded(
        own,
        '[pack]\nfolder = "museum"\n[wake]\nwords = ["hey_jarvis"]\n'
        '[slm]\nmodel = "intents-en"\n[speak]\ncommand = ["piper", "{text}"]\n'
        'voice = "command"\n',
    )
    assert config.pack.folder == "museum" and config.slm.model == "intents-en"
    assert config.wake.words == ["hey_jarvis"]
    assert config.speak.command == ["piper", "{text}"]


def test_what_lies_beside_the_file_comes_first(own: Path, stranger: Path) -> None:
    (own / "museum").mkdir()
    config = loaded(own, '[pack]\nfolder = "museum"\n')
    assert config.pack.folder == str(own / "museum")


def test_a_name_that_means_two_packs_is_refused(stranger: Path) -> None:
    assert "museum" in shipped_packs()
    with pytest.raises(PackError, match="a folder here") as caught:
        find_pack(Path("museum"))
    assert str(stranger / "museum") in caught.value.hint
    assert find_pack(stranger / "museum") == stranger / "museum"
    assert find_pack(Path("plants")) == Path("plants")
    assert find_pack(Path("coffee")).is_dir()


def test_so_is_one_that_means_a_plugin_and_a_folder(
    stranger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "voiceagent.app.packs.find_plugin",
        lambda kind, name: object() if name == "dice" else None,
    )
    with pytest.raises(PackError, match="a folder here"):
        read_pack(PackConfig(skills=["dice"]))


def test_every_key_with_a_path_is_known() -> None:
    def at(key: str) -> Any:
        section, _, name = key.partition(".")
        return getattr(getattr(Config(), section, None), name, None)

    missing = [key for key in (*FILES, *NAMES) if at(key) is None]
    assert missing in ([], ["pack.house"])
    assert from_there({"a": {"b": 1}}, Path("/x")) == {"a": {"b": 1}}
