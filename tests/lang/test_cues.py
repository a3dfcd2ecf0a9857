"""Cues: a small notation, read strictly."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lang.tables import examples
from voiceagent.lang.cues import any_of, at_start, cue_pattern, somewhere

pytestmark = pytest.mark.property
WORDS = st.sampled_from("a bc def".split())
CHOICE = st.lists(WORDS, min_size=1, max_size=3).map("|".join)
PIECE = st.one_of(
    WORDS,
    st.sampled_from(["*", "*ing", "..."]),
    CHOICE.map("({})".format),
    CHOICE.map("[{}]".format),
)
CUES = st.lists(PIECE, min_size=1, max_size=5).map(" ".join)


@pytest.mark.parametrize(
    ("cue", "hit", "missed"),
    [
        ("not yet", "not yet", "not  yet"),
        ("(how|what) about", "what about", "why about"),
        ("no * left", "no milk left", "no left"),
        ("*ing", "walking", "walk"),
        ("is [not] [really|very] warm", "is warm", "is cold"),
        ("is [not] [really|very] warm", "is not very warm", "is very not warm"),
        ("leave ... alone", "leave the red one alone", "leave it"),
        ("can i !(have|get)", "can i turn", "can i have"),
        ("do (i|the * *)", "do the tall people", "do the people"),
    ],
)
def test_a_cue_says_what_may_stand_there(cue: str, hit: str, missed: str) -> None:
    assert at_start([cue]).match(hit)
    assert not at_start([cue]).match(missed)


@pytest.mark.parametrize(
    "cue", ["", " ", "not [yet]", "(a|b", "a)", "a !(b) c", "[a", "a|b", "a [b"]
)
def test_what_is_no_cue_is_refused(cue: str) -> None:
    with pytest.raises(ValueError, match="cue"):
        cue_pattern(cue)


@given(CUES)
def test_a_cue_is_refused_or_finds_all_that_it_stands_for(cue: str) -> None:
    if cue.split()[-1].startswith("["):
        with pytest.raises(ValueError, match="ends"):
            cue_pattern(cue)
        return
    whole = re.compile(any_of([cue]))
    assert all(whole.fullmatch(example) for example in examples(cue))


def test_only_whole_words_are_found() -> None:
    assert not somewhere(["no", "not"]).search("nothing is known")
    found = somewhere(["not", "not yet"]).search("do it not yet")
    assert found is not None and found[0] == "not"
    assert not at_start(["if"]).search("as if")
