"""Two recognisers about one utterance, and the walk along what is written freely."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from spoken_command import SAMPLES, TURN, grammar_of, spoken_command

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.moonshine.beam import Walk
from voiceagent.engines.stt.moonshine.model import (
    Moonshine,
    MoonshineTranscript,
)
from voiceagent.engines.stt.moonshine.presence import INSTALL, moonshine_folder
from voiceagent.engines.stt.moonshine.spelling import Speller, Writing
from voiceagent.engines.stt.moonshine.subwords import END, Subwords
from voiceagent.engines.stt.pocketsphinx.conditioning import Samples
from voiceagent.engines.stt.pocketsphinx.confidence import (
    NO_MARGIN,
    Evidence,
    Second,
    confidence,
)
from voiceagent.engines.stt.pocketsphinx.panel import PanelOpinion
from voiceagent.engines.stt.pocketsphinx.recogniser import PocketSphinxStt
from voiceagent.engines.stt.pocketsphinx.with_moonshine import (
    JointVerdict,
    Together,
    _other_number,
    recognition,
)
from voiceagent.stt.protocol import DOUBTFUL, OUTSIDE, UNFINISHED, Recognition

FOLDER = moonshine_folder()
pytestmark = [
    pytest.mark.audio,
    pytest.mark.skipif(FOLDER is None, reason=f"not installed: {INSTALL}"),
]
LIGHTS = "[(hey|okay)] jarvis turn (on|off) [the] (kitchen|bedroom|office) (light|fan)"
floats = st.floats(-60, 20)
seconds = st.builds(Second, gap=floats, lead=floats, words=st.integers(1, 12))


@pytest.fixture(scope="module")
def model() -> Moonshine:
    return Moonshine()


@pytest.fixture(scope="module")
def stt(model: Moonshine) -> PocketSphinxStt:
    return PocketSphinxStt(grammar_of(LIGHTS), second=model)


@pytest.fixture(scope="module")
def pieces() -> Subwords:
    assert FOLDER is not None
    return Subwords(FOLDER / "tokenizer.bin", install=INSTALL)


def preview(stt: PocketSphinxStt, samples: Samples) -> Recognition:
    """What both make of it before the end."""
    stt.start()
    for start in range(0, len(samples), RATE // 10):
        stt.feed(samples[start : start + RATE // 10].astype("<i2").tobytes())
    return stt.preview()


def test_what_both_hear_is_believed_and_needs_no_search(
    stt: PocketSphinxStt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a search was made")

    monkeypatch.setattr(stt._together._panel, "judged", never)  # type: ignore[union-attr]
    monkeypatch.setattr(stt._together._ear, "few", never)  # type: ignore[union-attr]
    found = preview(stt, spoken_command())
    assert stt.name == "pocketsphinx and moonshine"
    assert found.accepted and found.confidence > 0.8
    assert found.text.endswith("turn on the kitchen light")
    assert found.reason.startswith("both hear it")
    end = stt.finish()
    assert (end.text, end.accepted) == (found.text, True)


def test_a_whole_command_may_be_said_where_an_answer_is_expected(
    stt: PocketSphinxStt,
) -> None:
    """The search for commands runs then too, and is ended before anything is asked."""
    stt.expect(["yes", "no"])
    try:
        found, end = preview(stt, spoken_command()), stt.finish()
    finally:
        stt.expect([])
    assert found.accepted and found.text.endswith("turn on the kitchen light")
    assert (end.text, end.accepted) == (found.text, True)


def test_after_a_question_anything_may_come_in_any_order(stt: PocketSphinxStt) -> None:
    """Two corrections in a row, silence, noise, a question after none."""
    quiet = np.zeros(RATE, np.int16)
    noise = np.random.default_rng(3).normal(0, 2000, RATE).astype(np.int16)
    said, asked = spoken_command(), ["yes", "no"]
    turns = [
        *((asked, said), (asked, said), (asked, quiet), (asked, noise)),
        *((["the first", "the second"], said), ([], said), (asked, said), ([], quiet)),
    ]
    try:
        for phrases, sound in turns:
            stt.expect(phrases)
            ahead, end = preview(stt, sound), stt.finish()
            assert end.accepted is (sound is said), (phrases, end)
            if end.accepted:
                assert end.text == ahead.text
                assert end.text.endswith("turn on the kitchen light")
    finally:
        stt.expect([])


def test_a_vote_for_a_number_counts_where_another_sounds_like_it() -> None:
    assert _other_number("set it to forty", "set it to fourteen")
    assert not _other_number("turn it on", "turn it off")
    assert not _other_number("set it to forty", "set it to forty")


def test_a_plain_sentence_is_the_same_with_and_without_the_search(
    stt: PocketSphinxStt, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = preview(stt, spoken_command())
    monkeypatch.setattr(Together, "_alike", lambda *_: False)
    thorough = preview(stt, spoken_command())
    assert quick.text == thorough.text and quick.accepted and thorough.accepted


def test_a_phone_is_not_what_tells_on_from_off(
    stt: PocketSphinxStt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever PocketSphinx makes of one vowel and an f: the other one has heard it."""
    panel = stt._together._panel  # type: ignore[union-attr]
    said = preview(stt, spoken_command()).text
    misheard = said.replace(" on ", " off ")
    assert misheard in panel.sound_like(said)
    opinion = PanelOpinion(misheard, Evidence(NO_MARGIN, 1.0))
    monkeypatch.setattr(panel, "heard", lambda *_: opinion)
    monkeypatch.setattr(panel, "judged", lambda *_, **__: misheard)
    found = preview(stt, spoken_command())
    assert found.accepted and found.text == said != misheard
    assert found.reason.startswith("they differ")


