"""Words taken back in the same breath, and words that only look so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk import home

from voiceagent.nlu.correction import LONGEST, asked_about, mended, takes_back
from voiceagent.nlu.intent import Intent

pytestmark = pytest.mark.unit
MARKERS = [
    "no",
    "no,",
    ", no,",
    "i mean",
    "sorry",
    "wait",
    "no wait",
    "actually",
    "uh no",
]
NUMBERS = ["five", "ten", "thirty", "forty", "45", "twenty one"]
KINDS = {
    "numbers": (
        NUMBERS,
        [
            "set a timer for {} minutes",
            "set a pizza timer for {} seconds",
            "set the volume to {}",
            "set the kitchen light to {} percent",
            "set a timer for one hour and {} minutes",
        ],
    ),
    "durations": (
        ["five minutes", "one hour", "ninety seconds", "two hours and five minutes"],
        ["set a timer for {}", "set a pizza timer for {}"],
    ),
    "times": (
        ["seven", "half past eight", "nine thirty am", "six pm", "six pm tomorrow"],
        ["set an alarm for {}", "wake me at {}"],
    ),
    "rooms": (
        ["kitchen", "bedroom", "living room"],
        ["turn on the light in the {}", "turn off the lights in the {}"],
    ),
    "names": (
        ["kitchen light", "bedroom light", "bed light"],
        ["turn on the {}", "set the {} to fifty percent", "turn the {} off"],
    ),
}
CASES = [
    (kind, sentence, old, new)
    for kind, (values, sentences) in KINDS.items()
    for sentence in sentences
    for old in values
    for new in values
    if old != new
]


def parse(text: str) -> Intent | None:
    return home()[1].parse(text)


def said(text: str) -> Intent | None:
    """What is done at once."""
    found = parse(text)
    if found is not None:
        return found
    better = mended(text, parse)
    return better.intent if better is not None and better.plain else None


@given(st.sampled_from(CASES), st.sampled_from(MARKERS), st.booleans())
def test_a_value_that_is_taken_back_is_the_other_or_is_asked_about(
    case: tuple[str, str, str, str], marker: str, late: bool
) -> None:
    """Of every kind, right behind the value or at the end; never a third thing."""
    kind, sentence, old, new = case
    begin, end = sentence.split("{}")
    if late:
        text = f"{begin}{old}{end} {marker} {new}"
    else:
        text = f"{begin}{old} {marker} {new}{end}"
    wanted, before = parse(f"{begin}{new}{end}"), parse(f"{begin}{old}{end}")
    if wanted is None or before is None or wanted.meaning == before.meaning:
        return
    found, asked = said(text), asked_about(text, parse)
    loses = {*before.slots} - {*wanted.slots}
    if found is not None:
        # What was said of the old value and not of the new one may hold for both.
        kept = {k: v for k, v in found.slots.items() if k not in wanted.slots}
        assert {**wanted.slots, **kept} == dict(found.slots), text
        assert kept.items() <= before.slots.items()
    elif asked is not None:
        assert asked.options[0].intent.name == wanted.name
    weak = marker in ("no", "uh no") and kind in ("rooms", "names")
    torn = old == "twenty one" or "and" in text
    if not (weak or loses or late or torn):
        assert found is not None, text


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("set a timer for thirty no forty minutes", {"minutes": 40}),
        ("set a timer for thirty minutes no forty", {"minutes": 40}),
        ("set a timer for one hour no thirty minutes", {"minutes": 30}),
        ("set a timer for thirty no forty no fifty minutes", {"minutes": 50}),
        ("set an alarm for seven am sorry eight", {"hour": 8, "half": "am"}),
        ("turn on the kitchen light no the bedroom light", {"name": "Bedroom Light"}),
        ("set a timer for 30, no, 40 minutes please", {"minutes": 40}),
        ("turn on the light in the kitchen sorry bedroom", {"area": "Bedroom"}),
        (
            "turn on the kitchen light no turn on the bedroom light",
            {"name": "Bedroom Light"},
        ),
    ],
)
def test_plain_ones(text: str, slots: dict[str, object]) -> None:
    found = said(text)
    assert found is not None and dict(found.slots) == slots


@pytest.mark.parametrize(
    "text",
    [
        "turn on the kitchen light no bedroom light",
        "turn on the light no turn off the light",
        "turn on no off the kitchen light",
        "set a timer for thirty minutes no seconds",
        "set the bedroom light to blue no red",
        "set the volume to twenty one no five",
    ],
)
def test_what_may_be_meant_otherwise_is_asked_about(text: str) -> None:
    assert said(text) is None
    question = asked_about(text, parse)
    assert question is not None and question.text.startswith("Did you say: ")


@pytest.mark.parametrize(
    "text",
    [
        "no set a timer for five minutes",
        "set a timer for five minutes no",
        "set a timer for no minutes",
        "turn off no lights",
        "set the volume to no more than fifty",
        "turn on the light sorry about that",
        "turn on the kitchen light wait five minutes",
        "how many people live in japan no china",
        "turn on the lamp but no light",
        "turn on the light and no fan",
        "wait sorry no",
        "no no no",
        "there is no light on in the kitchen",
        "is there no timer set for five minutes",
    ],
)
def test_a_no_elsewhere_corrects_nothing(text: str) -> None:
    assert mended(text, parse) is None and asked_about(text, parse) is None


@given(
    st.lists(
        st.sampled_from(
            [
                "no",
                "wait",
                "sorry",
                "i",
                "mean",
                ",",
                "turn",
                "on",
                "off",
                "the",
                "light",
            ]
            + ["kitchen", "set", "a", "timer", "for", "five", "ten", "minutes", "but"]
        ),
        max_size=12,
    )
)
def test_whatever_is_said_is_a_command_without_the_marker(words: list[str]) -> None:
    """What comes out is made of the words that were said, in their order."""
    found = mended(" ".join(words), parse)
    if found is None:
        return
    kept = found.intent.text.split()
    assert takes_back(" ".join(words)) and len(kept) < len(words)
    assert all(word in words for word in kept)


def test_it_ends_at_the_limit() -> None:
    many = " ".join(["no"] * LONGEST)
    assert mended(f"set a timer for five {many} ten minutes", parse) is None
    assert not takes_back("word " * 5000 + "no ten")
