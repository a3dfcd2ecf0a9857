"""The recogniser on real commands; skipped where there are no recordings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from spoken_command import grammar_of, spoken_command

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.pocketsphinx.conditioning import (
    condition,
    dithered,
    speech_span,
)
from voiceagent.engines.stt.pocketsphinx.recogniser import PocketSphinxStt
from voiceagent.errors import EngineFailed, PackError
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.audio

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
TEMPLATE = "(get me|make me) [a|an] (small|large) (latte|zigbrew) [with milk]"


@pytest.fixture(scope="module")
def stt() -> PocketSphinxStt:
    words = {"latte": ["L AA T EY"]}
    return PocketSphinxStt(grammar_of(TEMPLATE), pronunciations=words)


def _hear(stt: PocketSphinxStt, pcm: bytes, size: int = 3200) -> Recognition:
    stt.start()
    for at in range(0, len(pcm), size):
        stt.feed(pcm[at : at + size])
    return stt.finish()


def _strangers() -> Iterator[bytes]:
    if not DATA.exists():
        pytest.skip(f"no recordings at {DATA}")
    for path in islice(sorted((DATA / "not_wake").rglob("*.flac")), 0, 200, 25):
        yield read_audio(path).samples.astype("<i2").tobytes()


def test_other_speech_is_rejected_and_nothing_carries_over(
    stt: PocketSphinxStt,
) -> None:
    sounds = list(_strangers())
    first = [_hear(stt, pcm) for pcm in sounds]
    again = [_hear(stt, pcm, 1001) for pcm in reversed(sounds)]
    assert first == again[::-1]
    assert sum(heard.accepted for heard in first) <= 1


@pytest.mark.parametrize("pcm", [b"", b"\0", bytes(2 * RATE), b"\x01\x00" * 400])
def test_nothing_is_not_a_command(stt: PocketSphinxStt, pcm: bytes) -> None:
    assert not _hear(stt, pcm).accepted


def test_feeding_before_the_start_is_an_error(stt: PocketSphinxStt) -> None:
    with pytest.raises(EngineFailed):
        stt.feed(b"\0\0")
    with pytest.raises(EngineFailed):
        stt.finish()


def test_noise_floor_depends_on_the_place_only() -> None:
    silence = np.zeros(1000, np.int16)
    whole = dithered(silence)
    assert np.array_equal(whole[300:], dithered(silence[300:], offset=300))
    assert 10 < whole.astype(float).std() < 30


def test_silence_around_speech_is_cut() -> None:
    tone = (8000 * np.sin(np.arange(RATE) / 5)).astype(np.int16)
    silence = np.zeros(2 * RATE, np.int16)
    first, last = speech_span(np.concatenate([silence, tone, silence]))
    assert RATE <= last - first <= 1.8 * RATE
    assert len(condition(np.zeros(0, np.int16))) == 0


@pytest.mark.parametrize("phones", ["", "L XX T", "latte"])
def test_phones_that_do_not_exist_are_refused_before_they_crash(phones: str) -> None:
    grammar = grammar_of("latte")
    with pytest.raises(PackError, match="latte"):
        PocketSphinxStt(grammar, pronunciations={"latte": [phones]})


def test_a_preview_is_what_the_end_would_give(stt: PocketSphinxStt) -> None:
    pcm = np.random.default_rng(1).integers(-800, 800, 32_000).astype("<i2").tobytes()
    stt.start()
    stt.feed(pcm)
    early = stt.preview()
    assert stt.finish() == early


def test_an_answer_is_heard_where_it_is_expected_and_only_there(
    stt: PocketSphinxStt,
) -> None:
    pcm = spoken_command().astype("<i2").tobytes()
    words = "turn on the kitchen light"
    assert not _hear(stt, pcm).accepted
    stt.expect([f"jarvis {words}", f"hey jarvis {words}", "no"])
    found = _hear(stt, pcm)
    assert found.accepted
    assert found.text.endswith(words)
    stt.expect([])
    assert not _hear(stt, pcm).accepted