def test_what_both_write_down_alike_needs_no_lead(stt: PocketSphinxStt) -> None:
    both = stt._together
    assert both is not None
    words = ("turn", "on", "the", "kitchen", "light")
    same, other = (
        PanelOpinion(text, Evidence(NO_MARGIN, 1.0))
        for text in ("turn on the kitchen light", "turn on the kitchen fan")
    )
    close = MoonshineTranscript("Turn on the kitchen light.", -1.0, 7, words, 0.1)
    assert both._alike(same, close) and not both._alike(other, close)
    brief = MoonshineTranscript("Turn on.", -1.0, 3, words[:2], 0.1)
    assert not both._alike(PanelOpinion("turn on", same.evidence), brief)


def test_what_is_far_ahead_stands_and_what_may_become_a_sentence_is_open() -> None:
    said = MoonshineTranscript("Turn on the light.", -1.0, 5)
    far = Evidence(NO_MARGIN, 0.0, second=Second(gap=0.0, lead=9.0, words=5))
    near = Evidence(NO_MARGIN, 0.0, second=Second(gap=0.0, lead=2.0, words=5))
    assert JointVerdict("turn on the light", far, said).stands
    assert not JointVerdict("turn on the light", near, said).stands
    brief = Evidence(NO_MARGIN, 0.0, second=Second(gap=0.0, lead=9.0, words=1))
    assert not JointVerdict("stop", brief, said).stands
    for may_yet in (False, True):
        verdict = JointVerdict("stop", brief, said, open=may_yet)
        found = recognition(verdict, whole=True)
        assert not found.accepted and found.decided is not may_yet


def test_half_a_sentence_is_unfinished_or_in_doubt(stt: PocketSphinxStt) -> None:
    found = preview(stt, spoken_command()[: round(2.35 * RATE)])
    assert found.reason in (UNFINISHED, DOUBTFUL, OUTSIDE)
    assert not found.accepted or found.reason == DOUBTFUL


def test_what_is_no_command_is_refused_at_once_and_told_in_words(
    stt: PocketSphinxStt,
) -> None:
    talk = read_audio(SAMPLES / "23-talk-not-for-us.flac").samples[: 5 * RATE]
    found = preview(stt, talk)
    assert not found.accepted and found.reason == OUTSIDE and found.decided
    assert len(found.transcript.split()) > 3


def test_silence_is_no_command(stt: PocketSphinxStt) -> None:
    found = preview(stt, np.zeros(2 * RATE, np.int16))
    assert not found.accepted


@given(st.floats(-100, 30), st.sampled_from([0.0, 0.5, 1.0]), seconds, seconds)
def test_more_evidence_never_makes_less_sure(
    margin: float, agreement: float, one: Second, other: Second
) -> None:
    less = Second(min(one.gap, other.gap), min(one.lead, other.lead), one.words)
    more = Second(max(one.gap, other.gap), max(one.lead, other.lead), one.words)
    sure = [
        confidence(Evidence(margin, agreement, second=second))
        for second in (less, more)
    ]
    assert 0.0 < sure[0] <= sure[1] < 1.0
    agreed = confidence(Evidence(margin, 1.0, second=less))
    assert agreed >= sure[0]
    longer = Second(min(0.0, less.gap), less.lead, less.words + 1)
    brief = Second(min(0.0, less.gap), less.lead, less.words)
    assert confidence(Evidence(margin, agreement, second=longer)) >= confidence(
        Evidence(margin, agreement, second=brief)
    )


def walked(
    speller: Speller,
    written: Sequence[int],
    likely: NDArray[np.float32],
) -> tuple[tuple[str, ...], float]:
    """The words of what was written, and their lead."""
    walk = Walk(speller)
    for piece in written:
        walk.take(piece, likely)
    return walk.end(likely), walk.lead


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Jarvis, turn on the kitchen light.", "jarvis turn on the kitchen light"),
        ("hey Jarvis turn off Office fan", "hey jarvis turn off office fan"),
        ("Jarvis, turn on the kitchen", ""),
        ("Jarvis, turn on the garage light.", ""),
        ("I have painted the kitchen.", ""),
        ("", ""),
    ],
)
def test_what_is_written_freely_may_be_a_sentence(
    pieces: Subwords, text: str, said: str
) -> None:
    speller = Speller(grammar_of(TURN), Writing(pieces))
    words, lead = walked(speller, pieces.split(text), np.zeros(len(pieces), "f4"))
    assert words == tuple(said.split())
    assert not said or lead <= 0.0  # all pieces are as likely here


def test_every_sentence_of_a_grammar_is_found_again(pieces: Subwords) -> None:
    grammar, draw = grammar_of(TURN), random.Random(1)
    speller = Speller(grammar, Writing(pieces))
    for _ in range(30):
        said = grammar.sample(draw)
        flat = np.zeros(len(pieces), "f4")
        assert walked(speller, pieces.split(said), flat)[0] == tuple(said.split())


def test_the_lead_is_that_over_other_words_alone(pieces: Subwords) -> None:
    speller = Speller(grammar_of("turn (on|off) the light"), Writing(pieces))
    likely = np.full(len(pieces), -20.0, "f4")
    written = pieces.split("turn on the light")
    likely[list(written)] = -1.0
    likely[END] = -1.0
    likely[pieces.split("Turn")[0]] = -1.5  # the same word, written otherwise
    likely[pieces.number(".")] = -1.2  # ends the same sentence
    assert walked(speller, written, likely)[1] >= 15.0
    likely[pieces.split("off")[0]] = -3.0
    assert walked(speller, written, likely)[1] == pytest.approx(2.0)
