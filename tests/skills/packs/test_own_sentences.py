"""What a user's skill says itself is its own, whatever is known here as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.nlu.intent import IntentParser
from voiceagent.skills.packs.pack import load_pack

pytestmark = pytest.mark.unit
OWN = """
language: en
intents:
  mine.answer:
    data:
      - sentences:
          - "roll (a|the) die"
          - "thank you"
          - "calculate {anything:what}"
          - "what day is christmas"
lists:
  anything:
    wildcard: true
"""


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> IntentParser:
    folder: Path = tmp_path_factory.mktemp("mine")
    (folder / "intents.yaml").write_text(OWN)
    (folder / "replies.yaml").write_text("mine.answer: Mine\n")
    return IntentParser(load_pack(None, skill_folders=[folder]))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("roll a die", "mine.answer"),
        ("thank you", "mine.answer"),
        ("calculate seven times eight", "mine.answer"),
        ("what day is christmas", "mine.answer"),
        ("roll two dice", "know.die"),
        ("what is seven times eight", "know.sum"),
        ("what day is easter", "know.weekday"),
        ("what day is today", "clock.date"),
        ("turn on the kitchen lights", "device.on"),
    ],
)
def test_own_sentences_win_and_take_nothing_else(
    parser: IntentParser, text: str, name: str
) -> None:
    found = parser.parse(text)
    assert found is not None and found.name == name
