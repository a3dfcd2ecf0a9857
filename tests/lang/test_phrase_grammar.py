"""What a piece may begin with only saves looking: nothing is read otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.lang.phrase_grammar import PhraseGrammar
from voiceagent.lang.quantities import grammar
from voiceagent.lang.quantity_tables import NumberSpan

pytestmark = pytest.mark.property
RULES = {
    "span": "[for] (<much>|{day:day} [and <much>])",
    "much": "[about] {count:minutes} minutes|a [while]|",
    "both": "<span> [then] <span>",
}
SMALL = PhraseGrammar(
    RULES, {"count": NumberSpan(1, 300), "day": {"monday": "MO", "next week": "NEXT"}}
)
WORDS = (
    "for about minutes a an while monday next week then and two twenty oh hundred the "
).split()
texts = st.lists(st.sampled_from(WORDS), max_size=7)


class Anything(frozenset[str]):
    def __contains__(self, word: object) -> bool:
        return True


def looks_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece is tried at each place."""
    begin = SMALL.onset(SMALL.body("much"))
    anything = type(begin)(Anything(), empty=True)
    monkeypatch.setattr(PhraseGrammar, "onset", lambda *_: anything)


@given(words=texts)
def test_no_way_is_lost_and_none_is_added(words: list[str]) -> None:
    # The last word is none of the rules': so no place is behind the end.
    words = [*words, "."]
    for rule in RULES:
        ways = [SMALL.match(rule, words, at) for at in range(len(words))]
        with pytest.MonkeyPatch.context() as patched:
            looks_everywhere(patched)
            assert ways == [SMALL.match(rule, words, at) for at in range(len(words))]


@given(words=texts)
def test_all_rules_at_all_places_are_each_rule_at_each(words: list[str]) -> None:
    one_by_one = [
        (at, way)
        for rule in RULES
        for at in range(len(words))
        for way in SMALL.match(rule, words, at)
    ]
    assert list(SMALL.everywhere(RULES, words)) == one_by_one


def test_a_rule_that_may_say_nothing_does_so_behind_the_last_word() -> None:
    assert [way.end for way in SMALL.match("much", ["for"], 1)] == [1]
    assert SMALL.match("much", [], 0) and not grammar().match("said_duration", [], 0)
