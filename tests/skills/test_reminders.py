"""Reminders: told with their words at their time, kept, moved, put off; never done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk import MONDAY, Talk

from voiceagent.nlu.intent import Intent
from voiceagent.skills.timers.moves import moved_date
from voiceagent.skills.timers.snooze import LastRung
from voiceagent.store import Store

pytestmark = pytest.mark.unit


def test_it_is_told_with_its_words_and_then_forgotten() -> None:
    talk = Talk()
    said = talk.say("remind me at six to call Anna's mother")
    assert said == "I'll remind you to call Anna's mother at six in the evening"
    (alarm,) = talk.alarms()
    assert alarm.text == "Reminder: call Anna's mother"
    assert alarm.due == MONDAY.replace(hour=18)
    talk.rang(alarm.id)
    assert talk.alarms() == []


@pytest.mark.parametrize(
    "text",
    [
        "remind me in ten minutes to turn off the kitchen light",
        "remind me to unlock the front door at six",
        "remind me to set a timer for five minutes at six",
        "remind me at six to remind me at seven to sleep",
    ],
)
def test_the_thing_itself_is_never_done(text: str) -> None:
    talk = Talk()
    answer = talk.plan(text)
    assert [effect.key for effect in answer.effects] == ["reminder.set"]
    assert answer.text.startswith("I'll remind you to ")


def test_alarms_and_reminders_are_apart() -> None:
    talk = Talk()
    talk.say("remind me at six to call Anna")
    talk.say("remind me in ten minutes to stretch")
    talk.say("set an alarm for seven am")
    assert talk.say("which alarms").count("seven") == 1
    assert "Anna" not in talk.say("which alarms")
    assert talk.say("timer status") == "There is no timer set"
    assert len(talk.alarms()) == 3
    assert talk.say("what are my reminders") == (
        "Your reminders are: stretch at nine ten in the morning and "
        "call Anna at six in the evening"
    )


def test_one_that_comes_again_goes_on() -> None:
    talk = Talk()
    talk.say("remind me every day at ten am to drink water")
    (alarm,) = talk.alarms()
    assert alarm.occurrence.endswith("T10:00:00")
    assert talk.say("when is my reminder").endswith("and then every day")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cancel the reminder to call Anna", "There is no reminder set"),
        ("move my reminder to eight", "There is no reminder set"),
        ("what are my reminders", "There is no reminder set"),
        ("remind me to call Anna", "When?"),
        ("remind me of the bins", "When?"),
        ("remind me to lock up when I leave", "I can only remind you at a time. When?"),
    ],
)
def test_what_is_not_there_is_told(text: str, said: str) -> None:
    talk = Talk()
    before = talk.snapshot()
    answer = talk.plan(text)
    assert answer.text == said and not answer.effects
    assert talk.snapshot() == before


def test_the_same_one_is_not_set_twice() -> None:
    talk = Talk()
    for _ in range(2):
        said = talk.say("remind me at six to call Anna")
    assert said.endswith("already") and len(talk.alarms()) == 1


def test_what_rang_is_put_off() -> None:
    talk = Talk()
    talk.say("remind me at six to call Anna")
    (alarm,) = talk.alarms()
    talk.rang(alarm.id)
    kept = LastRung.of(talk.store)
    assert kept is not None and kept.name == "call Anna"
    LastRung("reminder", "call Anna", talk.context.now.timestamp() - 60).keep(
        talk.store
    )
    said = talk.say("snooze for five minutes")
    assert said == "Again in five minutes, at nine oh five in the morning"
    (again,) = talk.alarms()
    assert again.text == "Reminder: call Anna"
    assert talk.say("snooze") == "Nothing has rung just now"


@pytest.mark.parametrize(
    "kept",
    ["", "null", "7", "{", '{"kind": "x"}', '{"kind":"alarm","name":1,"date":0}'],
)
def test_what_is_kept_of_the_last_one_may_be_anything(kept: str) -> None:
    store = Store()
    store.remember("rung", kept)
    assert LastRung.of(store) is None


@given(
    hour=st.integers(1, 12),
    half=st.sampled_from(["", "am", "pm"]),
    day=st.sampled_from([None, 0, 1]),
    old=st.integers(1, 47),
)
def test_what_is_moved_is_not_in_the_past_where_that_can_be(
    hour: int, half: str, day: int | None, old: int
) -> None:
    slots: dict[str, str | int] = {"hour": hour}
    slots |= {"half": half} if half else {}
    slots |= {"day": day} if day is not None else {}
    moved = moved_date(slots, MONDAY + timedelta(hours=old), MONDAY)
    assert moved.minute == 0 and moved.hour % 12 == hour % 12
    if day is None:
        assert moved > MONDAY
    elif day == 1:
        assert moved.date() == MONDAY.date() + timedelta(days=1)


def test_a_morning_alarm_stays_in_the_morning() -> None:
    talk = Talk()
    talk.say("set an alarm for seven am")
    assert talk.say("move my alarm to eight").endswith("eight in the morning tomorrow")
    said = talk.say("move my alarm to eight pm today")
    assert said == "Your alarm is moved to eight in the evening"


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from talk import Talk
from voiceagent.store import Store
talk = Talk(Store(Path(sys.argv[1])))
talk.say("remind me in ten minutes to call Anna")
talk.say("remind me at six to feed the cat")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.fault
def test_reminders_survive_kill_nine(tmp_path: Path) -> None:
    file, here = tmp_path / "state.sqlite", Path(__file__).resolve().parent
    paths = [str(here.parent), str(here.parents[1])]
    command = [sys.executable, "-c", CHILD, str(file), *paths]
    killed = subprocess.run(command, env=dict(os.environ), check=False)
    assert killed.returncode == -signal.SIGKILL
    talk = Talk(Store(file))
    texts = [alarm.text for alarm in talk.alarms()]
    assert texts == ["Reminder: call Anna", "Reminder: feed the cat"]
    talk.store.close()


def test_a_slot_of_another_kind_is_no_reminder() -> None:
    talk = Talk()
    intent = Intent("reminder.cancel", {"ids": "alarm-1 timer-2"})
    answer = talk.skills.answer(intent, talk.context)
    assert answer.text == "That reminder is gone already" and not answer.effects
