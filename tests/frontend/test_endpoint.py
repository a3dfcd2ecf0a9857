"""When a turn ends."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.frontend.endpoint import (
    WHOLE,
    Completeness,
    EndpointPolicy,
    Moment,
    WordsSoFar,
    decide,
)

pytestmark = pytest.mark.property
POLICY = EndpointPolicy()
seconds = st.floats(0, 10)
shares = st.floats(0, 1)
kinds = st.sampled_from(list(Completeness))
words = st.builds(
    WordsSoFar,
    completeness=kinds,
    settled=st.booleans(),
    sure=shares,
    hanging=st.booleans(),
    answer=st.booleans(),
    late=seconds,
)
moments = st.builds(
    Moment,
    silence=seconds,
    speech=st.floats(0.2, 10),
    elapsed=seconds,
    tempo=st.floats(-1, 1),
    fall=shares,
)
ORDER = (Completeness.COMPLETE, Completeness.EXTENSIBLE, Completeness.INCOMPLETE)


@given(words, moments, seconds)
def test_more_silence_never_reopens_a_turn(
    said: WordsSoFar, moment: Moment, more: float
) -> None:
    later = replace(moment, silence=moment.silence + more)
    assert POLICY.odds(said, moment) <= POLICY.odds(said, later)
    assert decide(POLICY, said, moment) is None or decide(POLICY, said, later)


@given(words, moments, st.floats(1, 5))
def test_patience_only_ever_waits_longer(
    said: WordsSoFar, moment: Moment, patience: float
) -> None:
    patient = replace(POLICY, patience=patience)
    assert patient.wait(said, moment) >= POLICY.wait(said, moment)


@given(words, moments)
def test_a_whole_command_never_waits_longer_than_half_of_one(
    said: WordsSoFar, moment: Moment
) -> None:
    waits = [POLICY.wait(replace(said, completeness=kind), moment) for kind in ORDER]
    assert waits == sorted(waits)


@given(words, moments, shares)
def test_doubt_only_ever_waits_longer(
    said: WordsSoFar, moment: Moment, sure: float
) -> None:
    surer = replace(said, sure=max(sure, said.sure))
    if said.completeness in WHOLE:
        assert POLICY.wait(surer, moment) <= POLICY.wait(said, moment)
    hanging = replace(said, hanging=True)
    ending = replace(said, hanging=False)
    assert POLICY.wait(hanging, moment) >= POLICY.wait(ending, moment)


@given(words, moments, st.floats(0, 1))
def test_what_the_live_pass_finds_in_silence_ends_nothing_sooner(
    said: WordsSoFar, moment: Moment, later: float
) -> None:
    live = replace(said, settled=False)
    late = replace(live, late=live.late + later)
    assert POLICY.wait(late, moment) >= POLICY.wait(live, moment)
    settled = replace(said, settled=True)
    assert POLICY.wait(replace(settled, late=1.0), moment) == POLICY.wait(
        settled, moment
    )


@given(words, moments, st.floats(-1, 1))
def test_who_pauses_long_is_given_longer(
    said: WordsSoFar, moment: Moment, tempo: float
) -> None:
    slow, quick = max(tempo, moment.tempo), min(tempo, moment.tempo)
    assert POLICY.wait(said, replace(moment, tempo=slow)) >= POLICY.wait(
        said, replace(moment, tempo=quick)
    )


@given(moments, st.floats(1, 10), st.sampled_from(WHOLE))
def test_yes_no_and_stop_wait_300_ms_at_most(
    moment: Moment, patience: float, kind: Completeness
) -> None:
    for text in ("yes", "no", "stop"):
        said = WordsSoFar(kind, settled=True, sure=0.75).ending(text)
        assert replace(POLICY, patience=patience).wait(said, moment) <= 0.3


@given(words, moments)
def test_every_turn_ends(said: WordsSoFar, moment: Moment) -> None:
    assert decide(POLICY, said, replace(moment, silence=2.51)) is not None


def test_a_usual_command_ends_soon_and_an_open_one_does_not() -> None:
    moment = Moment(silence=0.3, speech=1.5, elapsed=2.0)
    said = WordsSoFar(Completeness.COMPLETE, settled=True, sure=0.97)
    verdict = decide(POLICY, said, moment)
    assert verdict is not None and verdict.reason == "complete"
    assert verdict.chance > 0.5
    open_end = WordsSoFar(Completeness.INCOMPLETE, settled=True).ending("a latte with")
    assert open_end.hanging
    assert POLICY.wait(open_end, moment) > 1.0


def test_nothing_said_is_told_apart_from_something_unknown() -> None:
    nothing = decide(POLICY, WordsSoFar(), Moment(silence=9, speech=0, elapsed=4.1))
    assert nothing is not None and nothing.reason == "no-speech"
    unknown = decide(POLICY, WordsSoFar(), Moment(silence=2.6, speech=1, elapsed=4))
    assert unknown is not None and unknown.reason == "unknown"


def test_a_turn_has_a_longest_length() -> None:
    dead = WordsSoFar(Completeness.DEAD)
    verdict = decide(POLICY, dead, Moment(silence=0, speech=15, elapsed=15))
    assert verdict is not None and verdict.reason == "max-length"
