"""The automaton says what hassil's templates say, and how far a sentence is."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hassil import recognize
from hassil.intents import Intents, TextSlotList
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import PackError
from voiceagent.frontend.endpoint import Completeness
from voiceagent.lang.written import spoken_words
from voiceagent.stt.grammar import Grammar, compile_grammar
from voiceagent.stt.pronounce import pronounce

pytestmark = pytest.mark.property

SHORT = ["triple", "the second", "the second one", "never mind"]

HOUSE: dict[str, Any] = {
    "language": "en",
    "skip_words": ["please", "would you"],
    "intents": {
        "Switch": {
            "data": [
                {
                    "sentences": [
                        "(turn|switch) (on;[the] {name})",
                        "{name}'s light[s] {state}",
                    ],
                    "requires_context": {"domain": "light"},
                }
            ]
        },
        "Timer": {
            "data": [
                {
                    "sentences": ["<set> [a] timer for <time>"],
                    "expansion_rules": {"time": "{minutes} minute[s] [<extra>]"},
                }
            ]
        },
        "Level": {"data": [{"sentences": ["dim to {level}(%| percent)"]}]},
        "Play": {"data": [{"sentences": ["play {song}"]}]},
    },
    "lists": {
        "minutes": {"range": {"from": 1, "to": 60}},
        "level": {"range": {"from": 0, "to": 100, "step": 10}},
        "state": {"values": ["on", {"in": "(off|out)", "out": "off"}]},
        "song": {"wildcard": True},
    },
    "expansion_rules": {
        "set": "(set|start)",
        "extra": "and {minutes:seconds} second[s]",
    },
}
NAMES = TextSlotList.from_tuples(
    [
        ("desk lamp", "desk lamp", {"domain": "light"}),
        ("Wi-Fi TV", "tv", {"domain": "media_player"}),
        ("porch", "porch", {"domain": "light"}),
    ],
    name="name",
)
INTENTS = Intents.from_dict(HOUSE)
GRAMMAR = compile_grammar(INTENTS, {"name": NAMES})


def _progress(text: str) -> Completeness:
    return GRAMMAR.progress(text.split())


def _tiny(*sentences: str, **more: Any) -> Grammar:
    data = {"data": [{"sentences": list(sentences)}]}
    return compile_grammar(
        Intents.from_dict({"language": "en", "intents": {"A": data}, **more})
    )


@given(st.integers(0, 2**32))
def test_every_sampled_sentence_is_understood(seed: int) -> None:
    sentence = GRAMMAR.sample(random.Random(seed))
    assert _progress(sentence) in (Completeness.COMPLETE, Completeness.EXTENSIBLE)
    assert recognize(sentence, INTENTS, slot_lists={"name": NAMES}, language="en"), (
        sentence
    )
    words = sentence.split()
    assert set(words) <= GRAMMAR.vocabulary
    for end in range(len(words)):
        assert GRAMMAR.progress(words[:end]) is not Completeness.DEAD


@given(st.integers(0, 2**32))
def test_the_decoder_grammar_accepts_the_same_sentences(seed: int) -> None:
    start, final, moves = GRAMMAR.to_fsg()
    words = GRAMMAR.sample(random.Random(seed)).split()

    def closure(states: set[int]) -> set[int]:
        more = {to for at, to, _, word in moves if word is None and at in states}
        return states if more <= states else closure(states | more)

    for sentence in (words, ["please", *words], [*words, "please"]):
        states = closure({start})
        for word in sentence:
            states = closure(
                {to for at, to, _, w in moves if at in states and w == word}
            )
        assert final in states
    assert all(0 < probability <= 1 for _, _, probability, _ in moves)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "incomplete"),
        ("turn on the", "incomplete"),
        ("turn on the desk", "incomplete"),
        ("turn on the desk lamp", "complete"),
        ("turn the porch on", "complete"),
        ("porch's lights out", "complete"),
        ("porchs lights out", "complete"),
        ("turn on wi fi tv", "dead"),
        ("set timer for twenty", "incomplete"),
        ("set timer for twenty five minutes", "extensible"),
        ("set timer for five minutes and", "incomplete"),
        ("set timer for five minutes and ten seconds", "complete"),
        ("please set timer for five minutes", "extensible"),
        ("dim to thirty percent please", "complete"),
        ("dim to thirty one", "dead"),
        ("play", "dead"),
    ],
)
def test_progress(text: str, expected: str) -> None:
    assert _progress(text) == expected


def test_equal_ends_are_shared() -> None:
    grammar = _tiny(
        "(a|b|c) {n} minutes", lists={"n": {"range": {"from": 1, "to": 99}}}
    )
    assert len(grammar.arcs) <= 6


def test_optional_parts_and_permutations_need_no_spaces_of_their_own() -> None:
    grammar = _tiny("x[ y]([a];b) z")
    for sentence in ("x y a b z", "x b z", "x b a z", "x y b z"):
        assert grammar.progress(sentence.split()) is Completeness.COMPLETE


def test_a_grammar_of_wildcards_is_empty() -> None:
    grammar = _tiny("{any}", lists={"any": {"wildcard": True}})
    assert grammar.arcs == ()
    assert grammar.sample(random.Random(0)) == ""
    assert grammar.progress(["x"]) is Completeness.DEAD


@pytest.mark.parametrize("template", ["<nothing>", "{nothing}", "<loop>"])
def test_broken_references_are_pack_errors(template: str) -> None:
    with pytest.raises(PackError):
        _tiny(template, expansion_rules={"loop": "a [<loop>]"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("75%", "seventy five percent"),
        ("What's the Wi-Fi TV?", "what's the wi fi tv"),
        ("20.5° & more", "twenty point five degrees and more"),
    ],
)
def test_spoken_words(text: str, expected: str) -> None:
    assert " ".join(spoken_words(text)) == expected


WORDS = {"eco": "IY K OW", "bee": "B IY", "porch": "P AO R CH", "lamp": "L AE M P"}


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("lamp", "L AE M P"),
        ("ecobee", "IY K OW B IY"),
        ("lamp's", "L AE M P S"),
        ("porch's", "P AO R CH IH Z"),
        ("tv", "T IY V IY"),
    ],
)
def test_pronunciations(word: str, phones: str) -> None:
    assert pronounce(word, WORDS.get)[0] == phones
    assert pronounce(word, WORDS.get, {word: "AA"}) == ["AA"]


@given(
    st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1).filter(lambda w: w.strip("'"))
)
def test_every_word_has_phones(word: str) -> None:
    assert pronounce(word, WORDS.get)[0]


def test_phrases_are_sentences_beside_all_others() -> None:
    intents = Intents.from_dict(
        {
            "language": "en",
            "intents": {"Order": {"data": [{"sentences": ["the (second|third) cup"]}]}},
        }
    )
    before = compile_grammar(intents)
    after = before.with_phrases(SHORT)
    for phrase in (*SHORT, "the second cup", "the third cup"):
        progress = after.progress(phrase.split())
        whole = Completeness.EXTENSIBLE, Completeness.COMPLETE
        assert progress in whole, phrase
        assert (before.progress(phrase.split()) in whole) == ("cup" in phrase)
    assert after.progress(["the", "third"]) is Completeness.INCOMPLETE
    assert after.progress(["the", "third", "one"]) is Completeness.DEAD
    assert before.progress(["triple"]) is Completeness.DEAD, "the first is unchanged"
    assert after.with_phrases(SHORT).vocabulary == after.vocabulary


def test_phrases_alone_are_a_grammar() -> None:
    alone = Grammar((), frozenset()).with_phrases(["yes", "no", ""])
    assert alone.progress(["yes"]) is Completeness.COMPLETE
    assert alone.progress([]) is Completeness.INCOMPLETE
    assert alone.vocabulary == {"yes", "no"}
