"""The curve of a model is of what would be done, behind its slots and guards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lib.training.acted import Acting
from lib.training.datasets import NOBODY, Example

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


def test_another_intent_is_wrong_and_as_sure(acting: Acting) -> None:
    text = "i could use a ten minute countdown"
    one, other = (acting.of(Example(text, n)) for n in ("timer.set", "timer.cancel"))
    assert one.probability == other.probability and not other.right
