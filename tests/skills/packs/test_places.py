"""All that a pack is read from is known before it is read."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from voiceagent.app.language import LanguageRecipe, PackLanguage
from voiceagent.app.pack_source import source_of
from voiceagent.skills.config import PackConfig
from voiceagent.skills.packs.pack import load_pack
from voiceagent.skills.packs.places import BUILT_IN, HOME, SHIPPED, contents

pytestmark = pytest.mark.unit
OPENED: list[str] = []
_watching: list[int] = []
"""The thread that reads; those of other tests may still be reading theirs."""


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str):
        if threading.get_ident() in _watching:
            OPENED.append(arguments[0])


@contextmanager
def opened() -> Iterator[list[str]]:
    """The files that are opened meanwhile."""
    if _hear not in _hooked:
        sys.addaudithook(_hear)
        _hooked.append(_hear)
    OPENED.clear()
    _watching.append(threading.get_ident())
    yield OPENED
    _watching.clear()


_hooked: list[object] = []
HASS = """
language: en
intents:
  HassTurnOn:
    data:
      - sentences: ["turn on <name>"]
"""
COMMON = """
language: en
lists:
  name: {wildcard: true}
expansion_rules:
  name: "[the] {name}"
skip_words: ["please"]
"""


@pytest.fixture
def hass(tmp_path: Path) -> Path:
    """A pack in Home Assistant's layout."""
    sentences = tmp_path / "home-assistant" / "sentences" / "en"
    sentences.mkdir(parents=True)
    (sentences / "_common.yaml").write_text(COMMON)
    (sentences / "homeassistant_HassTurnOn.yaml").write_text(HASS)
    return tmp_path / "home-assistant"


@pytest.fixture
def coffee(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "coffee", tmp_path / "coffee"))


@pytest.mark.parametrize("name", ["home", "coffee", "museum", "hass"])
def test_nothing_else_of_a_pack_is_opened(hass: Path, name: str) -> None:
    folder = hass if name == "hass" else None if name == "home" else Path(name)
    roots = [HOME, BUILT_IN, hass]
    known = {piece.decode("utf-8", "replace") for piece in contents(folder, [])}
    with opened() as files:
        load_pack(folder)
    inside = {
        file
        for file in files
        if any(Path(file).is_relative_to(root) for root in roots)
        and not file.endswith((".py", ".pyc"))
    }
    assert inside and inside <= known


@pytest.mark.parametrize(
    "file", ["intents.yaml", "house.toml", "replies.yaml", "learned.toml", "lists.yaml"]
)
def test_any_change_is_seen(coffee: Path, file: str) -> None:
    config = PackConfig(folder=str(coffee))
    before = source_of(config)
    path = coffee / file
    path.write_text(path.read_text() + "\n" if path.exists() else "# new\n")
    assert before and source_of(config) != before


def test_a_file_more_is_seen_in_another_layout(hass: Path) -> None:
    config = PackConfig(folder=str(hass))
    before = source_of(config)
    for more in ("sentences/en/light.yaml", "lists/x.yaml", "rules/en/y.yaml"):
        file = hass / more
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("language: en\n")
        assert source_of(config) != before
        file.unlink()
        assert source_of(config) == before


def test_what_plugins_bring_is_not_kept() -> None:
    assert source_of(PackConfig(skills=["dice"])) is None
    assert source_of(PackConfig(folder="no-such-pack")) is None


def test_a_changed_pack_answers_anew(coffee: Path) -> None:
    def parse(text: str) -> object:
        recipe = LanguageRecipe(PackConfig(folder=str(coffee)))
        return PackLanguage(recipe).parser.parse(text)

    assert parse("brew me something odd") is None
    intents = coffee / "intents.yaml"
    text, line = intents.read_text(), '- "<ask> [a|an]'
    more = f'- "brew me something odd"\n          {line}'
    intents.write_text(text.replace(line, more))
    found = parse("brew me something odd")
    assert found is not None and parse("brew me something odd") == found
