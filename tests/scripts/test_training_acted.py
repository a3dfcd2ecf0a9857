"""The curve of a model is of what would be done, behind its slots and guards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lib.training.acted import Acting
from lib.training.datasets import NOBODY, Example, Span

MODEL = Path(__file__).resolve().parents[2] / "models" / "intents-en"


@pytest.fixture(scope="module")
def acting() -> Iterator[Acting]:
    made = Acting(MODEL)
    yield made
    made.close()


def test_what_no_guard_lets_through_is_no_risk(acting: Acting) -> None:
    assert not acting.asked(Example("turn on the lights", "device.on"))
    for text in ("set the alarm never to six", "what is the capital of france"):
        assert acting.of(Example(text, NOBODY)).probability == 0, text


def test_a_wrong_value_is_as_wrong_as_a_wrong_intent(acting: Acting) -> None:
    text = "i could use a ten minute countdown"
    there = [Span(text.index("ten"), text.index("ten") + 3, "minutes")]
    one = acting.of(Example(text, "timer.set", tuple(there)))
    other = acting.of(Example(text, "timer.cancel", ()))
    assert one.probability == other.probability and not other.right
