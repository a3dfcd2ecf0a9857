"""English: what a small model may be asked, and what it may say."""

from __future__ import annotations

import pytest

from tests.lang.tables import Check, failing
from voiceagent.nlu.wonder import as_own, wonders

pytestmark = pytest.mark.unit
CHECKS: dict[str, Check] = {
    "wonder.wonders": lambda word: wonders(f"{word} gumption is blue"),
    "wonder.openings": lambda phrase: wonders(f"{phrase} gumption is blue"),
    "wonder.near": lambda word: not wonders(f"what is gumption {word}"),
    "wonder.claims": lambda word: not as_own(f"The gumption {word} is blue."),
    "wonder.unsure": lambda phrase: not as_own(f"The gumption {phrase} is blue."),
    "wonder.small": lambda word: (
        f"think {word} " in as_own(f"{word.title()} gumption is blue.")
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []
