"""What rang and nobody stopped is told once, by whoever answers next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from agents import Echo, Stage
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.agent.agent import Agent
from voiceagent.agent.missed import KEY, Missed
from voiceagent.app.missed_rings import missed_rings
from voiceagent.clock import VIRTUAL_EPOCH, Compute, Pace, run
from voiceagent.skills.skill import Answer, SkillAlarm
from voiceagent.store import Store

pytestmark = pytest.mark.unit
QUIET = (0.4, 0.0)
COMMAND = (1.0, 0.3), (1.5, 0.0)


def ringing(text: str, at: float = 0.5) -> Echo:
    skill = Echo()
    skill.ring_at(at, text)
    return skill


def played(
    skill: Echo, at: dict[float, Callable[[Agent], object]], length: float = 40.0
) -> tuple[list[str], Store]:
    """The replies of a session in which nothing is spoken."""
    stage = Stage(skill=skill, wakes=[])
    hands = {
        t: (lambda agent, hand=hand: [hand(agent), None][1]) for t, hand in at.items()
    }
    rows = stage.play((length, 0.0), at=hands)
    return [row.reply for row in rows], stage.store


def asks(text: str) -> Callable[[Agent], object]:
    return lambda agent: agent.type(text)


def test_what_nobody_stopped_is_told_after_the_next_answer_and_only_then() -> None:
    replies, store = played(
        ringing("Your tea is done"), {30: asks("a"), 42: asks("b")}, 48.0
    )
    first, second = replies
    assert first == (
        "You said a. Your tea is done. It was due one minute ago, and nobody stopped it"
    )
    assert second == "You said b." and not store.setting(KEY)


@pytest.mark.parametrize("at", [0.6, 2.0, 8.0])
def test_what_was_stopped_by_whatever_means_is_not_told(at: float) -> None:
    for hand in (asks("a"), lambda agent: agent.interrupt("x"), Agent.mute):
        replies, store = played(ringing("Tea"), {at: hand, 35: asks("b")})
        assert replies[-1] == "You said b." and not store.setting(KEY)


def test_what_was_cancelled_while_it_rang_is_not_told() -> None:
    skill = ringing("Tea")

    def cancel(agent: Agent) -> None:
        skill.rings.clear()
        assert agent._alarms is not None
        agent._alarms.changed()

    replies, store = played(skill, {2.0: cancel, 35: asks("b")})
    assert replies == ["You said b."] and not store.setting(KEY)


def test_cut_short_it_is_told_again() -> None:
    hands = {30: asks("a"), 30.3: lambda agent: agent.cancel(), 35: asks("b")}
    replies, store = played(ringing("Your tea is done"), hands, 44.0)
    assert "nobody stopped it" in replies[-1] and not store.setting(KEY)


def test_a_question_is_not_talked_over() -> None:
    skill = ringing("Your tea is done")
    skill.answered = lambda intent, context: Answer(
        "Which one?", ask=intent.text == "a"
    )
    replies, _ = played(skill, {30: asks("a"), 35: asks("b")}, 44.0)
    assert replies[0] == "Which one?" and "nobody stopped it" in replies[-1]


def test_it_is_told_after_a_restart_too() -> None:
    _, store = played(ringing("Your tea is done"), {}, 30.0)
    stage = Stage(skill=Echo(), wakes=[], store=store)
    rows = stage.play((8.0, 0.0), at={1.0: lambda agent: [agent.type("a"), None][1]})
    assert "Your tea is done" in rows[0].reply and not store.setting(KEY)


def alarm(number: int, late: float) -> SkillAlarm:
    due = VIRTUAL_EPOCH - timedelta(seconds=late)
    return SkillAlarm(f"a{number}", due, f"Number {number}", late=f"N{number} {{ago}}")


def made(store: Store, *silent: Echo) -> Missed:
    return missed_rings(store, Compute(Pace.VIRTUAL), silent or None)


def told(missed: Missed) -> str:
    async def main() -> str:
        answer = await missed.told_with(Answer("Yes"))
        await missed.said()
        return answer.text

    return run(main(), virtual=True)


@given(st.lists(st.floats(0, 1e8), max_size=30))
def test_of_many_three_are_said_and_the_rest_is_counted(lates: list[float]) -> None:
    missed = made(Store(None))

    async def add() -> None:
        for number, late in enumerate(lates):
            missed.add([(alarm(number, late), late)])

    run(add(), virtual=True)
    said = told(missed)
    assert told(missed) == "Yes"
    known = min(len(lates), 20)
    assert said.count("nobody stopped it") == min(known, 3)
    assert ("And" in said) == (known > 3)
    if lates:
        assert f"N{len(lates) - 1} " in said, "the newest is among them"


@pytest.mark.fault
@given(st.text() | st.sampled_from(['[["x"]]', "[1]", '[["a", "b"]]', "{}", "null"]))
def test_whatever_stands_in_the_store_is_survived(text: str) -> None:
    store = Store(None)
    store.remember(KEY, text)
    assert told(made(store)) == "Yes"


def test_where_nothing_rings_what_is_long_over_is_told_once_and_rings_no_more() -> None:
    skill = Echo()
    skill.ring_at(-7200, "Your tea is done")
    skill.ring_at(-300, "Your egg is done")  # a session elsewhere may ring it yet
    skill.ring_at(600, "Your cake is done")
    missed = made(Store(None), skill)
    said = told(missed)
    assert said == "Yes. Your tea is done. It was due two hours ago. I was off then"
    assert told(missed) == "Yes" and len(skill.rings) == 2


def test_a_skill_that_fails_takes_no_answer_away() -> None:
    class Broken(Echo):
        def alarms(self) -> Sequence[SkillAlarm]:
            raise OSError("no disk")

    skill = Echo()
    skill.ring_at(-7200, "Your tea is done")
    assert "Your tea is done" in told(made(Store(None), Broken(), skill))
