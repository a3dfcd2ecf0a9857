"""Examples and pieces for the small model that writes calls."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lib.training.generative_text import (
    BYTES,
    SPECIALS,
    Lesson,
    PieceTable,
    call_of,
    encoded,
    lessons,
    vocabulary,
)

from tests.packs import shipped, tools
from voiceagent.nlu.slm.call_graph import COMPACT, call_graph
from voiceagent.nlu.slm.generative import prompt_of

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.unit
TEXT = [
    {"text": "wake me in twenty minutes", "intent": "timer.set", "spans": []},
    {"text": "turn on the kitchen light", "intent": "device.on", "spans": []},
    {"text": "who wrote hamlet", "intent": None, "spans": []},
    {"text": "make it green", "intent": "no.such", "spans": []},
    {"text": "turn on the foo", "intent": "light.color", "spans": []},
]


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> list[Lesson]:
    """What comes of the text."""
    file = tmp_path_factory.mktemp("lessons") / "train.jsonl"
    file.write_text("\n".join(map(json.dumps, TEXT)))
    return list(lessons(file, shipped("home")))


def test_examples_become_valid_calls_and_the_rest_is_left_out(
    some: list[Lesson],
) -> None:
    assert [lesson.call for lesson in some] == [
        "timer.set(minutes=20;)",
        "device.on(name=Kitchen Light;)",
        "none()",
    ]


def test_slots_stand_in_the_order_of_the_graph() -> None:
    by_name = {tool.name: tool for tool in tools("home")}
    call = call_of("light.color", {"color": "red", "name": "Kitchen Light"}, by_name)
    assert call == "light.color(name=Kitchen Light;color=red;)"
    assert call_of("light.color", {"colour": "red"}, by_name) == ""


@given(seed=st.integers(0, 1000), size=st.integers(300, 500))
def test_pieces_put_together_are_the_text(
    some: list[Lesson], seed: int, size: int
) -> None:
    pieces = vocabulary(some, size)
    assert len(pieces) == len(set(pieces)) <= size
    assert tuple(pieces[: len(SPECIALS) + 256]) == (*SPECIALS, *BYTES)
    table = PieceTable(pieces)
    place, call = call_graph(tools("home"), COMPACT), b""
    chance = random.Random(seed)
    while place.branch is not None:
        option = chance.choice(place.branch.options)
        after = place.step(option.text)
        assert after is not None
        place, call = after, call + option.text
    lesson = Lesson("wake me", call.decode())
    ((ids, at),) = encoded([lesson], pieces)
    assert (ids[0], ids[-1]) == (1, 2)
    assert b"".join(table.pieces[piece] for piece in ids[1:at]) == prompt_of("wake me")
    assert b"".join(table.pieces[piece] for piece in ids[at:]) == call
