"""What is written for rare words, and what of it is worth keeping."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.authoring.spelt import behind, chosen, counted
from voiceagent.skills.packs.takes import Sample, Samples, Take

pytestmark = pytest.mark.unit

VOCABULARY = frozenset("where is the kasa tado one simon szymon please".split())
KNOWN = frozenset("castle carpet simon where is the one please to".split())


def take(text: str) -> Take:
    return Take(Sample(text, "find", {}, ""), "test", np.zeros(0, np.int16))


@pytest.mark.parametrize(
    ("text", "word", "written", "found"),
    [
        ("where is the kasa", "kasa", "Carcer.", "carcer"),
        ("where is the kasa please", "kasa", "Car set, please.", "car set"),
        ("where is the kasa please", "kasa", "Car sat, police.", None),
        ("where is the kasa please", "kasa", "please", None),
        ("where is the kasa", "kasa", "", None),
        ("kasa is the one", "kasa", "Don't is the one", "don't"),
    ],
)
def test_what_stands_for_a_word_is_found(
    text: str, word: str, written: str, found: str | None
) -> None:
    asked: list[str] = []

    def write(sound: Samples, opening: str) -> str:
        asked.append(opening)
        return written

    assert behind(take(text), word, write) == found
    assert asked == [text.partition(word)[0].strip()]


def kept(*pairs: tuple[str, str], unknown: str = "kasa tado") -> dict[str, object]:
    return dict(
        chosen(
            counted(pairs),
            vocabulary=VOCABULARY,
            known=KNOWN.__contains__,
            unknown=set(unknown.split()),
        )
    )


def test_what_nobody_says_is_kept_from_one_take() -> None:
    assert kept(("kasa", "carcer")) == {"kasa": ("carcer",)}


def test_what_people_say_is_kept_from_two() -> None:
    assert kept(("kasa", "castle")) == {}
    assert kept(("kasa", "castle"), ("kasa", "castle")) == {"kasa": ("castle",)}


def test_words_of_the_pack_are_never_another_word() -> None:
    assert kept(("szymon", "simon"), ("szymon", "simon"), ("kasa", "the one")) == {}


def test_what_is_written_for_two_words_tells_nothing() -> None:
    assert kept(("kasa", "tarder"), ("tado", "tarder")) == {}
    often = [("tado", "tarder")] * 3
    assert kept(("kasa", "tarder"), *often) == {"tado": ("tarder",)}


def test_a_word_that_is_mostly_heard_is_left_alone() -> None:
    heard = [("simon", "simon")] * 2
    assert kept(*heard, ("simon", "symun"), unknown="") == {}
    assert kept(*heard, ("simon", "symun"), unknown="simon") == {"simon": ("symun",)}


def test_long_stories_are_no_words() -> None:
    assert kept(("kasa", "car seats are here")) == {}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["kasa", "tado", "szymon"]),
            st.text("abc ", max_size=8).map(lambda text: " ".join(text.split())),
        )
    )
)
def test_no_way_to_write_belongs_to_two_words(pairs: list[tuple[str, str]]) -> None:
    found = chosen(
        counted(pairs),
        vocabulary=VOCABULARY,
        known=KNOWN.__contains__,
        unknown={"kasa", "tado"},
    )
    ways = [way for some in found.values() for way in some]
    assert len(ways) == len(set(ways))
