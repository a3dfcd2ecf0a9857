"""English for redaction and the gate: every word does what its table is for."""

from __future__ import annotations

import pytest

from tests.lang.tables import ENGLISH, Check, failing
from voiceagent.privacy.gate import TaskClass, classify
from voiceagent.privacy.redaction import Redactor
from voiceagent.privacy.redaction.names import Names
from voiceagent.privacy.redaction.numbers import runs
from voiceagent.privacy.redaction.tokens import tokens
from voiceagent.privacy.summary import summary

pytestmark = pytest.mark.unit
SECRET = "4 x 9 b"


def kept(text: str) -> str:
    """What is left of a text, placeholders as their kind."""
    left = Redactor().redact(text).text
    return " ".join(word.split("_")[0].strip("[") for word in left.split())


def digits(text: str) -> list[str]:
    return [run.digits for run in runs(tokens(text))]


def codes(word: str) -> bool:
    return kept(f"my {word} is {SECRET}") == f"my {word} is CODE"


def dated(word: str) -> bool:
    return kept(f"born {word} 3 june") in ("born DATE", f"born {word} DATE")


def named(cue: tuple[str, ...]) -> bool:
    said = " ".join(cue)
    return kept(f"so {said} zorblax") == f"so {said} NAME"


def ordinary(word: str) -> bool:
    return kept(f"call {word} now") == f"call {word} now"


def sounds_alike(pair: tuple[str, str]) -> bool:
    """Whether a name is found that is written the other way."""
    one, other = (f"ora{letters}ila" for letters in pair)
    found = Names([one]).spans(tokens(f"tell {other}"))
    return [span.key for span in found] == [one]


def reads(pair: tuple[str, str]) -> bool:
    word, digit = pair
    return digits(f"one {word} two") == [f"1{digit}2"]


def counts(pair: tuple[str, int]) -> bool:
    word, times = pair
    return digits(f"so {word} five") == ["5" * times]


def between_links(word: str) -> bool:
    return kept(f"so joan {word} smith dot com") == "so LINK"


CHECKS: dict[str, Check] = {
    "private.amounts.units": lambda word: (
        kept(f"lamp four five six seven {word}") == f"lamp four five six seven {word}"
        and kept("lamp four five six seven") == "lamp NUMBER"
    ),
    "private.amounts.before_years": lambda word: (
        kept(f"lamp {word} nineteen eighty four") == f"lamp {word} nineteen eighty four"
        and kept("lamp nineteen eighty four") == "lamp NUMBER"
    ),
    "private.amounts.before_times": lambda word: (
        kept(f"lamp {word} ten fifteen") == f"lamp {word} ten fifteen"
        and kept("lamp ten fifteen") == "lamp NUMBER"
    ),
    "private.amounts.joints": lambda word: digits(f"one two {word} four") == ["124"],
    "private.amounts.zeros": lambda word: (
        digits(f"{word} five") == ["05"] and digits(f"{word} dear") == []
    ),
    "private.secrets.codes": codes,
    "private.secrets.between": lambda word: (
        kept(f"pin {word} {SECRET}") == f"pin {word} CODE"
    ),
    "private.secrets.passwords": lambda word: (
        kept(f"my {word} is blue") == f"my {word} is CODE"
    ),
    "private.secrets.ends": lambda word: (
        kept(f"my password is blue {word} go") == f"my password is CODE {word} go"
    ),
    "private.secrets.alphabet": lambda word: (
        kept(f"so {word} {word} {word} {word}") == "so CODE"
    ),
    "private.secrets.marks": lambda word: (
        kept(f"pin is 4 {word} 5 x 6 lamp") == "pin is CODE lamp"
    ),
    "private.secrets.births": lambda word: kept(f"{word} 3 june") == f"{word} DATE",
    "private.secrets.in_dates": dated,
    "private.secrets.before_dates": lambda word: (
        kept(f"born {word} 3 june") == f"born {word} DATE"
    ),
    "private.secrets.streets": lambda word: kept(f"go 12 baker {word}") == "go ADDRESS",
    "private.secrets.not_streets": lambda word: (
        kept(f"go 12 {word} street") == f"go 12 {word} street"
    ),
    "private.spelled.domains": lambda word: kept(f"so zorblax dot {word}") == "so LINK",
    "private.spelled.joints": between_links,
    "private.spelled.before": lambda word: (
        kept(f"go {word} a b dot com") == f"go {word} LINK"
    ),
    "private.spelled.likening": lambda word: (
        kept(f"so b {word} bravo c {word} charlie") == "so CODE"
    ),
    "private.names.cues": named,
    "private.names.common": ordinary,
    "private.names.alike": sounds_alike,
    "private.topics.personal": lambda word: (
        classify(f"turn {word}") is TaskClass.PERSONAL
    ),
    "private.topics.asks": lambda word: classify(f"so {word} it") is TaskClass.QUESTION,
    "private.topics.orders": lambda word: classify(f"{word} it") is TaskClass.COMMAND,
    "private.topics.general": lambda word: summary(f"my {word}", "x") == f"x: {word}",
    "numbers.read_out.digits": reads,
    "numbers.read_out.multiples": counts,
    "numbers.read_out.not_digits": lambda word: not tokens(word)[0].is_number,
    "calendar.months": lambda word: kept(f"born 3 {word} 4 lamp") == "born DATE lamp",
    "numbers.ordinals": lambda word: (
        kept(f"born {word} june 7 lamp") == "born DATE lamp"
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []


def test_common_words_are_the_ones_that_would_be_names() -> None:
    assert kept("call zorblax now") == "call NAME now"
    assert len(ENGLISH.private.names.common) > 600
