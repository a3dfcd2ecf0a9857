"""Several commands are checked, done and told as a whole."""

from __future__ import annotations

import pytest

from voiceagent.agent.together import NOTHING, as_one
from voiceagent.nlu.clarify import Option, Question
from voiceagent.nlu.intent import SEVERAL, Intent
from voiceagent.skills.caution import ask_first
from voiceagent.skills.skill import Answer, Effect

pytestmark = pytest.mark.unit
ONE, TWO = Intent("device.on", {"name": "TV"}), Intent("lock.unlock", {"name": "Door"})
WHOLE = Intent(SEVERAL, parts=(ONE, TWO))


def done(text: str, ran: list[str], said: str | None = None) -> Answer:
    def run() -> str | None:
        ran.append(text)
        return said

    return Answer(text, (Effect("house.turn_on", run),))


def test_all_is_done_and_told_and_each_effect_has_a_key_of_its_own() -> None:
    ran: list[str] = []
    found = as_one(WHOLE, [done("TV is on", ran), done("Fan is on.", ran)])
    assert found.text == "TV is on. Fan is on" and found.question is None
    assert len({effect.key for effect in found.effects}) == 2
    assert [effect.run() for effect in found.effects] == [None, None]
    assert ran == ["TV is on", "Fan is on."]


def test_what_one_effect_has_to_say_stands_beside_the_others() -> None:
    ran: list[str] = []
    odd = done("Fan is on", ran, "The fan does not answer")
    found = as_one(WHOLE, [done("TV is on", ran), odd])
    assert [e.run() for e in found.effects][-1] == "TV is on. The fan does not answer"


def test_one_that_cannot_be_done_holds_up_the_others() -> None:
    ran: list[str] = []
    found = as_one(WHOLE, [done("TV is on", ran), Answer("There is no fan")])
    assert found.effects == () and found.text == f"There is no fan. {NOTHING}"


def test_answers_to_several_questions_are_given_one_after_the_other() -> None:
    found = as_one(WHOLE, [Answer("It is five"), Answer("It is Monday")])
    assert found.text == "It is five. It is Monday" and not found.effects


def test_a_yes_is_to_everything_that_is_asked_about() -> None:
    ran: list[str] = []
    asks = [
        Answer("a", (Effect("a", lambda: None),), question=ask_first(i, w, reason="r"))
        for i, w in ((ONE, "open the gate"), (TWO, "unlock the door"))
    ]
    one = as_one(WHOLE, [done("TV is on", ran), asks[1]]).question
    assert one is not None and one.text == "Do you want me to unlock the door?"
    assert one.options[0].intent == WHOLE
    both = as_one(WHOLE, asks).question
    assert both is not None
    assert both.text == "Do you want me to open the gate and unlock the door?"


def test_which_is_asked_of_one_part_and_the_others_are_kept() -> None:
    ran: list[str] = []
    rooms = [Option(r, Intent("device.on", {"area": r})) for r in ("Den", "Attic")]
    which = Answer("Which?", question=Question("Which?", tuple(rooms), "two"))
    found = as_one(WHOLE, [which, done("Fan is on", ran)]).question
    assert found is not None
    assert [o.intent.parts[0].slots for o in found.options] == [
        {"area": "Den"},
        {"area": "Attic"},
    ]
    assert all(option.intent.parts[1] == TWO for option in found.options)
