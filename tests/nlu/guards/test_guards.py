"""Whatever a model guesses: polarity, numbers and moods are never lost."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests import packs
from tests.nlu.test_intent import samples
from tests.packs import shipped
from voiceagent.lang.languages import language
from voiceagent.lang.spoken import number_words, said_numbers, spoken
from voiceagent.nlu.guards.guards import Guards, Ruling
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.slm.slots import SlotFinder

pytestmark = pytest.mark.property

FILE = Path(__file__).parents[2] / "data" / "language" / "adversarial.yaml"
ADVERSARIAL = [
    (intent, text)
    for intent, texts in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()
    for text in texts
]
DENIALS = ("don't", "do not", "please don't", "never", "there's no need to", "I won't")
QUESTIONS = (
    "should I",
    "did you",
    "why did you",
    "do you remember when I asked you to",
)
STORIES = ("he told me to", "I used to", "if it rains", "imagine you")


@lru_cache
def finder() -> SlotFinder:
    return packs.finder("home")


@lru_cache
def guards() -> Guards:
    return Guards(finder().intents, framed=shipped("home").framed)


@lru_cache
def parser() -> IntentParser:
    return packs.parser("home")


def ruling(name: str, text: str) -> Ruling:
    """What comes of a guess without any help of marks."""
    slots = finder().resolve(name, text)
    if slots is None:
        return Ruling.REFUSE
    return guards().judge(text, Intent(name, slots)).ruling


def orders(seed: int) -> list[tuple[str, str]]:
    """Sampled sentences that begin with a verb and change something."""
    return [
        (name, text)
        for name, _, text in samples(shipped("home"), seed)
        if not finder().intents[name].asks
        and re.match(r"(turn|switch|set|open|close|lock|unlock|add|remove|run)", text)
    ]


def test_there_are_many_adversarial_sentences() -> None:
    assert len(ADVERSARIAL) >= 150


@pytest.mark.parametrize(("intent", "text"), ADVERSARIAL)
def test_no_adversarial_sentence_is_acted_upon(intent: str, text: str) -> None:
    assert ruling(intent, text) is not Ruling.ACT


@pytest.mark.parametrize("seed", range(6))
def test_what_templates_say_passes(seed: int) -> None:
    for _, _, text in samples(shipped("home"), seed):
        intent = parser().parse(text)
        assert intent is not None
        verdict = guards().judge(text, intent)
        assert verdict.ruling is Ruling.ACT, (text, verdict)


SUMS = [
    ("what is two minus seven", "two minus seven", Ruling.ACT),
    ("what is half of minus nine", "half of minus nine", Ruling.ACT),
    ("what is two plus two minus five", "two plus two", Ruling.REFUSE),
    ("what is two minus two minus two", "two minus two", Ruling.REFUSE),
    ("what is half of two plus two", "two plus two", Ruling.REFUSE),
    ("what is minus two plus two", "two plus two", Ruling.REFUSE),
]


@pytest.mark.parametrize(("text", "held", "wanted"), SUMS)
def test_a_sum_keeps_its_own_signs_and_no_others(
    text: str, held: str, wanted: Ruling
) -> None:
    verdict = guards().judge(text, Intent("know.sum", {"sum": held}))
    assert verdict.ruling is wanted, verdict


@pytest.mark.parametrize("denial", DENIALS)
def test_a_denied_order_never_acts(denial: str) -> None:
    for name, text in orders(11):
        assert ruling(name, f"{denial} {text}") is not Ruling.ACT, text


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_never_acts(question: str) -> None:
    for name, text in orders(12):
        assert ruling(name, f"{question} {text}") is not Ruling.ACT, text


@pytest.mark.parametrize("story", STORIES)
def test_a_told_or_supposed_order_never_acts(story: str) -> None:
    for name, text in orders(13):
        assert ruling(name, f"{story} {text}") is not Ruling.ACT, text


@pytest.mark.parametrize(
    ("intent", "text", "slots"),
    [
        ("device.on", "i can't see a thing in the kitchen", {"area": "Kitchen"}),
        ("device.on", "why don't you turn on the kitchen light", None),
        ("device.off", "kill the lights in the bedroom", {"area": "Bedroom"}),
        ("cover.close", "could you shut the garage door", {"name": "Garage Door"}),
        ("lock.lock", "make sure the front door is locked", {"name": "Front Door"}),
        ("timer.set", "ping me in eight minutes", {"minutes": 8}),
        ("climate.set", "turn the heat up to twenty two", {"temperature": 22}),
        ("alarm.set", "don't let me sleep past seven thirty", None),
        ("alarm.set", "get me up by quarter past six", {"hour": 6, "minute": 15}),
        ("device.on", "if you don't mind turn on the radio", {"name": "Radio"}),
        ("device.off", "I'm off to work so turn everything off", {"scope": "all"}),
    ],
)
def test_natural_orders_still_act(
    intent: str, text: str, slots: dict[str, object] | None
) -> None:
    found = finder().find(intent, text)
    assert found.slots is not None, found.reason
    assert slots is None or dict(found.slots) == slots
    assert ruling(intent, text) is Ruling.ACT


def test_a_number_that_sounds_like_another_is_asked_about_when_unsure() -> None:
    intent = Intent("timer.set", {"minutes": 15})
    text = "ping me in fifteen minutes"
    assert guards().judge(text, intent, confidence=0.95).ruling is Ruling.ACT
    assert guards().judge(text, intent, confidence=0.5).ruling is Ruling.ASK
    eight = Intent("timer.set", {"minutes": 8})
    plain = guards().judge("ping me in eight minutes", eight, confidence=0.5)
    assert plain.ruling is Ruling.ACT


@given(st.integers(2, 99), st.integers(2, 99))
def test_another_number_in_the_slot_never_acts(said: int, taken: int) -> None:
    intent = Intent("timer.set", {"minutes": taken})
    verdict = guards().judge(f"ping me in {said} minutes", intent)
    assert (verdict.ruling is Ruling.ACT) == (said == taken)


@given(st.integers(0, 9999))
def test_numbers_are_read_as_they_are_written(number: int) -> None:
    words = number_words(number).split()
    if number != 0 and number % 1000 == 0 or number < 1000:
        assert [value for value, _ in said_numbers(words)] == [number]


def test_the_guards_of_another_language_know_its_words_alone() -> None:
    english = language("en")
    denials = replace(english.guards.denials, negations=("nicht",), harmless=("zwar",))
    other = replace(english, guards=replace(english.guards, denials=denials))
    german = Guards(finder().intents, tables=other)
    order = Intent("device.on", {"name": "Radio"})
    for text, guard in (("radio nicht", german), ("do not radio", guards())):
        assert guard.judge(text, order).reason == "it is denied"
    for text, guard in (("do not radio", german), ("radio nicht", guards())):
        assert "denied" not in guard.judge(text, order).reason


@given(st.text(max_size=120))
def test_any_text_is_survived(text: str) -> None:
    for name in ("device.on", "timer.set", "list.add", "nobody.knows"):
        finder().find(name, text, [(0, len(spoken(text)), "name"), (-1, 5000, "x=y")])
        guards().judge(text, Intent(name))


def test_a_reason_never_holds_the_words() -> None:
    verdict = guards().judge("don't gumption the light", Intent("device.on"))
    assert verdict.reason and "gumption" not in verdict.reason


@pytest.mark.parametrize(
    "number",
    ["minus five", "negative 5", "-5", "five degrees below zero", "5 below"],
)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("climate.set", "set the thermostat to {}"),
        ("timer.set", "set a timer for {} minutes"),
        ("light.brightness", "dim the lights to {} percent"),
    ],
)
def test_a_number_below_zero_is_never_taken_for_one_above(
    number: str, name: str, text: str
) -> None:
    assert ruling(name, spoken(text.format(number))) is not Ruling.ACT


@pytest.mark.parametrize("all_of_them", ["everything", "all the lights", "all lamps"])
@pytest.mark.parametrize(
    "exception",
    [
        *("but the bedroom", "except the bedroom", "excepting the bedroom"),
        *("with the exception of the bedroom", "aside from the bedroom"),
        *("save for the bedroom", "apart from the bedroom", "other than the bedroom"),
    ],
)
@pytest.mark.parametrize("name", ["device.on", "device.off"])
def test_what_is_excepted_is_never_taken_for_what_is_meant(
    all_of_them: str, exception: str, name: str
) -> None:
    way = "turn on" if name.endswith("on") else "turn off"
    text = f"{way} {all_of_them} {exception}"
    assert ruling(name, spoken(text)) is not Ruling.ACT
