"""Sentences of a pack are drawn as somebody would say them."""

from __future__ import annotations

import pytest

from tests.packs import shipped
from voiceagent.authoring.articles import jars
from voiceagent.authoring.sampler import Sampler

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        *("how much is an pensioners", "how much is a adult", "an pensioner"),
        *("a children", "set a eight minute timer")[1:],
    ],
)
def test_what_nobody_says(text: str) -> None:
    assert jars(text)


@pytest.mark.parametrize(
    "text",
    [
        *("an adult", "a pensioner", "a one hour timer", "an hour", "an eight minute"),
        *("a bus", "a glass of water", "a european map", "turn on a light", "a", "an"),
        *("", "is there a guide", "what a christmas"),
    ],
)
def test_what_people_say(text: str) -> None:
    assert not jars(text)


@pytest.mark.parametrize("name", ["home", "coffee", "museum"])
def test_no_article_of_a_shipped_pack_jars(name: str) -> None:
    drawn = [sample.text for sample in Sampler(shipped(name), seed=3).draw(600)]
    assert [text for text in drawn if jars(text)] == []
