"""English: every word of a table does what the table is for."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest

from tests.lang.tables import ENGLISH, Check, failing
from tests.packs import finder, shipped
from voiceagent.engines.stt.pocketsphinx.language_model import questions
from voiceagent.engines.tts.speakable import speakable
from voiceagent.frontend.endpoint import WordsSoFar
from voiceagent.lang.spoken import number_words, said_numbers, spoken
from voiceagent.lang.written import spoken_words
from voiceagent.nlu.clarify import Option, Question, Reply, with_answers
from voiceagent.nlu.guards.guards import Guards
from voiceagent.nlu.guards.verdict import GuardVerdict
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.phrase import as_question
from voiceagent.nlu.slm.forms import Takes
from voiceagent.region.facts import beyond
from voiceagent.region.wording import content, related, stem
from voiceagent.stt.grammar import Grammar
from voiceagent.stt.pronounce import check_phones, pronounce, spell
from voiceagent.templates.automaton import Arc
from voiceagent.tts.text import split_clauses

pytestmark = pytest.mark.unit
ASKED = Question("?", (Option("lamp", Intent("lamp")),))
GAP = re.escape("{}")
TO_THE_FOURTH = f"n {ENGLISH.signs.to_the} {ENGLISH.numbers.ordinals[3]}"
RANKS = 20
"""Options that are chosen by their rank."""


@lru_cache
def home_words() -> frozenset[str]:
    """Every word of the shipped templates and lists."""
    known = finder("home").intents.values()
    return frozenset[str]().union(*(each.words for each in known))


@lru_cache
def topic_questions() -> frozenset[str]:
    return frozenset(questions(["gumption", "valve", "lintel"]))


def unknown_word(word: str) -> str | None:
    """A dictionary without a word."""
    return None


def opens(*first: str) -> Takes:
    return Takes(
        forms=(),
        atoms=(),
        values={},
        words=frozenset(),
        literals=(),
        openings=frozenset(first),
        fixed={},
    )


def grammar(*skips: str) -> Grammar:
    arcs = ((Arc("lamp", 1, 1.0),), ())
    return Grammar(arcs, frozenset((1,)), skip_phrases=tuple((s,) for s in skips))


def closes(phrase: tuple[str, ...]) -> bool:
    """Whether it may follow a sentence, unlike another polite word."""
    _, final, moves = grammar(*phrase, "kindly").to_fsg()
    return [move[3] for move in moves if move[1] == final and move[3]] == [*phrase]


def drops(pair: tuple[str, str]) -> bool:
    """Whether a word loses its ending, as far as something else ends so."""
    ending, instead = pair
    return stem(f"zorblan{ending}") == stem(f"zorblan{instead}")


def asked_about(frame: str) -> bool:
    """Whether a question about documents is asked so."""
    shape = re.compile(rf"(?:.* )?{re.escape(frame).replace(GAP, '.+')}")
    return any(map(shape.fullmatch, topic_questions()))


def said_at_once(word: str) -> bool:
    return (
        WordsSoFar().ending(word).answer
        and not WordsSoFar().ending(f"{word} lamp").answer
    )


def no_verb(word: str) -> bool:
    """Whether no second order begins with it."""
    text = f"turn it and {word} it"

    def ruled(opening: str) -> GuardVerdict:
        return Guards({"a": opens("turn", opening)}).judge(text, Intent("a"))

    # Other rules may say something about it, whatever words orders begin with.
    return ruled(word) == ruled("turn")


CHECKS: dict[str, Check] = {
    "numbers.ones": lambda word: (
        [number_words(n) for n, _ in said_numbers([word])] == [word]
    ),
    "numbers.tens": lambda word: (
        [number_words(n) for n, _ in said_numbers([word])] == [word]
    ),
    "numbers.scales": lambda pair: (
        pair[1] > 1000 or number_words(2 * pair[1]) == f"two {pair[0]}"
    ),
    "calendar.weekdays": lambda day: (
        f"is the gumption open on {day}" in topic_questions()
    ),
    "calendar.near": lambda day: f"is the gumption open on {day}" in topic_questions(),
    "speech.signs": lambda pair: speakable(f"3 {pair[0]}") == f"3 {pair[1]}",
    "speech.money": lambda pair: speakable(f"{pair[0]}3") == f"3 {pair[1]}",
    "speech.apart": lambda pair: spoken(pair[0]) == pair[1],
    "speech.ordinal_endings": lambda ending: (
        spoken(f"7{ending} lamp") == "seventh lamp"
    ),
    "speech.abbreviations": lambda word: (
        list(split_clauses(f"I saw {word}. It was long ago"))
        == [f"I saw {word}. It was long ago"]
    ),
    "signs.anywhere": lambda pair: speakable(f"a {pair[0]} b") == f"a {pair[1]} b",
    "signs.beside": lambda pair: (
        speakable(f"n {pair[0]} 4") in (f"n {pair[1]} 4", TO_THE_FOURTH)
    ),
    "signs.pairs": lambda pair: (
        speakable(f"n {pair[0]} 4") in (f"n {pair[1]} 4", TO_THE_FOURTH)
    ),
    "signs.units": lambda pair: (
        [speakable(f"{n} {pair[0]}") for n in (1, 2)]
        == [f"1 {pair[1][0]}", f"2 {pair[1][1]}"]
    ),
    "signs.lengths": lambda pair: (
        [speakable(f"{n} {pair[0]}\u00b3") for n in (1, 2)]
        == [f"1 cubic {pair[1][0]}", f"2 cubic {pair[1][1]}"]
    ),
    "signs.powers": lambda pair: speakable(f"x^{pair[0]}") == f"x {pair[1]}",
    "signs.parts": lambda pair: (
        speakable(f"7 1/{pair[0]}") == f"7 and {pair[1][0]}"
        and speakable(f"7 3/{pair[0]}") == f"7 and three {pair[1][1]}"
    ),
    "signs.articles": lambda article: (
        article in speakable("\u2153 cup, \u2153 ounce").split()
    ),
    "signs.silent": lambda word: speakable(f"\u00bd {word}") == f"half an {word}",
    "signs.whole": lambda word: speakable(f"\u2153 {word}") == f"a third of {word}",
    "signs.no_thing": lambda word: speakable(f"\u2153 {word}") == f"a third {word}",
    "signs.scales": lambda word: speakable(f"$3 {word}") == f"3 {word} dollars",
    "signs.short_scales": lambda pair: (
        speakable(f"$3{pair[0]}") == f"3 {pair[1]} dollars"
    ),
    "signs.one_coin": lambda pair: speakable(f"{pair[0]}1") == f"1 {pair[1]}",
    "signs.measures": lambda word: (
        speakable(f"1/3 {word}")
        in (
            *(f"a third of {article} {word}" for article in ENGLISH.signs.articles),
            f"a third {word}",
        )
    ),
    "signs.unsaid": lambda word: (
        word not in speakable("5 \u00a4 6 \u2624 7 \U0001f3fb")
    ),
    "sounds.letters": lambda pair: spell(pair[0]) == pair[1],
    "sounds.sounds": lambda pair: check_phones(*pair) is None,
    "sounds.long_vowels": lambda pair: pronounce(f"zob{pair[0]}te", unknown_word)[
        0
    ].endswith(f"B {pair[1]} T"),
    "sounds.variants": lambda pair: all(
        check_phones(pair[0], way) is None for way in pair[1]
    ),
    "answers.heard": lambda template: bool(template),
    "answers.yes": lambda word: isinstance(ASKED.settle(word), Intent),
    "answers.no": lambda word: ASKED.settle(word) is Reply.NO,
    "answers.agreed": lambda words: isinstance(ASKED.settle(words), Intent),
    "answers.declined": lambda words: ASKED.settle(words) is Reply.NO,
    "answers.fillers": lambda word: isinstance(ASKED.settle(f"{word} yes"), Intent),
    "answers.at_once": said_at_once,
    "answers.hanging": lambda word: WordsSoFar().ending(f"turn {word}").hanging,
    "commands.verbs": lambda word: (
        as_question(f"{word} it") == f"Do you want me to {word} it?"
    ),
    "commands.no_verbs": no_verb,
    "commands.questions": lambda word: opens(word).asks and not opens("turn").asks,
    "commands.function": lambda word: spoken(word) == word,
    "commands.small": lambda word: word in home_words(),
    "commands.addressed": lambda pair: (
        as_question(f"turn {pair[0]}") == f"Do you want me to turn {pair[1]}?"
    ),
    "commands.closing": closes,
    "commands.unheard": lambda word: grammar(word).vocabulary == {"lamp"},
    "documents.small": lambda word: not beyond(f"{word} tram runs", "tram runs"),
    "documents.limiting": lambda word: beyond("tram runs", f"tram runs {word}") != "",
    "documents.empty": lambda word: content(word) == [],
    "documents.groups": lambda group: all(
        stem(other) in related(one) for one in group for other in group
    ),
    "documents.endings": drops,
    "documents.follow_ups": lambda text: spoken(text) == text.strip(),
    "documents.frames": lambda frame: (
        any(
            question.endswith(frame.format("gumption", "valve")[-20:])
            for question in topic_questions()
        )
        or "{}" in frame
    ),
    "documents.daily_frames": lambda frame: (
        frame.format("valve", "monday") in topic_questions()
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("7%", "seven percent"),
        ("20\u00b0", "twenty degrees"),
        ("a & b", "a and b"),
        ("1\u00bd", "one and a half"),
        ("-4.5", "minus four point five"),
        ("7:05", "seven oh five"),
        ("7:00", "seven oclock"),
    ],
)
def test_signs_are_understood_as_they_are_said(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize("sign", "%\u00b0&+@")
def test_signs_of_templates_are_heard_as_words(sign: str) -> None:
    assert spoken_words(f"a{sign}") == ["a", ENGLISH.speech.signs[sign]]


def test_every_answer_that_is_heard_is_understood() -> None:
    pack = shipped("home")
    heard = with_answers(pack.intents).intents["answer"].data[0]
    assert len(heard.sentences) == len(ENGLISH.answers.heard)


@pytest.mark.parametrize("rank", range(RANKS))
def test_an_option_is_chosen_by_its_rank(rank: int) -> None:
    options = tuple(Option(str(n), Intent(str(n))) for n in range(RANKS))
    word = ENGLISH.numbers.ordinals[rank]
    for text in (f"the {word}", f"the {word} {ENGLISH.answers.one}"):
        assert Question("?", options).settle(text) == options[rank].intent


def test_the_rank_behind_the_last_option_chooses_nothing() -> None:
    options = tuple(Option(str(n), Intent(str(n))) for n in range(RANKS + 1))
    word = ENGLISH.numbers.ordinals[RANKS]
    assert not isinstance(Question("?", options).settle(f"the {word}"), Intent)
