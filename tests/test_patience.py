"""When a process is known to hang: by the work it does, not by the clock alone."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.child_process import patience
from voiceagent.child_process.patience import BUSY, HURRY, Patience

pytestmark = pytest.mark.property
SLICE, STILL = 0.25, 2.5
LIMITS = st.floats(0.5, 30)


def waits(
    patient: Patience, work: Iterator[float | None], seconds: float
) -> float | None:
    """Seconds after which it was given up, while `work` tells what has been done;
    None where it was not, for so long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "cpu_seconds_of", lambda process: next(work))
        for _ in range(round(seconds / SLICE)):
            patient.waited(SLICE)
            if patient.over:
                return patient.seconds
    return None


def begun(limit: float, known: bool = True, **options: object) -> Patience:
    """A call that begins now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "cpu_seconds_of", lambda _: 0.0 if known else None)
        return Patience(1, limit, STILL, **options)  # type: ignore[arg-type]


def steady(share: float) -> Iterator[float]:
    """What a process has done that gets that share of a processor."""
    done = 0.0
    while True:
        done += share * SLICE
        yield done


@given(LIMITS, st.floats(0.01, 1.0))
def test_whoever_works_is_waited_for_however_busy_the_machine_is(
    limit: float, share: float
) -> None:
    given_up = waits(begun(limit), steady(share), 100)
    earliest = min(limit / share, BUSY * limit)
    assert given_up is not None
    assert earliest - 1e-6 <= given_up <= earliest + 2 * SLICE


@given(LIMITS, st.floats(0, 60))
def test_whoever_stops_is_known_to_soon(limit: float, before: float) -> None:
    work = steady(0.5)
    patient = begun(limit)
    gone = waits(patient, work, before)
    if gone is None:
        last = next(work)
        stopped = waits(patient, iter(lambda: last, None), 100)
        assert stopped is not None and stopped - patient.seconds <= 0
        assert patient.seconds <= before + STILL + 3 * SLICE


@given(LIMITS)
def test_where_work_is_not_told_the_clock_counts(limit: float) -> None:
    given_up = waits(begun(limit, known=False), iter(lambda: None, 0), 100)
    assert given_up is not None and limit <= given_up <= limit + SLICE


@given(LIMITS, st.booleans())
def test_whoever_was_told_to_stop_has_little_left(limit: float, known: bool) -> None:
    patient = begun(limit, known, hurry=lambda: True)
    work = steady(1.0) if known else iter(lambda: None, 0)
    given_up = waits(patient, work, 100)
    assert given_up is not None
    assert given_up <= min(limit, HURRY) + 2 * SLICE


def test_a_disk_may_be_waited_for() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "cpu_seconds_of", lambda process: 0.0)
        patient = Patience(1, 60.0, float("inf"))
        for _ in range(100):
            patient.waited(SLICE)
        assert not patient.over
