"""Dialogues of several turns reach their end, and nothing is done that nobody said."""

from __future__ import annotations

from pathlib import Path

import pytest
from dialogue_runs import Dialogue, dialogues, play

pytestmark = pytest.mark.unit
FILE = Path(__file__).parent / "data" / "dialogues.txt"
ALL = dialogues(FILE)


@pytest.mark.parametrize("dialogue", ALL, ids=lambda dialogue: dialogue.name)
def test_a_dialogue_reaches_its_end(dialogue: Dialogue) -> None:
    outcome = play(dialogue)
    assert outcome.reached, [outcome.wrong, outcome.missed]
