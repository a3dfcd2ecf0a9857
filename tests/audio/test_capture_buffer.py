"""The capture buffer never loses count, and a loss is never guessed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.audio.capture_buffer import (
    SILENT,
    CaptureBuffer,
    InputClock,
    Lost,
    level,
)
from voiceagent.audio.frames import RATE

pytestmark = pytest.mark.property


def numbers(start: int, count: int) -> bytes:
    """Samples that tell their own place, none of them zero."""
    return ((np.arange(start, start + count) % 30_000) + 1).astype("<i2").tobytes()


pushes = st.tuples(st.just("push"), st.integers(0, 40), st.integers(0, 30))
takes = st.tuples(st.just("take"), st.just(0), st.just(0))


@settings(deadline=None)
@given(st.integers(1, 60), st.lists(pushes | takes, max_size=60))
def test_samples_in_are_samples_out_plus_samples_lost_in_order(
    capacity: int, steps: list[tuple[str, int, int]]
) -> None:
    buffer = CaptureBuffer(capacity)
    pushed = place = lost = 0

    def check() -> None:
        nonlocal place, lost
        for item in buffer.take():
            if isinstance(item, Lost):
                place += item.samples
                lost += item.samples
            else:
                assert item == numbers(place, len(item) // 2)
                place += len(item) // 2

    given_up = 0
    for what, count, missing in steps:
        if what == "take":
            check()
            assert place == pushed
        else:
            buffer.push(numbers(pushed + missing, count), lost=missing)
            pushed += missing + count
            given_up += missing
        assert buffer.peak <= capacity + 40
    check()
    assert place == pushed
    assert lost == given_up + buffer.dropped


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), max_size=30), st.integers(1, 100))
def test_a_full_buffer_keeps_exactly_the_newest(sizes: list[int], room: int) -> None:
    buffer, total = CaptureBuffer(room), 0
    for size in sizes:
        buffer.push(numbers(total, size))
        total += size
    items = buffer.take()
    kept = b"".join(item for item in items if not isinstance(item, Lost))
    assert kept == numbers(0, total)[-2 * min(room, total) :][: 2 * total]
    assert all(not isinstance(item, Lost) for item in items[1:])


def test_only_the_first_block_asks_to_be_taken() -> None:
    buffer = CaptureBuffer(100)
    assert buffer.push(b"\0\0") and not buffer.push(b"\0\0")
    buffer.take()
    assert buffer.push(b"", lost=3)
    with pytest.raises(ValueError, match="at least one"):
        CaptureBuffer(0)


def test_a_loss_is_measured_by_time_stamps_and_false_alarms_cost_nothing() -> None:
    clock = InputClock(RATE)
    assert clock.lost(1.00, 320, overflowed=True) == 0  # nothing to compare with
    assert clock.lost(1.02, 320, overflowed=True) == 0  # no hole: a false alarm
    assert clock.lost(1.14, 320, overflowed=True) == 1600  # a tenth of a second
    assert clock.lost(1.50, 320, overflowed=False) == 0
    assert clock.lost(0.00, 320, overflowed=True) == 0  # stamps that run backwards
    assert clock.overflows == 4


def test_level_is_in_decibels_below_full_scale() -> None:
    square = np.tile(np.array([16_384, -16_384], "<i2"), 160)
    assert level(square.tobytes()).peak == pytest.approx(-6.02, abs=0.01)
    assert level(square.tobytes()).rms == pytest.approx(-6.02, abs=0.01)
    assert level(bytes(640)) == level(b"") == SILENT
