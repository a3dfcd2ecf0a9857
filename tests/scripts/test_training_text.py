"""The training sentences of the home pack: true labels, fitting marks, a fair split."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from functools import lru_cache
from itertools import islice
from pathlib import Path

import pytest
from lib.training.beside import SAID_OTHERWISE
from lib.training.own_text import OwnText
from lib.training.public_text import MAPPED, public_examples
from lib.training.recogniser_errors import KEPT, Mishearing, pronunciations
from lib.training.sampling import Example
from make_home_text import HELD_OUT, examples

from voiceagent.authoring.neighbour_kinds import HELD_OUT as HELD_OUT_KINDS
from voiceagent.authoring.neighbour_kinds import KINDS
from voiceagent.nlu.intent import IntentParser, spoken
from voiceagent.nlu.slm.slots import SlotFinder
from voiceagent.skills.packs.pack import Pack, load_pack

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.unit
DATA = ROOT.parent / "shared" / "data" / "text"

LATER = frozenset(
    (
        *("know.ahead", "know.between", "know.convert", "know.since", "know.spell"),
        *("dialog.undo", "later.cancel", "later.move", "later.status"),
    )
)
"""Intents that came after the honest test was written: it has no sentence of them."""


@lru_cache
def home() -> Pack:
    return load_pack(None)


@lru_cache
def made() -> tuple[Example, ...]:
    return tuple(examples(home(), None, 1, scale=0.07))


@lru_cache
def clean() -> tuple[Example, ...]:
    return tuple(e for e in made() if "+errors" not in e.source)


def test_every_intent_of_the_pack_has_many_sentences() -> None:
    counts = Counter(example.intent for example in made())
    assert {*home().intents.intents, None} == {*counts}
    assert min(counts.values()) >= 5
    own_way = Counter(e.intent for e in made() if e.source == "indirect")
    assert {*home().intents.intents} == {*own_way}
    assert min(own_way.values()) >= 5


def test_texts_are_spoken_words_and_marks_lie_on_them() -> None:
    for example in made():
        assert example.text == spoken(example.text)
        for start, end, tag in example.spans:
            assert 0 <= start < end <= len(example.text) and tag
            around = f" {example.text} "
            assert around[start] == " " and around[end + 1] == " ", example


def test_no_text_stands_twice_or_on_both_sides() -> None:
    texts = [example.text for example in made()]
    assert len(texts) == len(set(texts))
    sides: dict[tuple[str | None, str], set[str]] = {}
    for example in made():
        sides.setdefault((example.intent, example.family), set()).add(example.split)
    assert all(len(side) == 1 for side in sides.values())
    assert {side for some in sides.values() for side in some} == {"train", "held_out"}


def test_templates_never_read_a_sentence_otherwise() -> None:
    parser = IntentParser(home())
    for example in random.Random(1).sample(clean(), 300):
        read = parser.parse(example.text)
        assert read is None or read.name == example.intent, example


def test_marked_sentences_of_ours_have_slots() -> None:
    finder = SlotFinder(home())
    ours = [e for e in clean() if e.intent and not moves(e)]
    some = random.Random(2).sample(ours, 300)
    found = [finder.resolve(e.intent or "", e.text, e.spans) for e in some]
    assert sum(slots is not None for slots in found) >= 0.93 * len(some)


def test_times_of_a_move_are_marked_and_never_told_apart_by_marks() -> None:
    finder = SlotFinder(home())
    some = [e for e in clean() if e.intent and moves(e)]
    moved = {"alarm.move", "later.move", "reminder.move", "know.between"}
    assert moved == {e.intent for e in some}
    both = [e for e in some if {"hour", "to_hour"} <= {tag for *_, tag in e.spans}]
    assert len(both) > 20
    for example in some:
        found = finder.find(example.intent or "", example.text, example.spans)
        assert found.slots is None, example


def moves(example: Example) -> bool:
    """Whether it says what a time is to become."""
    return any(tag.startswith("to_") for *_, tag in example.spans)


def test_what_lies_beside_the_pack_is_nobodys_and_no_held_out_kind() -> None:
    near = [e for e in clean() if e.source == "beside"]
    kinds = {example.family.removeprefix("beside: ") for example in near}
    assert len(kinds) >= 25 and kinds < {*KINDS} and not kinds & {*HELD_OUT_KINDS}
    assert not kinds & SAID_OTHERWISE
    parser = IntentParser(home())
    for example in near:
        assert example.intent is None and parser.parse(example.text) is None


def test_the_same_seed_gives_the_same_sentences() -> None:
    one, two, other = (
        list(islice(OwnText(home(), seed).indirect(2), 400)) for seed in (3, 3, 4)
    )
    assert one == two and one != other


def test_errors_of_a_recogniser_leave_numbers_and_polarity() -> None:
    words = {word for example in clean() for word in example.text.split()}
    mishearing = Mishearing(pronunciations(words), random.Random(1))
    spoiled = 0
    for example in clean()[:400]:
        heard = mishearing.spoil(example)
        if heard is None:
            continue
        spoiled += 1
        assert heard.text != example.text and heard.intent == example.intent
        said = [w for w in example.text.split() if w in KEPT]
        assert [w for w in heard.text.split() if w in KEPT] == said
    assert spoiled > 100


def test_the_honest_test_is_honest() -> None:
    rows = [json.loads(line) for line in HELD_OUT.read_text().splitlines()]
    ours = [row for row in rows if row["intent"]]
    assert len(rows) >= 300 and 0.4 <= len(ours) / len(rows) <= 0.6
    asked = {row["intent"] for row in ours}
    every = {*home().intents.intents}
    assert asked == every - LATER
    texts = {example.text for example in made()}
    assert not texts & {spoken(row["text"]) for row in rows}
    parser, known = IntentParser(home()), SlotFinder(home()).intents
    for row in rows:
        assert parser.parse(row["text"]) is None, row
        if row["intent"]:
            takes = known[row["intent"]]
            assert {*row["slots"]} <= {*takes.values} | {*takes.fixed}, row


def test_public_sets_are_mapped_or_left_alone() -> None:
    if not DATA.exists():
        pytest.skip(f"no text at {DATA}")
    own = OwnText(home(), 1)
    found = public_examples(own, DATA, random.Random(1), per_intent=3, every=10)
    counts = Counter((e.intent or "", e.split) for e in found)
    assert counts["", "train"] > 300 and counts["", "held_out"] > 100
    assert counts["alarm.set", "train"] > 3 and counts["dialog.repeat", "train"] > 3
    foreign = [e.text for e in found if not e.intent]
    assert not [t for t in foreign if re.fullmatch(r"turn (on|off) the lights", t)]
    assert {e.source for e in found} >= {"clinc150", "hwu64", "slurp", "snips2017"}


def test_the_mapping_gives_only_intents_of_the_pack() -> None:
    for name, reading in MAPPED.items():
        for text in ("turn it up", "what time is it", "add milk to my shopping list"):
            mapped = reading(text)
            assert mapped is None or mapped[0] in home().intents.intents, name
