"""English for the guards: every cue, every word does what its table is for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.lang.tables import ENGLISH, Check, examples, failing, tables, taken_out
from voiceagent.lang.cues import at_start, somewhere
from voiceagent.lang.guard_tables import QuestionCues, StoryCues
from voiceagent.nlu.guards.guards import Rules
from voiceagent.nlu.guards.leftovers import Leftovers
from voiceagent.nlu.guards.mood import (
    QuestionRule,
    SeveralRule,
    StoryRule,
    later_pattern,
    openings_of,
    past_pattern,
)
from voiceagent.nlu.guards.numbers import StepRule, TwinRule
from voiceagent.nlu.guards.polarity import complaint_pattern
from voiceagent.nlu.guards.verdict import GuardVerdict, Ruling
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.slm.forms import Takes

pytestmark = pytest.mark.unit
GUARDS = ENGLISH.guards
RULES = Rules(ENGLISH)
LEFTOVERS = Leftovers(ENGLISH)
ORDERS = frozenset(("turn", "close"))
ORDER = Intent("order")
STEPPED = Intent("order", {"step": 10})


def takes(
    *own: str,
    openings: str = "turn",
    fixed: dict[str, frozenset[SlotValue]] | None = None,
) -> Takes:
    """An intent whose templates have these words of their own."""
    return Takes(
        forms=(),
        atoms=(),
        values={"name": ()},
        words=frozenset(own),
        literals=(frozenset(own),),
        openings=frozenset(openings.split()),
        fixed=fixed or {},
    )


PLAIN, ASKS = takes("turn"), takes("what", openings="what")
STEPS = takes("turn", fixed={"step": frozenset({-10, 10})})
EITHER = {"on": "off", "off": "on"}


def ruled(verdict: GuardVerdict, ruling: Ruling) -> bool:
    return verdict.ruling is ruling


def asked(text: str, cues: QuestionCues = GUARDS.questions) -> GuardVerdict:
    return QuestionRule(cues).judge(text, PLAIN, ORDERS)


def told(text: str, cues: StoryCues = GUARDS.stories) -> GuardVerdict:
    return StoryRule(cues).judge(text, ORDER, PLAIN)


def negated(text: str, *own: str) -> GuardVerdict:
    return RULES.negated.judge(text, takes(*own) if own else PLAIN)


def opposed(text: str, *own: str) -> bool:
    verdict = RULES.contradicted.judge(text, ORDER, takes(*own))
    return ruled(verdict, Ruling.REFUSE)


def problem(text: str, taken: str = "") -> str:
    place = [(text.index(taken), text.index(taken) + len(taken))] if taken else []
    return LEFTOVERS.problem(text, place, PLAIN)


def hit(
    find: Callable[[Any], re.Pattern[str]], cues: Any, field: str, text: str
) -> Check:
    """Whether an entry, put into `text`, is found there, and not without it."""

    def check(entry: str) -> bool:
        said = text.format(entry.replace("*", "sunn").replace("...", "it"))
        without = find(taken_out(cues, field, entry)).search(said)
        found = find(cues).search(said)
        return found is not None and (without is None or without[0] != found[0])

    return check


def past(text: str, field: str) -> Check:
    return hit(past_pattern, GUARDS.stories.past, field, text)


def later(text: str, field: str) -> Check:
    return hit(later_pattern, GUARDS.stories, field, text)


def sides(pair: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Whether every word of a pair speaks against every word of the other side."""
    one, other = pair
    said = [f"turn {word}" for word in one]
    both = [opposed(text, own) for text in said for own in other]
    both += [opposed(f"turn {word}", own) for word in other for own in one]
    return all(both)


