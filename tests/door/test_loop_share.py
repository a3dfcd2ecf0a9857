"""Whoever uses the whole loop waits where others are there, and only then."""

from __future__ import annotations

from voiceagent.door.loop_share import LoopShare


def used(seconds: float, each: float, *, others: bool) -> float:
    """What a flood of events has used in so many seconds."""
    share, at, whole = LoopShare(), 0.0, 0.0
    while at < seconds:
        if others:
            assert share.wait("quiet", 0.0005, at) == 0.0
        at, whole = at + each, whole + each
        at += share.wait("greedy", each, at)
    return whole / seconds


def test_a_flood_has_its_part_and_no_more() -> None:
    assert used(60, 0.001, others=False) > 0.99
    assert 0.15 < used(60, 0.001, others=True) < 0.25
    assert used(60, 0.1, others=True) < 0.3
