"""What a model may be asked of the world, and what of its words is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.nlu.wonder import as_own, enough, wonders

pytestmark = pytest.mark.unit
QUESTIONS = Path(__file__).parents[1] / "data/language/world_questions.jsonl"
ROWS = [json.loads(line) for line in QUESTIONS.read_text().splitlines()]


def test_only_the_world_is_wondered_about() -> None:
    near = [row["question"] for row in ROWS if row["any"] is None]
    assert [text for text in near if wonders(text)] == []
    world = [row["question"] for row in ROWS if row["any"] is not None]
    assert sum(map(wonders, world)) >= len(world) - 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("The capital is Paris.", "I think the capital is Paris."),
        ("Paris is the capital. It lies on a river.", "I think Paris is the capital."),
        (
            "Dr. Jekyll was in London. He",
            "I think Dr. Jekyll was in London.",
        ),
        ("It is 3.14 or so. And", "I think it is 3.14 or so."),
    ],
)
def test_a_sentence_is_told_as_its_own(written: str, said: str) -> None:
    assert as_own(written) == said


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Paris",  # no whole sentence
        "Yes.",
        "I have turned on the light.",
        "Your light is on.",
        "Done, the door is locked for you.",
        "Did you mean the kitchen?",
        "Who wrote it is a good question.",
        "**Paris** is the capital.",
        "- Paris is one.",
        "See https://example.org for more.",
        "As an AI language model there is nothing to say.",
        "The answer depends on many things.",
        "One " * 40 + "end.",
        "It is\nso.",
    ],
)
def test_what_must_not_be_said_is_not(written: str) -> None:
    assert as_own(written) == ""


@given(st.text(max_size=200))
def test_any_text_is_one_sentence_or_none(written: str) -> None:
    said = as_own(written)
    assert not said or said.startswith("I think ") and said[-1] in ".!"
    assert not said or "\n" not in said


@given(st.binary(max_size=80))
def test_any_bytes_are_looked_at(written: bytes) -> None:
    assert enough(written) in (True, False)


def test_a_sentence_is_enough_when_the_next_begins() -> None:
    assert not enough(b"It is 3.") and not enough(b"It is 3.1 or so.")
    assert enough(b"It is 3.1 or so. And") and not enough(b"Dr. Jekyll")
