"""Which pass comes next: a table, and what holds for whatever is known."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.engines.stt.pocketsphinx.confidence import Evidence
from voiceagent.engines.stt.pocketsphinx.panel import PanelOpinion
from voiceagent.engines.stt.pocketsphinx.passes import (
    FoundSentence,
    Passes,
    PassPolicy,
    PassStep,
    next_pass,
)

pytestmark = pytest.mark.property
ALONE = PassPolicy()
OPEN = ALONE.open_domain()
PAIR = PassPolicy(second=True)
BASE = Passes(samples=16_000, unfinished=False, listened=True, guess="turn it on")
STEP = PassStep


def found(
    margin: float, text: str = "turn it on", *, whole: bool = True, number: bool = False
) -> FoundSentence:
    """What a pass found."""
    return FoundSentence(PanelOpinion(text, Evidence(margin, 1.0)), whole, number)


HALF = found(9.0, "turn it", whole=False)
WEAK = found(2.0, "turn it", whole=False)
NOISE = found(-9.0, "turn it", whole=False)
CERTAIN, NUMBER = found(14.0), found(14.0, number=True)

TABLE = [
    # policy, what is known besides `BASE`, what comes next
    (ALONE, {"samples": 2_399}, STEP.NOTHING),
    (PAIR, {"samples": 2_399, "listened": False}, STEP.NOTHING),
    (ALONE, {"samples": 2_400, "listened": False}, STEP.LISTEN),
    (ALONE, {}, STEP.SEARCH),
    (ALONE, {"ahead": found(13.9)}, STEP.SEARCH),
    (ALONE, {"ahead": CERTAIN}, STEP.AHEAD),
    (ALONE, {"ahead": CERTAIN, "answering": True}, STEP.SEARCH),
    (ALONE, {"ahead": found(20.0, whole=False)}, STEP.SEARCH),
    (ALONE, {"ahead": found(20.0, whole=False), "unfinished": True}, STEP.SEARCH),
    (ALONE, {"ahead": NUMBER}, STEP.CONFIRM),
    (ALONE, {"ahead": NUMBER, "confirmed": True}, STEP.AHEAD),
    (ALONE, {"ahead": NUMBER, "confirmed": False}, STEP.SEARCH),
    (ALONE, {"first": found(6.0)}, STEP.FIRST),
    (ALONE, {"first": found(5.9)}, STEP.PANEL),
    (ALONE, {"first": found(6.0, "turn it off")}, STEP.PANEL),
    (ALONE, {"first": found(6.0), "ahead": found(6.0)}, STEP.PANEL),
    (ALONE, {"first": found(7.0), "ahead": found(6.0)}, STEP.FIRST),
    (ALONE, {"first": found(9.0, ""), "guess": ""}, STEP.PANEL),
    (ALONE, {"first": HALF}, STEP.PANEL),
    (ALONE, {"first": HALF, "unfinished": True}, STEP.UNFINISHED),
    (ALONE, {"first": WEAK, "unfinished": True}, STEP.UNFINISHED),
    (ALONE, {"first": NOISE, "unfinished": True}, STEP.OUTSIDE),
    (ALONE, {"first": NOISE}, STEP.PANEL),
    (OPEN, {"first": NOISE}, STEP.OUTSIDE),
    (OPEN, {"first": WEAK, "unfinished": True}, STEP.OUTSIDE),
    (OPEN, {"first": HALF, "unfinished": True}, STEP.UNFINISHED),
    (OPEN, {"first": WEAK}, STEP.PANEL),
    (OPEN, {"first": found(-8.0)}, STEP.PANEL),
    (PAIR, {"listened": False}, STEP.LISTEN),
    (PAIR, {"listened": False, "answering": True}, STEP.LISTEN),
    (PAIR, {"answering": True}, STEP.BOTH),
    (PAIR, {"ahead": CERTAIN}, STEP.BOTH),
]


@pytest.mark.parametrize(("policy", "known", "step"), TABLE)
def test_every_early_exit_stands_in_one_table(
    policy: PassPolicy, known: dict[str, object], step: PassStep
) -> None:
    assert next_pass(policy, replace(BASE, **known)) is step


@pytest.mark.parametrize(
    ("ahead", "unfinished", "answering", "usable"),
    [
        (None, False, False, False),
        (CERTAIN, False, False, True),
        (CERTAIN, False, True, False),
        (HALF, False, False, False),
        (HALF, True, False, True),
        (HALF, True, True, False),
    ],
)
def test_what_was_found_while_speaking_counts_where_the_question_was_the_same(
    ahead: FoundSentence | None, unfinished: bool, answering: bool, usable: bool
) -> None:
    known = replace(BASE, ahead=ahead, unfinished=unfinished, answering=answering)
    assert (known.usable is not None) == usable


sentences = st.builds(
    found,
    st.floats(-100, 100),
    st.sampled_from(["", "turn it on", "turn it off"]),
    whole=st.booleans(),
    number=st.booleans(),
)
anything = st.builds(
    Passes,
    samples=st.integers(0, 480_000),
    unfinished=st.booleans(),
    answering=st.booleans(),
    listened=st.just(False),
    guess=st.just("turn it on"),
)


@given(
    st.sampled_from([ALONE, OPEN, PAIR, PAIR.open_domain()]),
    anything,
    st.none() | sentences,
    st.booleans(),
    sentences,
)
def test_it_ends_asks_nothing_twice_and_acts_on_nothing_it_does_not_know(
    policy: PassPolicy,
    known: Passes,
    ahead: FoundSentence | None,
    confirmed: bool,
    first: FoundSentence,
) -> None:
    answers = {
        STEP.LISTEN: {"listened": True, "ahead": ahead},
        STEP.CONFIRM: {"confirmed": confirmed},
        STEP.SEARCH: {"first": first},
    }
    while (step := next_pass(policy, known)) in answers:
        known = replace(known, **answers.pop(step))  # KeyError: asked twice
    assert step is not STEP.AHEAD or known.ahead is not None
    assert step not in (STEP.FIRST, STEP.PANEL, STEP.UNFINISHED) or known.first
    assert (step is STEP.BOTH) == (policy.second and known.samples >= 2_400)
