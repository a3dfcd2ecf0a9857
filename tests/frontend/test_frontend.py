"""The front end is pure: audio decides, nothing else."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.audio.frames import RATE, Reframer
from voiceagent.engines.fake import ScriptedWake, ThresholdVad
from voiceagent.frontend.endpoint import FLAT, Completeness, EndpointPolicy, WordsSoFar
from voiceagent.frontend.frontend import Frontend
from voiceagent.frontend.vad import Vad, VadSmoother
from voiceagent.frontend.wake import WakeGate, WakeRule
from voiceagent.testing import tone
from voiceagent.trace.events import Event, SpeechStarted, TurnEnded, WakeCandidate

pytestmark = pytest.mark.property


POLICY = EndpointPolicy(complete=0.22, weights=FLAT)


def make(
    wakes: list[float] | None = None, *, policy: EndpointPolicy = POLICY
) -> Frontend:
    return Frontend(
        wake=ScriptedWake(wakes) if wakes is not None else None,
        gate=WakeGate({"hey_jarvis": WakeRule(0.5)}),
        vad=ThresholdVad(),
        smoother=VadSmoother(),
        policy=policy,
    )


def events(frontend: Frontend, chunks: list[bytes]) -> list[Event]:
    reframer, out = Reframer(), []
    for chunk in chunks:
        for frame in reframer.feed(chunk):
            for event in frontend.push(frame):
                out.append(event)
                if isinstance(event, WakeCandidate):
                    frontend.begin(1, frame.end)
    return out


SOUND = tone(0.5, level=0) + tone(0.4) + tone(0.6, level=0) + tone(1) + tone(2, level=0)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_any_chunking_gives_the_same_events(seed: int) -> None:
    chance = random.Random(seed)
    chunks, at = [], 0
    while at < len(SOUND):
        size = chance.randint(1, 5000)
        chunks.append(SOUND[at : at + size])
        at += size
    assert events(make([0.9]), chunks) == events(make([0.9]), [SOUND])


def test_a_turn_is_wake_then_speech_then_the_end() -> None:
    got = events(make([0.9]), [SOUND])
    ended = [event for event in got if isinstance(event, TurnEnded)]
    assert len(ended) == 1
    assert ended[0].speech_start == pytest.approx(1.5, abs=0.1)
    assert ended[0].speech_end == pytest.approx(2.5, abs=0.05)
    assert ended[0].reason == "unknown"
    assert ended[0].silence == pytest.approx(ended[0].t - ended[0].speech_end)


def test_complete_words_end_sooner_and_stale_words_do_not_count() -> None:
    def end(noted_at: float) -> TurnEnded:
        frontend, out = make([0.9]), []
        for frame in Reframer().feed(SOUND):
            for event in frontend.push(frame):
                out.append(event)
                if isinstance(event, WakeCandidate):
                    frontend.begin(1, frame.end)
            frontend.note(WordsSoFar(Completeness.COMPLETE), round(noted_at * RATE))
        return next(event for event in out if isinstance(event, TurnEnded))

    assert end(9.0).reason == "complete"
    assert end(9.0).silence == pytest.approx(0.22, abs=0.021)
    assert end(1.9).reason == "unknown"


def test_the_loudness_tells_where_speech_ended_before_the_detector_does() -> None:
    """A detector that lets go 160 ms late costs none of that time."""
    frontend = make()
    frontend._vad = Late(frontend._vad, frames=8)
    hushed = []
    ended = []
    for frame in Reframer().feed(SOUND):
        if frame.start == round(1.3 * RATE):
            frontend.begin(1, frame.start)
        ended += [e for e in frontend.push(frame) if isinstance(e, TurnEnded)]
        if frontend.hushed:
            hushed.append(frame.end / RATE)
        frontend.note(WordsSoFar(Completeness.COMPLETE), frame.end)
    assert ended[0].speech_end == pytest.approx(2.5, abs=0.05)
    assert ended[0].t == pytest.approx(2.72, abs=0.05)
    assert hushed[0] == pytest.approx(2.54, abs=0.03)


def test_words_that_come_in_the_silence_are_not_believed_at_once() -> None:
    """The speech ends at 2.5 s; a narrow search completes a sentence afterwards."""

    def silence(since: float) -> float:
        frontend = make(policy=EndpointPolicy())
        frontend.begin(1, round(1.3 * RATE))
        for frame in Reframer().feed(SOUND):
            for event in frontend.push(frame):
                if isinstance(event, TurnEnded):
                    assert event.evidence["late"] == pytest.approx(
                        max(0.0, since - event.speech_end), abs=0.006
                    )
                    return event.silence
            kind = Completeness.COMPLETE
            known = frame.end >= since * RATE
            said = WordsSoFar(kind if known else Completeness.INCOMPLETE)
            frontend.note(said, frame.end, since=round(since * RATE) * known)
        raise AssertionError("the turn did not end")

    assert silence(2.4) == silence(2.5) < 0.2
    assert silence(2.54) > silence(2.5)
    assert silence(2.6) > 0.2


class Late:
    """Lets go of speech some frames late."""

    name = "late"

    def __init__(self, vad: Vad, frames: int) -> None:
        self._vad, self._frames, self._left = vad, frames, 0

    def push(self, pcm: bytes) -> float:
        chance = self._vad.push(pcm)
        self._left = self._frames if chance > 0.5 else max(0, self._left - 1)
        return 1.0 if self._left else chance

    def reset(self) -> None:
        self._vad.reset()


def test_no_turn_ends_before_the_sample_it_is_held_until() -> None:
    frontend = make()
    frontend.hold_until = 4 * RATE
    frontend.begin(1, 0)
    got = events(frontend, [SOUND])
    assert [e.t for e in got if isinstance(e, TurnEnded)] == [pytest.approx(4.0)]


def test_nothing_is_for_us_without_a_wake_word() -> None:
    got = events(make([]), [SOUND])
    assert {type(event) for event in got} >= {SpeechStarted}
    assert not [e for e in got if isinstance(e, (TurnEnded, WakeCandidate))]


def test_the_end_of_the_stream_closes_an_open_turn() -> None:
    frontend = make()
    frontend.begin(1, 0)
    list(events(frontend, [tone(1.0)]))
    assert [e.reason for e in frontend.finish(RATE)] == ["source-ended"]  # type: ignore[union-attr]
    assert list(frontend.finish(RATE)) == []


@pytest.mark.parametrize(("answer", "seconds"), [(False, 2.0), (True, 5.0)])
def test_an_answer_is_waited_for_as_long_as_is_set(
    answer: bool, seconds: float
) -> None:
    policy = EndpointPolicy(no_speech=2.0, answer=5.0)
    frontend, out = make(policy=policy), []
    frontend.begin(1, 0, answer=answer)
    for frame in Reframer().feed(tone(8, level=0)):
        out += [e for e in frontend.push(frame) if isinstance(e, TurnEnded)]
        if out:
            break
    assert out[0].reason == "no-speech"
    assert frame.end / RATE == pytest.approx(seconds, abs=0.05)
