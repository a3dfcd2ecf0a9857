"""English for redaction and the gate: every word does what its table is for."""

from __future__ import annotations

import re

import pytest

from tests.lang.both_words import BOTH_CHECKS
from tests.lang.tables import ENGLISH, Check, failing
from voiceagent.privacy.gate import TaskClass, classify
from voiceagent.privacy.redaction import Redactor
from voiceagent.privacy.redaction.contacts import Contacts, is_ordinary, is_word
from voiceagent.privacy.redaction.letters import letter_runs
from voiceagent.privacy.redaction.numbers import runs
from voiceagent.privacy.redaction.sounds import alike, heard, readings
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


def left_of(text: str, *names: str) -> str:
    """What is left where these are contacts, placeholders as their kind."""
    left = Redactor(names).redact(text).text
    return " ".join(word.split("_")[0].strip("[") for word in left.split())


def hidden(text: str, *names: str) -> bool:
    return "NAME" in left_of(text, *names)


def shown(text: str, *names: str) -> bool:
    return left_of(text, *names) == text


def starts(cue: tuple[str, ...]) -> bool:
    said = " ".join(cue)
    return kept(f"{said} zorblax") == f"{said} NAME" and shown(f"so {said} zorblax")


def never_heard(word: str) -> bool:
    """Whether it is no name because of its sound."""
    contacts = Contacts()
    contacts.add(word)
    contacts.add("zorblax")
    return contacts.heard(word) is None and contacts.heard("zorblaks") is not None


def ordinary_word(word: str) -> bool:
    return is_word(word) and ordinary_ending(word)


def ordinary_ending(word: str) -> bool:
    return "'" in word or is_ordinary(word)


def reading(pair: tuple[str, str]) -> bool:
    letters, row = pair
    end, ends = ("k", "k") if len(letters) > 1 and letters[-1] == "w" else ("a", "")
    return heard(f"l{letters}{end}") == re.sub(r"(.)\1", r"\1", f"l{row}{ends}")


def foreign(pair: tuple[str, tuple[str, ...]]) -> bool:
    letters, rows = pair
    end = "" if letters[-1] == "w" else "a"
    found = readings(f"ra{letters}{end}")
    return {re.sub(r"(.)\1", r"\1", f"r{row}") for row in rows} <= found


def vowel(pair: tuple[str, str]) -> bool:
    one, others = pair
    return all(alike(f"k{one}ltimer", f"k{each}ltimor", "kltmr") for each in others)


def spelled_letter(pair: tuple[str, str]) -> bool:
    word, letter = pair
    return hidden(f"so q {word} q", f"q{letter}q")


def same(names: tuple[str, ...]) -> bool:
    return all(hidden(f"so {one} q", two) for one in names for two in names)


def title(word: str) -> bool:
    return shown(f"so {word} here", f"{word} Zorblax")


def particle(word: str) -> bool:
    whole = f"Zorblax {word} Qwibble"
    return shown(f"so {word} here", whole) and hidden(f"x {word} qwibble", whole)


def initial(word: str) -> bool:
    name = " ".join(f"{letter}zorb" for letter in word)
    return shown(f"so {word} here", name)


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
        kept(f"b {word} bear x {word} xylo c {word} car q {word} qi") == "CODE"
    ),
    "private.names.cues": named,
    "private.names.common": ordinary,
    "private.names.starts": starts,
    "private.names.ordinary": ordinary_word,
    "private.names.often": never_heard,
    "private.names.same": same,
    "private.names.titles": title,
    "private.names.particles": particle,
    "private.names.short_forms": initial,
    "private.names.places": lambda word: shown(
        f"so {word} here", f"{word[0]}zorb {word[1]}qwib"
    ),
    "private.names.before_places": lambda word: (
        shown(f"so it is {word} AK now", "Azorb Kqwib")
        and hidden("so it is from AK now", "Azorb Kqwib")
    ),
    "private.names.letters": spelled_letter,
    "private.names.homophones": lambda word: not list(letter_runs(tokens(word * 2))),
    "private.names.cases": lambda word: hidden(f"so {word} q {word} q x", "Qqx"),
    "private.names.sounds": reading,
    "private.names.foreign": foreign,
    "private.names.vowel_sounds": vowel,
    "private.names.silent_ends": lambda letter: "rp" in readings(f"rapa{letter}"),
    **BOTH_CHECKS,
    "private.amounts.articles": lambda word: (
        kept(f"lamp {word} 1978 track") == f"lamp {word} 1978 track"
        and kept("lamp 1978 track") == "lamp NUMBER track"
    ),
    "private.amounts.paired": lambda word: (
        kept(f"lamp 500 {word} 23 go") == f"lamp 500 {word} 23 go"
        and kept("lamp 500 23 go") == "lamp NUMBER go"
    ),
    "private.spelled.fillers": lambda word: (
        kept(f"q {word} x {word} z {word} v") == ("CODE")
    ),
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
