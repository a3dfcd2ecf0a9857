"""Whether what may follow a sentence would change anything."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.app.config import load_config
from voiceagent.app.workshop import Workshop
from voiceagent.frontend.endpoint import WHOLE, Completeness
from voiceagent.nlu.completeness import MOST_WAYS, Progress
from voiceagent.skills.targets import meant

COMPLETE, EXTENSIBLE = Completeness.COMPLETE, Completeness.EXTENSIBLE


@pytest.fixture(scope="module")
def home() -> Workshop:
    nowhere = Path("/nonexistent")
    return Workshop(load_config(environ={}, folder=nowhere).config)


@pytest.fixture(scope="module")
def progress(home: Workshop) -> Progress:
    return home.language.progress


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # There is one kitchen light, wherever it is said to be.
        ("turn on the kitchen light", COMPLETE),
        ("is the garage door open", COMPLETE),
        # "Right now" is what everybody means.
        ("what time is it", COMPLETE),
        # In the kitchen, or everywhere.
        ("turn on the lights", EXTENSIBLE),
        # To fifty percent.
        ("open the sliding door", EXTENSIBLE),
        # And thirty seconds; called bread.
        ("set a timer for five minutes", EXTENSIBLE),
        ("stop", EXTENSIBLE),
        ("turn on the", Completeness.INCOMPLETE),
        # Whoever says no more is asked for the rest, and is waited for.
        ("set a timer", Completeness.INCOMPLETE),
        ("set a timer for twenty", Completeness.INCOMPLETE),
        ("the turn on", Completeness.DEAD),
        ("", Completeness.INCOMPLETE),
    ],
)
def test_a_command_is_complete_where_nothing_new_can_follow(
    progress: Progress, text: str, expected: Completeness
) -> None:
    assert progress.of(text) is expected


@given(st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_only_what_may_go_on_without_a_difference_is_seen_otherwise(
    home: Workshop, progress: Progress, seed: int
) -> None:
    words = home.language.grammar.sample(Random(seed)).split()
    for count in range(len(words) + 1):
        text = " ".join(words[:count])
        plain, seen = home.language.grammar.progress(words[:count]), progress.of(text)
        if seen is plain:
            continue
        intent = home.language.parser.parse(text)
        if intent is not None and "asks" in intent.slots:  # only a beginning
            assert (plain, seen) == (EXTENSIBLE, Completeness.INCOMPLETE)
            continue
        assert (plain, seen) == (EXTENSIBLE, COMPLETE)
        longer = home.language.parser.parse(" ".join(words))
        assert intent is not None and longer is not None
        house = home.language.pack.house
        assert meant(house, intent) == meant(house, longer)


@given(st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_endings_are_all_that_may_follow_and_no_more(home: Workshop, seed: int) -> None:
    words = home.language.grammar.sample(Random(seed)).split()
    for count in range(1, len(words) + 1):
        endings = home.language.grammar.endings(words[:count], most=MOST_WAYS)
        if endings is None:
            continue
        assert len(endings) <= MOST_WAYS and len(endings) == len({*endings})
        assert [len(one.split()) for one in endings] == sorted(
            len(one.split()) for one in endings
        )
        rest = " ".join(words[count:])
        assert not rest or rest in endings
        for ending in endings:
            assert (
                home.language.grammar.progress([*words[:count], *ending.split()])
                in WHOLE
            )


def test_no_sentence_has_no_endings(home: Workshop) -> None:
    assert home.language.grammar.endings(["the", "turn"], most=MOST_WAYS) is None
    assert home.language.grammar.endings(["set", "a", "timer", "for"], most=8) is None


@pytest.mark.parametrize(
    "text", ["set a timer", "set a timer for ten", "set an alarm", "move my alarm"]
)
def test_a_command_that_asks_for_the_rest_is_only_its_beginning(
    progress: Progress, text: str
) -> None:
    assert progress.of(text) is Completeness.INCOMPLETE
