"""Commands that are not for now: exactly the command, and exactly the time; or none."""

from __future__ import annotations

import random
from functools import cache

import pytest
from planned import reader

from tests.nlu.guards.test_account import NOTHING, commands
from voiceagent.clock import Compute, Pace, run
from voiceagent.deadline import Deadline
from voiceagent.frontend.endpoint import Completeness
from voiceagent.lang.languages import language
from voiceagent.lang.quantities import times_of
from voiceagent.nlu.decision import DecisionStep
from voiceagent.nlu.free_words import BELIEVED
from voiceagent.nlu.intent import LATER, SEVERAL, Intent
from voiceagent.nlu.interpreter import Interpreter
from voiceagent.nlu.occasions import CANNOT, Occasions
from voiceagent.nlu.reading import Reading
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.property
OCCASIONS = Occasions()
WORDS = language().later


@cache
def plannable() -> list[tuple[Intent, str]]:
    """Commands of the home that can be put off, and how they are said."""
    later = reader()._later
    found = [
        (one, text)
        for one, text in commands("home", 4)
        if later.plannable(one.name) and (read := reader().parse(text))
        if read.meaning == one.meaning
    ]
    assert len({one.name for one, _ in found}) > 20
    return found


def times(kind: str, many: int, seed: int) -> list[tuple[str, dict[str, object]]]:
    """Times as the grammar says them, with what they mean."""
    chance = random.Random(seed)
    found: list[tuple[str, dict[str, object]]] = []
    while len(found) < many:
        said, filled = OCCASIONS.grammar.sample(f"later_{kind}", chance)
        slots: dict[str, str | int] = dict(filled)
        sound = (
            "hour" in slots and times_of(slots)
            if kind == "time"
            else any(isinstance(value, int) and value > 0 for value in slots.values())
        )
        if len(slots) == len(filled) and sound and said.split()[0] != "after":
            found.append((said, {**slots}))
    return found


@pytest.mark.parametrize("kind", ["while", "time"])
@pytest.mark.parametrize("front", [True, False])
def test_any_command_at_any_time_in_any_order(kind: str, front: bool) -> None:
    chance, wrong, read = random.Random(7), [], 0
    said_times = times(kind, 30, 3)
    some = chance.sample(plannable(), 30)
    for (command, text), (when, slots) in zip(some, said_times, strict=True):
        found = reader().parse(f"{when} {text}" if front else f"{text} {when}")
        if found is None:
            continue
        read += 1
        fits = found.name == LATER and dict(found.slots) == slots
        if not fits or [one.meaning for one in found.parts] != [command.meaning]:
            wrong.append((when, text, found))
    assert wrong == []
    assert read >= 27


@pytest.mark.parametrize(
    "frame",
    [
        "don't {}", "do not {}", "never {}", "did you {}", "he said {}",
        "why did you {}",
        "I wonder if you could not {}", "my brother told me to {}", "you said {}",
        "{} is what she said", "should I {}", "what happens if I {}", "{} gumption",
        "{} and gumption the lamp", "I forgot to {}", "we used to {}",
    ],
)  # fmt: skip
def test_what_is_no_command_now_is_none_later(frame: str) -> None:
    chance = random.Random(9)
    for _, text in chance.sample(plannable(), 5):
        if reader().parse(frame.format(text)) is not None:
            continue
        for when, _ in times("time", 1, 5):
            said = (f"{when} {frame.format(text)}", f"{frame.format(text)} {when}")
            assert [reader().parse(one) for one in said] == [None, None]


@pytest.mark.parametrize("when", ["at nine", "in ten minutes", "when Anna leaves"])
def test_nothing_is_planned_before_never_mind(when: str) -> None:
    for said in (when, f"{when} turn on the tv", f"turn on the tv {when}"):
        found = reader().parse(f"{said} never mind")
        assert found is None or found.name == NOTHING, said


@pytest.mark.parametrize("text", ["I'm sorry", "thank you", "how are you"])
def test_what_is_only_talk_is_not_put_off(text: str) -> None:
    for when in ("if it rains", "if I were for five minutes", "at nine"):
        for said in (f"{text} {when}", f"{when} {text}"):
            found = reader().parse(said)
            assert found is None or found.name != LATER, said


CONDITIONS = (
    "if it rains", "when the door opens", "unless it is cold", "when it gets dark",
    "as soon as the timer rings", "until I say so", "while I sleep",
    "whenever it snows",
    "after the film", "before dinner", "at sunset", "once the sun is up",
    "if the temperature is below ten degrees", "when my wife gets to work",
)  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
def test_what_nobody_can_wait_for_is_refused_by_name(condition: str) -> None:
    chance = random.Random(condition)
    for _, text in chance.sample(plannable(), 4):
        for said in (f"{condition} {text}", f"{text} {condition}"):
            found = reader().parse(said)
            assert found is None or CANNOT in found.slots, said


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("at 25:00", "no such time"),
        ("at thirty o'clock", "no such time"),
        ("yesterday", "passed"),
        ("an hour ago", "passed"),
        ("in 0 minutes", "no time"),
        ("for ten minutes", "only for ten minutes"),
        ("from eight to ten", "only from eight to ten"),
        ("until nine", "only until nine"),
    ],
)
def test_a_time_that_cannot_be_is_refused_by_name(when: str, says: str) -> None:
    found = reader().parse(f"turn on the kitchen light {when}")
    assert found is not None and says in str(found.slots[CANNOT])


