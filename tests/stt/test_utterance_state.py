"""The table of what an utterance may be about, and what leads from one to the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.stt.utterance_state import (
    BUSY,
    TRANSITIONS,
    Cue,
    UtteranceState,
    after,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("cue", Cue)
@pytest.mark.parametrize("state", UtteranceState)
def test_a_cue_leads_on_or_says_which_state_it_needs(
    state: UtteranceState, cue: Cue
) -> None:
    ways = TRANSITIONS[cue]
    if state in ways:
        assert after(state, cue) is ways[state]
        return
    with pytest.raises(RuntimeError) as caught:
        after(state, cue)
    message = str(caught.value)
    assert f"`{state}`" in message and all(f"`{one}`" in message for one in ways)


def test_every_state_is_reached_and_left() -> None:
    reached = {to for ways in TRANSITIONS.values() for to in ways.values()}
    for state in UtteranceState:
        assert state in reached
        assert any(after(state, cue) is not state for cue in Cue if leads(state, cue))


def leads(state: UtteranceState, cue: Cue) -> bool:
    """Whether the cue may come then."""
    return state in TRANSITIONS[cue]


@given(st.sampled_from(list(UtteranceState)), st.lists(st.sampled_from(list(Cue))))
def test_speech_that_goes_on_leaves_no_result_that_counts(
    state: UtteranceState, cues: list[Cue]
) -> None:
    for cue in cues:
        if leads(state, cue):
            state = after(state, cue)
    assert after(state, Cue.RESUME) not in BUSY
    assert after(state, Cue.LOST) not in BUSY