CUES = {
    "guards.questions.questions": at_start,
    "guards.questions.requests": at_start,
    "guards.questions.wondered": at_start,
    "guards.questions.asides": somewhere,
    "guards.stories.reported": somewhere,
    "guards.stories.long_gone": somewhere,
    "guards.stories.conditions": somewhere,
    "guards.stories.polite": somewhere,
    "guards.stories.regularly": somewhere,
    "guards.stories.others": at_start,
    "guards.stories.forgotten": somewhere,
    "guards.stories.done": somewhere,
    "guards.denials.negations": somewhere,
    "guards.denials.forbidding": somewhere,
    "guards.denials.exceptions": somewhere,
    "guards.denials.ceasing": somewhere,
    "guards.denials.harmless": somewhere,
    "guards.denials.unwanted": somewhere,
    "commands.empty": somewhere,
}
"""Tables of cues, and where in a sentence they count."""
STORIES = ("reported", "long_gone", "conditions", "regularly", "others")
RULED: dict[str, Check] = {
    "guards.questions.questions": lambda c: ruled(asked(c), Ruling.REFUSE),
    "guards.questions.requests": lambda c: ruled(asked(c), Ruling.ACT),
    "guards.questions.wondered": lambda c: ruled(asked(f"{c} turn"), Ruling.ASK),
    "guards.questions.asides": lambda c: ruled(asked(f"so {c} it"), Ruling.REFUSE),
    **{
        f"guards.stories.{name}": lambda c: ruled(told(c), Ruling.REFUSE)
        for name in STORIES
    },
    "guards.stories.polite": lambda c: ruled(told(c), Ruling.ACT),
    "guards.stories.forgotten": lambda c: ruled(told(c), Ruling.ASK),
    "guards.stories.done": lambda c: ruled(told(f"so i {c}"), Ruling.ACT),
    "guards.denials.negations": lambda c: not ruled(negated(c), Ruling.ACT),
    "guards.denials.forbidding": lambda c: ruled(negated(c), Ruling.REFUSE),
    "guards.denials.exceptions": lambda c: ruled(negated(c), Ruling.REFUSE),
    "guards.denials.ceasing": lambda c: (
        negated(c).reason == "it is forbidden" != negated(c, "stop").reason
    ),
    "guards.denials.harmless": lambda c: ruled(negated(c), Ruling.ACT),
    "guards.denials.unwanted": lambda c: ruled(negated(c, "cancel"), Ruling.ASK),
}
"""What a rule makes of an example of a cue."""


def five_is_lost(text: str) -> bool:
    """Whether a five that is said there is none."""
    five = Intent("x", {"n": 5})
    return ruled(RULES.lost.judge(text, five, PLAIN), Ruling.REFUSE) and ruled(
        RULES.lost.judge("five", five, PLAIN), Ruling.ACT
    )


