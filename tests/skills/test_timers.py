"""Timers and alarms: what is said, what rings, and what survives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talk import MONDAY, Talk

from voiceagent.skills.phrases import duration_words
from voiceagent.skills.timers.dates import alarm_date
from voiceagent.store import Store

pytestmark = pytest.mark.unit


def test_a_timer_is_set_and_rings_at_its_time() -> None:
    talk = Talk()
    said = talk.say("set a timer for 1 hour and 1 minute")
    assert said == "Timer set for one hour and one minute"
    (alarm,) = talk.alarms()
    assert alarm.due == MONDAY + timedelta(hours=1, minutes=1)
    assert alarm.text == "Your timer for one hour and one minute is done"
    talk.rang(alarm.id)
    assert talk.alarms() == []


def test_planning_sets_nothing_and_committing_twice_sets_one() -> None:
    talk = Talk()
    answer = talk.plan("set a timer for four and a half hours")
    assert answer.text == "Timer set for four hours and thirty minutes"
    assert talk.alarms() == []
    for _ in range(2):
        answer.effects[0].run()
    assert len(talk.alarms()) == 1


def test_several_named_timers_are_told_apart() -> None:
    talk = Talk()
    talk.say("set a ten minute pizza timer")
    talk.wait(minutes=1)
    talk.say("set a timer for 30 seconds")
    assert talk.plan("pause the timer").ask
    said = talk.say("pause the pizza timer")
    assert said == "Pizza timer paused with nine minutes left"
    assert len(talk.alarms()) == 1
    talk.wait(hours=2)
    said = talk.say("resume the timer")
    assert said == "Pizza timer goes on with nine minutes left"
    talk.wait(minutes=4)
    said = talk.say("how much time is left on the pizza timer")
    assert said == "Five minutes left on the pizza timer"
    assert talk.say("cancel the pizza timer") == "Pizza timer cancelled"
    assert talk.say("cancel the pizza timer") == "There is no such timer"


def test_time_is_added_and_taken() -> None:
    talk = Talk()
    talk.say("set a timer for 5 minutes")
    assert talk.say("add 2 minutes to my timer") == "Timer has seven minutes left"
    said = talk.say("take 90 seconds off the timer")
    assert said == "Timer has five minutes and thirty seconds left"


def test_all_timers_go_and_alarms_stay() -> None:
    talk = Talk()
    talk.say("set a timer for 5 minutes")
    talk.wait(seconds=1)
    talk.say("set a timer for 6 minutes")
    talk.say("wake me up at seven thirty am")
    assert talk.say("cancel all timers") == "All timers cancelled"
    assert talk.say("timer status") == "There is no timer set"
    assert len(talk.alarms()) == 1
    assert talk.say("cancel all timers") == "There is no timer set"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wake me at seven thirty am", "seven thirty in the morning tomorrow"),
        ("set an alarm for ten", "ten in the morning"),
        ("set an alarm for half past eight", "eight thirty in the evening"),
        ("set an alarm for quarter to seven pm", "six forty five in the evening"),
        ("wake me up tomorrow at 8", "eight in the morning tomorrow"),
        ("set an alarm for noon", "noon"),
        ("set an alarm for midnight", "midnight tomorrow"),
        ("wake me in 20 minutes", "nine twenty in the morning"),
    ],
)
def test_an_alarm_is_set_for_the_time_that_is_meant(text: str, said: str) -> None:
    talk = Talk()
    assert talk.say(text) == f"Alarm set for {said}"
    assert talk.say("when is my alarm") == f"Your alarm is set for {said}"
    assert talk.say("cancel my alarm").endswith("cancelled")


@pytest.mark.property
@given(
    hour=st.integers(1, 12),
    minute=st.integers(-15, 59),
    half=st.sampled_from(["", "am", "pm"]),
    day=st.sampled_from([None, 0, 1]),
    now=st.datetimes(timezones=st.just(MONDAY.tzinfo)),
)
def test_an_alarm_is_never_in_the_past(
    hour: int, minute: int, half: str, day: int | None, now: object
) -> None:
    slots = {"hour": hour, "minute": minute, "half": half}
    moment = MONDAY.replace(hour=now.hour, minute=now.minute)  # type: ignore[attr-defined]
    if day is not None:
        slots["day"] = day
    when = alarm_date(slots, moment)
    assert moment < when <= moment + timedelta(days=2)
    assert when.minute == minute % 60


@pytest.mark.property
@settings(deadline=None)
@given(st.integers(1, 100_000))
def test_every_duration_has_words(seconds: int) -> None:
    assert duration_words(seconds) != "no time"


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from talk import Talk
from voiceagent.store import Store
talk = Talk(Store(Path(sys.argv[1])))
talk.say("set a ten minute pizza timer")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.fault
def test_a_timer_survives_kill_nine_and_rings_late(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    here = Path(__file__).resolve().parent
    command = [
        sys.executable,
        "-c",
        CHILD,
        str(file),
        str(here.parent),
        str(here.parents[1]),
    ]
    killed = subprocess.run(command, env=dict(os.environ), check=False)
    assert killed.returncode == -signal.SIGKILL
    talk = Talk(Store(file))
    (alarm,) = talk.alarms()
    assert alarm.due == MONDAY + timedelta(minutes=10)
    talk.wait(hours=5)
    assert alarm.due < talk.context.now
    assert talk.alarms() == [alarm]
    talk.rang(alarm.id)
    assert talk.alarms() == []
    talk.store.close()
