"""Any chunking of the same bytes gives the same frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.frames import (
    FRAME_BYTES,
    FRAME_SAMPLES,
    AudioFrame,
    PreRoll,
    Reframer,
)

pytestmark = pytest.mark.property


@given(st.binary(max_size=8000), st.lists(st.integers(1, 900), max_size=20))
def test_chunking_does_not_matter(pcm: bytes, cuts: list[int]) -> None:
    whole, pieces = Reframer(), Reframer()
    expected = [*whole.feed(pcm), *whole.flush()]
    got, at = [], 0
    for cut in [*cuts, len(pcm)]:
        got += list(pieces.feed(pcm[at : at + cut]))
        at += cut
    got += [*pieces.feed(pcm[at:]), *pieces.flush()]
    assert got == expected


@given(st.binary(max_size=5000))
def test_no_sample_is_lost_and_time_is_the_sample_count(pcm: bytes) -> None:
    reframer = Reframer()
    frames = [*reframer.feed(pcm), *reframer.flush()]
    joined = b"".join(frame.pcm for frame in frames)
    assert joined[: len(pcm)] == pcm
    assert not any(joined[len(pcm) :])
    assert [f.start for f in frames] == [n * FRAME_SAMPLES for n in range(len(frames))]


def test_preroll_keeps_the_newest_and_gives_what_ends_after_a_sample() -> None:
    roll = PreRoll(0.1)
    frames = [AudioFrame(bytes(FRAME_BYTES), n * FRAME_SAMPLES) for n in range(9)]
    for frame in frames:
        roll.push(frame)
    assert roll.since(0) == frames[-5:]
    assert roll.since(frames[7].end) == frames[-1:]
    roll.clear()
    assert roll.since(0) == []
