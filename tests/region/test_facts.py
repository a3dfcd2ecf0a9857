"""What a model may make of a text: a stretch of it, whole in what matters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.region.facts import LIMITING, beyond

pytestmark = pytest.mark.property
TICKETS = "Tickets cost twelve pounds for adults and eight pounds for students."
CLOSED = "The museum is open on Mondays, except in August."
WHALE = "The whale skeleton weighs two and a half tonnes. It hangs in the hall."
WORDS = ("museum", "harbour", "lamp", "whale", "painted", "wooden", "garden")
NUMBERS = ("3", "12", "forty", "half", "first")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (TICKETS, TICKETS),
        ("It hangs in the hall.", WHALE),
        ("You have the whale skeleton: it weighs 2 and a half tonnes", WHALE),
        ("The museum will be open on Mondays except in August", CLOSED),
        ("At 9.", "At nine."),
    ],
)
def test_a_stretch_in_other_small_words_is_borne_out(answer: str, text: str) -> None:
    assert beyond(answer, text) == ""


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Tickets cost eight pounds for adults.", TICKETS),
        ("Tickets cost twelve pounds for adults.", TICKETS),
        ("eight pounds", TICKETS),
        ("It costs nine pounds.", TICKETS),
        ("Tickets cost twelve euros for adults and eight for students.", TICKETS),
        ("The museum is open on Mondays.", CLOSED),
        ("No, the museum is not open on Mondays.", CLOSED),
        ("The museum is closed on Mondays.", CLOSED),
        ("Yes.", CLOSED),
        ("The whale skeleton weighs two tonnes.", WHALE),
        ("The whale skeleton weighs half a tonne.", WHALE),
        ("It hangs in the hall and was found in 1868.", WHALE),
        ("It hangs in the hall. It was found in the harbour.", WHALE),
        ("The hall hangs.", WHALE),
        ("The door may be opened.", "The door may not be opened."),
        ("Children may touch it.", "Only children may touch it."),
        ("Park there.", "Never park there before noon."),
        ("", WHALE),
        ("It is the.", WHALE),
        ("!?", WHALE),
        ("It hangs in the hall.", ""),
    ],
)
def test_what_is_not_there_or_no_longer_whole_is_not(answer: str, text: str) -> None:
    assert beyond(answer, text)


@given(
    words=st.lists(st.sampled_from(WORDS), min_size=2, max_size=7),
    stranger=st.sampled_from(("butterfly", "7", "not", "never", "london", "nine")),
    at=st.integers(0, 7),
)
def test_a_word_that_is_added_is_noticed(
    words: list[str], stranger: str, at: int
) -> None:
    text = " ".join(words)
    added = " ".join([*words[:at], stranger, *words[at:]])
    assert beyond(text, text) == "" and beyond(added, text)


@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=5),
    binding=st.sampled_from((*NUMBERS, *sorted(LIMITING))),
    at=st.integers(0, 5),
)
def test_a_number_or_a_limit_that_is_left_out_is_noticed(
    words: list[str], binding: str, at: int
) -> None:
    told = " ".join([*words[:at], binding, *words[at:]])
    assert beyond(" ".join(words), told)
