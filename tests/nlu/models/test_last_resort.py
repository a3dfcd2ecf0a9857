"""A guess where nobody knows: for questions about the world, in time, once made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiceagent.clock import Compute, Pace, now, run
from voiceagent.deadline import Deadline
from voiceagent.engines.fake import ScriptedSlm
from voiceagent.nlu.decision import DecisionStep, Route, Thresholds
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.models.inquiry import Inquiry
from voiceagent.nlu.models.last_resort import LastResort
from voiceagent.nlu.models.swap import LateModel
from voiceagent.nlu.reading import Reading
from voiceagent.nlu.slm.protocol import Guess, Slm
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import Degraded, Event

pytestmark = pytest.mark.unit
ASKED = "why is the sky blue"
SAID = "I think light is scattered."
NOBODY = Reading(Route("none", "no template says this", DecisionStep.HAND_OVER))
GONE = Degraded(what="slm.answers", why="it is missing", hint="bring it")


def guessed(
    text: str = ASKED,
    reading: Reading = NOBODY,
    *,
    left: float = 1.0,
    heard: Recognition | None = None,
    there: bool = True,
    reply: str = SAID,
) -> tuple[Reading | None, list[Event], list[int]]:
    """What it says of that, what the trace is told, and how often it was made."""
    events: list[Event] = []
    made: list[int] = []

    def make() -> tuple[Slm | None, Degraded | None]:
        made.append(1)
        slm = ScriptedSlm({ASKED: Guess(None, reply=reply)}, name="tiny")
        return (slm, None) if there else (None, GONE)

    async def main() -> Reading | None:
        compute = Compute(Pace.VIRTUAL, {"slm": 0.02})
        limits = Thresholds(act=1.0, ask=1.0)
        inquiry = Inquiry(compute, events.append, lambda slm: limits)
        resort = LastResort(LateModel(make), inquiry, events.append)
        recognition = heard or Recognition(text, 1.0, True)
        found = None
        for turn in (1, 2):
            deadline = Deadline(now() + left)
            found = await resort.answer(reading, recognition, turn, deadline)
        await resort.close()
        return found

    return run(main(), virtual=True), events, made


def test_it_is_said_as_its_own_and_why() -> None:
    found, events, made = guessed()
    assert found is not None and found.reply == SAID and found.by == "model tiny 1"
    assert "its own words, not checked" in found.route.reason and len(made) == 1
    assert len(events) == 2  # one a turn


@pytest.mark.parametrize(
    "reading",
    [
        Reading(Route("device", "template"), Intent("device.on", {})),
        replace(NOBODY, reply="I know no cellar."),
        replace(NOBODY, guess=Guess(Intent("device.on", {}), 0.2)),
    ],
)
def test_what_somebody_knows_or_may_have_been_meant_is_not_guessed(
    reading: Reading,
) -> None:
    assert guessed(reading=reading) == (None, [], [])


@pytest.mark.parametrize(
    "text", ["turn on the moon", "where are my keys", "why is the kitchen dark", ""]
)
def test_commands_and_what_is_near_are_not_asked(text: str) -> None:
    assert guessed(text) == (None, [], [])


def test_words_that_were_only_heard_freely_may_be_a_question() -> None:
    heard = Recognition("", 0.1, False, transcript=ASKED)
    found, _, _ = guessed(heard=heard)
    assert found is not None and found.reply == SAID


def test_where_no_time_is_left_nothing_is_begun() -> None:
    found, events, _ = guessed(left=0.1)
    assert found is None and events == []


def test_a_model_that_cannot_be_had_is_told_of_once() -> None:
    assert guessed(there=False) == (None, [GONE], [1])


def test_nothing_to_say_is_nothing() -> None:
    assert guessed(reply="")[0] is None


def test_one_that_is_made_beside_the_session_guesses_once_it_is_there() -> None:
    async def main() -> list[str]:
        compute = Compute(Pace.VIRTUAL, {"slm": 0.02, "load": 0.5})
        slm = ScriptedSlm({ASKED: Guess(None, reply=SAID)}, name="tiny")
        inquiry = Inquiry(compute, lambda event: None, lambda slm: Thresholds())
        late = LateModel(lambda: (slm, None), compute)
        resort = LastResort(late, inquiry, lambda event: None)
        said = []
        for turn in (1, 2):
            heard, by = Recognition(ASKED, 1.0, True), Deadline(now() + 1.0)
            found = await resort.answer(NOBODY, heard, turn, by)
            said.append(found.reply if found else "")
            await resort.open()
        await resort.close()
        return said

    assert run(main(), virtual=True) == ["", SAID]
