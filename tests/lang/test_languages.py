"""Languages by name, and what holds for all of their tables."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.lang import (
    test_en,
    test_en_choices,
    test_en_guards,
    test_en_later,
    test_en_manners,
    test_en_parts,
    test_en_private,
    test_en_quantities,
    test_en_reasons,
    test_en_telling,
    test_en_things,
    test_en_wonder,
    test_sums,
)
from tests.lang.tables import ENGLISH, tables
from tests.privacy import test_foreign_secrets
from voiceagent.errors import UsageError
from voiceagent.lang.languages import LANGUAGE, LANGUAGES, language
from voiceagent.lang.spoken import spoken
from voiceagent.privacy.redaction.tokens import tokens

pytestmark = pytest.mark.unit
CHECKED = {
    *test_en.CHECKS,
    *test_en_choices.CHECKS,
    *test_en_guards.CHECKS,
    *test_en_later.CHECKS,
    *test_en_manners.CHECKS,
    *test_en_parts.CHECKS,
    *test_en_private.CHECKS,
    *test_en_reasons.CHECKS,
    *test_en_telling.CHECKS,
    *test_en_things.CHECKS,
    *test_en_wonder.CHECKS,
    *test_en_quantities.CHECKS,
    *test_sums.CHECKS,
    *test_foreign_secrets.CHECKS,
}
WRITTEN = (
    "speech.",
    "sounds.",
    "answers.heard",
    "answers.agreed",
    "documents.",
    "signs.",
    "quantities.",
    "sums.",
    "later.rules",
    "later.spans",
    "later.clauses",
)
"""Tables that are not in spoken form: writing, letters, templates."""


def words_of(table: Any) -> list[str]:
    """The words of a table, also those of cues and of tables within it."""
    if isinstance(table, str):
        return re.findall(r"[^\s()\[\]!|*.]+", table)
    if isinstance(table, int | float):
        return []
    parts = [*table, *table.values()] if isinstance(table, dict) else table
    return [word for part in parts for word in words_of(part)]


def test_a_language_is_found_by_its_name() -> None:
    assert language() is language(LANGUAGE) is language("en") is ENGLISH
    assert all(language(name).name == name for name in LANGUAGES)


@pytest.mark.parametrize("name", ["", "EN", "en ", "xx", "../en", "language"])
def test_another_language_is_a_clear_error(name: str) -> None:
    with pytest.raises(UsageError) as error:
        language(name)
    assert f"`{name}`" in str(error.value) and "en" in error.value.hint


def test_tables_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        ENGLISH.numbers.point = "comma"  # type: ignore[misc]


def test_every_table_is_checked_entry_by_entry() -> None:
    assert set(tables()) - CHECKED == set()
    assert CHECKED - set(tables()) == set()


@pytest.mark.parametrize("name", sorted(tables()))
def test_words_can_be_met_in_the_form_they_stand_in(name: str) -> None:
    if name.startswith(WRITTEN):
        return
    words = words_of(tables()[name])
    if name.startswith("private.") and name != "private.names.alike":
        assert [w for w in words if [t.text for t in tokens(w)] != [w]] == []
    elif not name.startswith("private."):
        assert [w for w in words if not w.isdecimal() and spoken(w) != w] == []


@pytest.mark.parametrize("name", sorted(tables()))
def test_no_tuple_says_the_same_twice(name: str) -> None:
    table = tables()[name]
    if isinstance(table, tuple):
        assert sorted({*map(str, table)}) == sorted(map(str, table))
