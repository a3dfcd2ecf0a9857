"""Every sentence that a shipped pack can say means what it should."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.packs import SHIPPED, parser, shipped
from voiceagent.authoring.sampler import Sampler
from voiceagent.errors import PackError

pytestmark = pytest.mark.property


@pytest.mark.parametrize("name", SHIPPED)
def test_every_template_means_its_intent_and_slots(name: str) -> None:
    for sample in Sampler(shipped(name), seed=11).each_template():
        found = parser(name).parse(sample.text)
        assert found is not None, sample
        assert (found.name, found.slots) == (sample.intent, sample.slots), sample


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(SHIPPED))
def test_any_drawn_sentence_means_its_intent_and_slots(seed: int, name: str) -> None:
    for sample in Sampler(shipped(name), seed=seed).draw(40):
        found = parser(name).parse(sample.text)
        assert found is not None, sample
        assert (found.name, found.slots) == (sample.intent, sample.slots), sample


@given(st.integers(0, 1000))
def test_the_same_seed_says_the_same(seed: int) -> None:
    first, second = (list(Sampler(shipped("coffee"), seed=seed).draw(5)) for _ in "ab")
    assert first == second


def test_one_intent_alone_can_be_drawn() -> None:
    drawn = list(Sampler(shipped("museum")).draw(20, intent="museum.tour"))
    assert {sample.intent for sample in drawn} == {"museum.tour"}
    with pytest.raises(PackError, match="no intent `museum.tours`"):
        list(Sampler(shipped("museum")).draw(1, intent="museum.tours"))
