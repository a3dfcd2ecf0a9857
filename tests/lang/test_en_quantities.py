"""English quantities: every entry of a table does what the table is for."""

from __future__ import annotations

import random
from datetime import date, time, timedelta

import pytest

from tests.lang.tables import ENGLISH, Check, failing
from voiceagent.lang.number_words import rank_words
from voiceagent.lang.numerals import numeral
from voiceagent.lang.quantities import (
    found,
    grammar,
    say_day,
    say_duration,
    say_time,
    whole,
)
from voiceagent.lang.quantity_tables import NumberSpan
from voiceagent.lang.readers import READERS
from voiceagent.lang.spoken import spoken

pytestmark = pytest.mark.unit
WORDS = ENGLISH.quantities
TODAY = date(2026, 3, 10)
SAMPLES = 20


def rule_is_walked(pair: tuple[str, str]) -> bool:
    """Whether something names it, and it takes what it says."""
    name, chance = pair[0], random.Random(1)
    named = (
        name in WORDS.kinds.values()
        or name.removeprefix("heard_") in READERS
        or any(f"<{name}>" in body for body in WORDS.rules.values())
    )
    samples = (grammar().sample(name, chance) for _ in range(SAMPLES))
    return named and all(
        slots in grammar().whole(name, said.split()) for said, slots in samples
    )


def list_is_read(pair: tuple[str, object]) -> bool:
    """Whether a rule names it, and each of its values is found by its words."""
    name, table = pair
    named = any(f"{{{name}:" in body for body in WORDS.rules.values())
    if isinstance(table, NumberSpan):
        return named and 0 <= table.first < table.last
    assert isinstance(table, dict)
    return named and all(
        spoken(said) == said
        and (value, len(said.split())) in grammar().values(name, said.split(), 0)
        for said, value in table.items()
    )


CHECKS: dict[str, Check] = {
    "numbers.degrees": lambda word: numeral(f"five {word} below zero") == -5,
    "numbers.articles": lambda word: numeral(f"{word} hundred") == 100,
    "numbers.parts": lambda pair: (
        numeral(f"{'one' if pair[1] == 2 else 'two'} {pair[0]}")
        == (1 if pair[1] == 2 else 2) / pair[1]
    ),
    "numbers.alone": lambda word: numeral(word) == 0.5,
    "numbers.heaps": lambda pair: numeral(f"two {pair[0]}") == 2 * pair[1],
    "numbers.tenths": lambda word: word in map(rank_words, range(20, 100, 10)),
    "quantities.short": lambda pair: spoken(f"5{pair[0]}") == f"five {pair[1][1]}",
    "quantities.after": lambda pair: spoken(f"five {pair[0]}") == f"five {pair[1][1]}",
    "quantities.loose": lambda pair: spoken(f"few {pair[0]}") == f"few {pair[1]}",
    "quantities.counts": lambda word: spoken(f"{word} min") == f"{word} minute",
    "quantities.single": lambda word: spoken(f"{word} min") == f"{word} minute",
    "quantities.noughts": lambda word: spoken(f"six {word} five") == "six oh five",
    "quantities.parts": lambda pair: spoken(f"3 1/{pair[0]}").endswith(pair[1][0]),
    "quantities.time_cues": lambda word: bool(found("time", [word, "ten"])),
    "quantities.lists": list_is_read,
    "quantities.rules": rule_is_walked,
    "quantities.kinds": lambda pair: pair[1] in WORDS.rules,
    "quantities.say.units": lambda pair: (
        (found := whole("duration", f"two {pair[1][1]}")) is not None
        and found.seconds == 2 * pair[1][2]
    ),
    "quantities.say.parts_of_day": lambda pair: say_time(time(pair[0], 1)).endswith(
        pair[1]
    ),
    "quantities.say.near": lambda pair: (
        say_day(TODAY + timedelta(days=pair[0]), TODAY) == pair[1]
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []


def test_weeks_are_understood_and_said_in_days() -> None:
    assert say_duration(14 * 86_400) == "fourteen days"