CHECKS: dict[str, Check] = {
    **dict.fromkeys(CUES, bool),
    "guards.questions.openings": lambda c: (
        openings_of(GUARDS.questions).sub("", f"{c} {c} turn") == "turn"
    ),
    "guards.questions.looking": lambda word: (
        ruled(RULES.asked.judge(word, ASKS, frozenset((word,))), Ruling.ACT)
        and ruled(RULES.asked.judge("turn", ASKS, ORDERS), Ruling.ASK)
    ),
    "guards.stories.past.persons": past("{} walked", "persons"),
    "guards.stories.past.glued": past("i{} walked", "glued"),
    "guards.stories.past.between": past("i {} walked", "between"),
    "guards.stories.past.deeds": lambda c: all(
        past(f"i {text}", "deeds")(c) if text == c else told(f"i {text}").ruling
        for text in examples(c)
    ),
    "guards.stories.past.no_deeds": lambda word: (
        ruled(told(f"i {word}"), Ruling.ACT) and bool(told(f"i {word}ed").ruling)
    ),
    "guards.stories.later_joints": later("{} dinner", "later_joints"),
    "guards.stories.later_events": later("after {}", "later_events"),
    "guards.joints": lambda word: ruled(
        SeveralRule(GUARDS).judge(f"turn it {word} close it", ORDERS), Ruling.REFUSE
    ),
    "guards.denials.mild": lambda word: ruled(negated(word), Ruling.ASK),
    "guards.denials.ending": lambda word: ruled(
        negated("i dont want it", word), Ruling.ASK
    ),
    "guards.directions.opposites": sides,
    "guards.directions.switch.pair": lambda word: (
        not opposed(f"{word} to bed", EITHER[word])
        and opposed(f"turn {word}", EITHER[word])
    ),
    "guards.directions.switch.verbs": lambda word: opposed(f"{word} off it", "on"),
    "guards.directions.switch.others": lambda word: opposed(f"{word} off in it", "on"),
    "guards.directions.switch.polite": lambda word: opposed(f"blue off {word}", "on"),
    "guards.directions.particles": lambda pair: (
        not any(
            opposed(f"{text} {pair[0]}", "up", "down")
            or opposed(f"{text} {pair[0]}", *({"up", "down"} - {pair[0]}))
            for cue in pair[1]
            for text in examples(cue)
        )
    ),
    "guards.directions.too": lambda word: (
        not opposed_step(f"{word} dim") and opposed_step("dim")
    ),
    "guards.directions.complaints": lambda word: (
        complaint_pattern(GUARDS.directions).search(f"too {word}") is not None
    ),
    "guards.directions.degrees": lambda word: (
        not opposed_step(f"{word} quietly", -10 if word == "more" else 10)
    ),
    "guards.directions.manner": lambda word: not opposed_step(f"more {word}", -10),
    "guards.directions.upwards": lambda word: opposed_step(word, -10),
    "guards.directions.downwards": lambda word: opposed_step(word, 10),
    "guards.directions.step.neutral": lambda word: ruled(
        step(f"{word} ten"), Ruling.ACT
    ),
    "guards.directions.step.states": lambda word: (
        ruled(step(f"warmer {word} ten"), Ruling.ACT)
        and ruled(step("warmer ten"), Ruling.REFUSE)
    ),
    "guards.directions.step.units": lambda word: ruled(
        StepRule(GUARDS.directions).judge(f"by ten {word}", ORDER, PLAIN), Ruling.REFUSE
    ),
    "guards.loose.units": lambda word: "unit" in problem(f"five {word}", "five"),
    "guards.loose.before_one": lambda word: LEFTOVERS.is_pronoun([word, "one"], 1),
    "guards.loose.after_one": lambda cue: LEFTOVERS.is_pronoun(
        ["one", *cue.split()], 0
    ),
    "guards.loose.determiners": lambda word: "thing" in problem(f"{word} gumption"),
    "guards.loose.boundaries": lambda word: (
        "thing" not in problem(f"blue {word}", "blue")
        and "thing" in problem("blue gumption", "blue")
    ),
    "guards.loose.everyday": lambda word: "thing" not in problem(f"the {word}"),
    "guards.loose.sorts": lambda word: "thing" in problem(f"gumption {word}"),
    "guards.loose.choosing": lambda word: "thing" in problem(f"the {word} lights"),
    "guards.loose.synonyms": lambda pair: (
        LEFTOVERS.problem(f"the {pair[0]}", [], takes(pair[1])) == ""
        and "thing" in problem(f"the {pair[0]}")
    ),
    "numbers.quantities": lambda word: "number" in problem(word),
    "numbers.twins": lambda word: ruled(
        TwinRule(ENGLISH.numbers).judge(word, 0.5, sure=0.7), Ruling.ASK
    ),
    "numbers.fractions": lambda pair: (
        ruled(RULES.lost.judge(pair[0], ORDER, PLAIN), Ruling.REFUSE)
        and all(
            ruled(RULES.lost.judge(pair[0], Intent("x", {"n": v}), PLAIN), Ruling.ACT)
            for v in pair[1]
        )
    ),
    "numbers.same_fractions": lambda pair: ruled(
        RULES.lost.judge(pair[0], ORDER, PLAIN), Ruling.REFUSE
    ),
    "numbers.signs": lambda word: five_is_lost(f"{word} five"),
    "numbers.below": lambda word: five_is_lost(f"five {word}"),
    "numbers.zeros": lambda word: five_is_lost(f"five below {word}"),
    "calendar.times": lambda word: "time" in problem(word),
    "calendar.nightly": lambda word: "time" in problem(f"{word} night"),
}


def opposed_step(text: str, value: int = 10) -> bool:
    verdict = RULES.contradicted.judge(text, Intent("x", {"step": value}), STEPS)
    return ruled(verdict, Ruling.REFUSE)


def step(text: str) -> GuardVerdict:
    return RULES.relative.judge(text, ORDER, STEPS)


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []


@pytest.mark.parametrize("name", sorted(CUES))
def test_every_cue_is_found_and_none_is_hidden_by_another(name: str) -> None:
    table, find = tables()[name], CUES[name]
    for cue in table:
        alone, all_of_them = find([cue]), find(table)
        without = find(each for each in table if each != cue)
        said = [f"{text} it" if "!" in cue else text for text in examples(cue)]
        assert all(alone.search(text) for text in said), cue
        hits = {text: (all_of_them.search(text), without.search(text)) for text in said}
        assert any(
            mine and (other is None or mine[0] != other[0])
            for mine, other in hits.values()
        ), cue


@pytest.mark.parametrize("name", sorted(RULED))
def test_every_example_of_a_cue_is_ruled_upon(name: str) -> None:
    wrong = [
        text
        for cue in tables()[name]
        for text in examples(cue)
        if not RULED[name](text)
    ]
    assert wrong == []
