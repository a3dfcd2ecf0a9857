"""When a turn ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.endpoint import Completeness, EndpointPolicy, decide

pytestmark = pytest.mark.property
POLICY = EndpointPolicy()
completeness = st.sampled_from(list(Completeness))
seconds = st.floats(0, 10)


@given(completeness, seconds, seconds)
def test_more_silence_never_reopens_a_turn(
    words: Completeness, silence: float, more: float
) -> None:
    early = decide(
        POLICY, completeness=words, silence=silence, speech=1, elapsed=silence
    )
    late = decide(
        POLICY,
        completeness=words,
        silence=silence + more,
        speech=1,
        elapsed=silence + more,
    )
    assert early is None or late is not None


@given(st.floats(0.3, 5), completeness, seconds)
def test_patience_only_ever_waits_longer(
    patience: float, words: Completeness, silence: float
) -> None:
    patient = EndpointPolicy(patience=max(1.0, patience))
    waits = decide(patient, completeness=words, silence=silence, speech=1, elapsed=1)
    plain = decide(POLICY, completeness=words, silence=silence, speech=1, elapsed=1)
    assert waits is None or plain is not None


def test_the_more_may_follow_the_longer_it_waits() -> None:
    kinds = (Completeness.COMPLETE, Completeness.EXTENSIBLE, Completeness.INCOMPLETE)
    waits = [POLICY.wait(kind) for kind in kinds]
    assert waits == sorted(waits)
    assert waits[0] <= 0.3


def test_nothing_said_is_told_apart_from_something_unknown() -> None:
    nothing = decide(
        POLICY, completeness=Completeness.UNKNOWN, silence=9, speech=0, elapsed=4.1
    )
    assert nothing is not None and nothing.reason == "no-speech"
    unknown = decide(
        POLICY, completeness=Completeness.UNKNOWN, silence=0.8, speech=1, elapsed=2
    )
    assert unknown is not None and unknown.reason == "unknown"


def test_a_turn_has_a_longest_length() -> None:
    verdict = decide(
        POLICY, completeness=Completeness.DEAD, silence=0, speech=15, elapsed=15
    )
    assert verdict is not None and verdict.reason == "max-length"
