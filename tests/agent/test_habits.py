"""A spoken question to a region with a habit: something is heard in time, the reason is
right, and the session goes on."""

import pytest
from habit_turns import HABITS, spoken

from voiceagent.clock import Pace, run

pytestmark = pytest.mark.fault
ALIKE = [
    name
    for name in HABITS
    if name
    in ("plain", "never", "silent", "401", "quota as an error", "answered twice")
    or name.startswith(("closed", "aborted", "words in", "429", "incomplete"))
]
"""One of each kind; `scripts/bench_habits.py` has all of them in real time."""


@pytest.mark.parametrize("name", ALIKE)
def test_something_is_heard_in_time_and_the_reason_is_right(name: str) -> None:
    came = run(spoken(name, Pace.VIRTUAL), virtual=True)
    assert came.in_time and came.right and came.alive, came