def parts(text: str) -> list[tuple[str, object, list[str]]]:
    """Of each part when it is to be done, and what."""
    found = reader().parse(text)
    assert found is not None, text
    each = found.parts if found.name == SEVERAL else (found,)
    return [
        (one.name, dict(one.slots), [part.text for part in one.parts]) for one in each
    ]


def test_what_a_time_covers() -> None:
    tv, light = "turn off the tv", "turn off the kitchen light"
    door = "lock the front door"
    assert parts(f"at nine {tv} and {door}") == [(LATER, {"hour": 9}, [tv, door])]
    both = parts("turn off the kitchen light and the tv at nine")
    assert both == [(LATER, {"hour": 9}, [light, tv])]
    (first, second) = parts(f"{tv} and at nine {door}")
    assert first[0] == "device.off" and second == (LATER, {"hour": 9}, [door])
    each = parts(f"{tv} at nine and {door} at ten")
    assert each == [(LATER, {"hour": 9}, [tv]), (LATER, {"hour": 10}, [door])]
    # It may be meant for both: which, is asked.
    doubt = parts(f"{tv} at nine and {door}")
    assert doubt == [(LATER, {"hour": 9, "beside": 1}, [tv, door])]
    doubt = parts(f"{tv} and {door} at nine")
    assert doubt == [(LATER, {"hour": 9, "beside": 2}, [tv, door])]


@pytest.mark.parametrize("cue", sorted(WORDS.waits))
def test_who_is_waited_for_is_told_from_all_else(cue: str) -> None:
    command = "turn on the kitchen light"
    for who, place in (("anna", "home"), ("anna berg", "away")):
        does = "comes home" if place == "home" else "leaves"
        wanted = {"sort": WORDS.waits[cue], "who": who, "place": place}
        for text in (f"{cue} {who} {does} {command}", f"{command} {cue} {who} {does}"):
            found = reader().parse(text)
            assert found is not None and found.slots == wanted, text
    found = reader().parse(f"{command} {cue} anna comes home from work")
    assert found is None or CANNOT in found.slots
    found = reader().parse(f"{command} {cue} the cat leaves")
    assert found is None or CANNOT in found.slots


@pytest.mark.parametrize("certain", [0.0, 0.29, 0.3, 0.49, BELIEVED, 0.8, 1.0])
@pytest.mark.parametrize("accepted", [True, False])
def test_what_was_heard_in_any_words_is_asked_about(
    accepted: bool, certain: float
) -> None:
    command = "turn off the kitchen light"
    door = "lock the front door"
    for free, name in (
        (f"{command} at nine", LATER),
        (f"{command} in ten minutes please", LATER),
        (f"when anna comes home {command}", LATER),
        (f"at nine {command} and {door}", LATER),
        (f"{command} and at nine {door}", SEVERAL),
        (f"{command} at nine and {door} at ten", SEVERAL),
    ):
        # The ear that knows commands hears one for now, or none.
        heard = Recognition(
            command,
            0.99,
            accepted,
            transcript="" if accepted else free,
            free=free if accepted else "",
            certain=certain,
        )
        reading = understood(heard)
        assert reading.question is not None and reading.intent is not None
        assert reading.route.step is DecisionStep.ASK
        assert reading.intent.name == name
        assert reading.question.text == f"Did you say: {free}?"
    plain = understood(Recognition(command, 0.99, True))
    assert plain.question is None and plain.intent == reader().parse(command)


def understood(heard: Recognition) -> Reading:
    """What a spoken turn comes to."""

    async def read() -> Reading:
        compute = Compute(Pace.VIRTUAL, {})
        interpreter = Interpreter(Only(), compute)
        until = Deadline(100.0)
        return await interpreter.read(heard, turn=1, typed=False, deadline=until)

    return run(read(), virtual=True)


class Only:
    """The demo home, as far as it is read."""

    def progress(self, text: str) -> Completeness:
        return Completeness.COMPLETE

    def parse(self, text: str) -> Intent | None:
        return reader().parse(text)

    def answers(self, intent: str) -> bool:
        return True


def test_a_time_in_the_middle_and_in_two_pieces() -> None:
    wanted = {"day": 1, "hour": 7}
    for text in (
        "tomorrow turn on the kitchen light at seven",
        "at seven turn on the kitchen light tomorrow",
        "turn on at seven tomorrow the kitchen light",
        "dim tomorrow at seven the kitchen light to ten percent",
    ):
        found = reader().parse(text)
        assert found is not None and found.slots == wanted, text


@pytest.mark.parametrize(
    "text",
    [
        "at eight remind me to call Anna",
        "remind me to turn off the tv at nine",
        "wake me at seven",
        "set a timer for ten minutes",
        "what's the weather at nine",
        "is the kitchen light on at nine",
        "turn on the tv at nine and at ten",
        "turn on the tv in ten minutes in twenty minutes",
        "move my alarm to nine",
        "at nine",
        "in ten minutes",
        "when I get home",
    ],
)
def test_what_takes_a_time_itself_or_has_no_command_is_no_plan(text: str) -> None:
    found = reader().parse(text)
    assert found is None or found.name != LATER
