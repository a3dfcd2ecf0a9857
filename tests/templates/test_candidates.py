"""The index rules out most templates and never one that fits; odd text is survived."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.packs import SHIPPED, parser, shipped
from voiceagent.authoring.sampler import Sampler
from voiceagent.frontend.endpoint import Completeness
from voiceagent.lang.spoken import as_said, foreign, spoken
from voiceagent.templates.candidates import Candidates

pytestmark = pytest.mark.property

PIECES = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4)


@given(st.lists(PIECES, max_size=6), st.data())
def test_a_word_made_of_pieces_is_found(
    templates: list[list[str]], data: st.DataObject
) -> None:
    index = Candidates([frozenset(pieces) for pieces in templates])
    assert index.candidates([]) == list(range(len(templates)))
    for number, pieces in enumerate(templates):
        word = "".join(data.draw(st.lists(st.sampled_from(pieces), min_size=1)))
        assert number in index.candidates([word])
    assert index.candidates(["c"]) == []


def test_free_text_takes_any_word() -> None:
    index = Candidates([frozenset({"play", "*"}), frozenset({"stop"})])
    assert index.candidates(["play", "zyx"]) == [0]


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(SHIPPED))
def test_the_best_reading_comes_first_and_beginnings_are_alive(
    seed: int, name: str
) -> None:
    for sample in Sampler(shipped(name), seed=seed).draw(10):
        readings = parser(name).readings(sample.text)
        assert (readings[0].name, readings[0].slots) == (sample.intent, sample.slots)
        words = spoken(sample.text).split()
        for many in range(1, len(words)):
            beginning = parser(name).completeness(" ".join(words[:many]))
            assert beginning is not Completeness.DEAD


@given(st.text(max_size=40))
def test_free_text_is_given_back_as_it_was_said(text: str) -> None:
    words = spoken(text)
    assert spoken(as_said(text, 0, words)) == words


def test_capital_letters_of_free_text_are_kept() -> None:
    assert as_said('play "The Office", please', 1, "the office") == "The Office"
    assert as_said("in 20 minutes", 0, "in twenty") == "in 20"
    assert as_said("in 20 minutes", 1, "zwei") == "zwei"


ODD = [
    "please " * 14_000,
    "turn on the lights " * 6_000,
    "x" * 100_000,
    "включи свет",
    "не turn on the kitchen lights",
    "开灯 turn on the kitchen lights",
    "\x00\x01\x1b[2J",
    "\u202eturn on",
    "٣ lights",
    "\ud800",
]


@pytest.mark.fault
@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("name", SHIPPED)
def test_odd_text_is_no_command(name: str, text: str) -> None:
    assert parser(name).parse(text) is None
    assert parser(name).readings(text) == []
    parser(name).completeness(text)


def test_letters_of_other_scripts_are_foreign() -> None:
    assert not foreign("Café Ümlaut naïve 20° ½ 5µ ’s")
    assert foreign("lights включи") and foreign("ライト")
