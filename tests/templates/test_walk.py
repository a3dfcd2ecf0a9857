"""Templates as a typed tree: names are what they stand for, and everybody agrees."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hassil.intents import Intents, SlotList
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.authoring.sampler import Sampler
from voiceagent.errors import PackError
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.phrase import Phraser
from voiceagent.nlu.slm.template_forms import takes
from voiceagent.nlu.slm.tools import tools_of
from voiceagent.stt.grammar import compile_grammar
from voiceagent.templates.reading import Block, blocks_of
from voiceagent.templates.walk import (
    Blank,
    Chunk,
    Either,
    Fold,
    Listed,
    Mixed,
    NumberRange,
    Part,
    Rule,
    Series,
)

pytestmark = pytest.mark.property
PACKAGE = Path(__file__).resolve().parents[2] / "voiceagent"


@dataclass
class Small:
    """A pack of one intent."""

    intents: Intents
    slot_lists: dict[str, SlotList] = field(default_factory=dict)


def small(*blocks: dict[str, Any], **more: Any) -> Small:
    intents = {"A": {"data": list(blocks)}}
    return Small(Intents.from_dict({"language": "en", "intents": intents, **more}))


def one(*sentences: str, **more: Any) -> Small:
    return small({"sentences": list(sentences)}, **more)


def blocks(pack: Small) -> list[Block]:
    return list(blocks_of(pack.intents, pack.slot_lists))


def part_of(pack: Small) -> Part:
    return next(part for block in blocks(pack) for _, part in block.parts())


def test_every_construct_has_one_form() -> None:
    lists = {"colour": {"values": ["red", {"in": "[dark] blue", "out": "navy"}]}}
    pack = one("(a|<b>) [c] ({colour:shade};{1..9,2:n})", lists=lists)
    pack.intents.expansion_rules.update(
        one("x", expansion_rules={"b": "bee"}).intents.expansion_rules
    )
    part = part_of(pack)
    assert isinstance(part, Series)
    first, _, optional, _, mixed = part.parts
    assert isinstance(first, Either) and not first.optional
    named = first.parts[1]
    assert isinstance(named, Series) and isinstance(named.parts[0], Rule)
    assert isinstance(optional, Either) and optional.optional
    assert isinstance(mixed, Mixed)
    shade, number = (
        inner
        for side in mixed.parts
        if isinstance(side, Series)
        for inner in side.parts
        if isinstance(inner, Blank)
    )
    assert (shade.slot, number.slot) == ("shade", "n")
    assert isinstance(shade.holds, Listed)
    assert [value.value for value in shade.holds.values] == ["red", "navy"]
    assert isinstance(number.holds, NumberRange)
    assert number.holds.numbers == (1, 3, 5, 7, 9)


def test_a_list_or_rule_is_one_object_where_it_means_the_same() -> None:
    lists = {"n": {"range": {"from": 1, "to": 3}}}
    rules = {"r": "{n} of <s>", "s": "them", "t": "no"}
    pack = small(
        {"sentences": ["<r>"]},
        {"sentences": ["<r>"], "expansion_rules": {"t": "yes"}},
        {"sentences": ["<r>"], "expansion_rules": {"s": "those"}},
        {"sentences": ["<r>"], "lists": {"n": {"values": ["none"]}}},
        lists=lists,
        expansion_rules=rules,
    )
    found = [part for block in blocks(pack) for _, part in block.parts()]
    bodies = [part.parts[0] for part in found if isinstance(part, Series)]
    assert bodies[0] is bodies[1], "it leads to nothing that the block has anew"
    assert len({id(body) for body in bodies}) == 3


def said(pack: Small) -> set[str]:
    return {sample.text for sample in Sampler(pack, seed=1).draw(60)}


def test_a_block_may_have_what_a_list_leads_to_anew() -> None:
    pack = small(
        {"sentences": ["take {thing}"]},
        {"sentences": ["drop {thing}"], "expansion_rules": {"red": "scarlet"}},
        lists={"thing": {"values": [{"in": "<red> ball", "out": "ball"}]}},
        expansion_rules={"red": "crimson"},
    )
    every = {"take crimson ball", "drop scarlet ball"}
    assert said(pack) == every
    grammar, parser = compile_grammar(pack.intents), IntentParser(pack)
    for text in every:
        found = parser.parse(text)
        assert found is not None and found.slots == {"thing": "ball"}
        assert grammar.progress(text.split()).value == "complete"
    for text in ("take scarlet ball", "drop crimson ball"):
        assert parser.parse(text) is None
        assert grammar.progress(text.split()).value == "dead"


def test_numbers_in_the_template_are_numbers_for_everybody() -> None:
    pack = one("dim to {10..30,10:level} percent")
    parser = IntentParser(pack)
    phraser = Phraser(pack, parser)
    found = parser.parse("dim to 20 percent")
    assert found is not None and found.slots == {"level": 20}
    assert phraser.say(found) == "dim to twenty percent"
    assert phraser.say(Intent("A", {"level": 40})) == ""
    (tool,) = tools_of(pack)
    assert tool.values("level") == (10, 20, 30)
    assert takes(pack)["A"].values["level"][0].wild is False
    assert said(pack) == {f"dim to {n} percent" for n in ("ten", "twenty", "thirty")}


def test_what_a_block_excludes_may_not_be_called_there() -> None:
    values = [
        {"in": "lamp", "out": "lamp", "context": {"domain": "light"}},
        {"in": "gate", "out": "gate", "context": {"domain": "cover"}},
    ]
    block = {"sentences": ["start {name}"], "excludes_context": {"domain": "cover"}}
    pack = small(block, lists={"name": {"values": values}})
    (tool,) = tools_of(pack)
    assert tool.values("name") == ("lamp",)
    assert said(pack) == {"start lamp"}
    assert IntentParser(pack).parse("start gate") is None


@pytest.mark.fault
@pytest.mark.parametrize(
    ("rules", "text", "wrong"),
    [
        ({}, "go <home>", "rule `<home>` is not defined"),
        ({"a": "x <a>"}, "<a>", "`<a>` refers to itself"),
        ({"a": "x <b>", "b": "[<a>]"}, "<a>", "`<a>` refers to itself"),
        ({}, "go {home}", "list `{home}` is not defined"),
        ({"a": "{home}"}, "<a>", "list `{home}` is not defined"),
    ],
)
def test_names_that_lead_nowhere_are_told_by_everybody(
    rules: dict[str, str], text: str, wrong: str
) -> None:
    own = {"sentences": [text], "expansion_rules": {"own": "x"}}
    for pack in (one(text, expansion_rules=rules), small(own, expansion_rules=rules)):
        for use in (IntentParser, takes, tools_of, said):
            with pytest.raises(PackError, match=wrong):
                use(pack)
        with pytest.raises(PackError, match=wrong):
            compile_grammar(pack.intents)


WORDS = st.sampled_from("turn the big light half off".split())
TEMPLATES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: f"({'|'.join(some)})"),
        st.lists(inner, min_size=2, max_size=2).map(lambda some: f"({';'.join(some)})"),
        inner.map(lambda one: f"[{one}]"),
    ),
    max_leaves=6,
)


@given(TEMPLATES, TEMPLATES, st.integers(0, 99))
def test_what_is_said_is_understood_and_heard(rule: str, text: str, seed: int) -> None:
    pack = one(f"go {text} <rule> {{n}}", expansion_rules={"rule": rule})
    pack.intents.slot_lists.update(
        one("x", lists={"n": {"range": {"from": 1, "to": 9}}}).intents.slot_lists
    )
    parser, grammar = IntentParser(pack), compile_grammar(pack.intents)
    for sample in Sampler(pack, seed=seed).draw(3):
        found = parser.parse(sample.text)
        assert found is not None and found.slots == sample.slots
        assert grammar.progress(sample.text.split()).value == "complete"
        assert grammar.sample(random.Random(seed)).split()[0] == "go"


@given(TEMPLATES)
def test_a_fold_goes_through_every_part_once_and_in_order(text: str) -> None:
    written: Fold[str] = Fold(
        lambda chunk: chunk.written, lambda _: "", "".join, "".join
    )
    pack = one("<rule> and <rule>", expansion_rules={"rule": text})
    letters = "".join(letter for letter in text if letter.isalpha())
    found = "".join(letter for letter in written(part_of(pack)) if letter.isalpha())
    assert found == f"{letters}and{letters}"


def test_the_trees_of_hassil_are_read_in_one_place() -> None:
    wrong = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.name != "reading.py"
        for name in ("ListReference", "RuleReference", "TextChunk", "RangeSlotList")
        if name in path.read_text(encoding="utf-8")
    ]
    assert wrong == []


def test_text_is_kept_as_written_and_as_spoken() -> None:
    part = part_of(one("Turn  ON the TV's 2 lights"))
    assert isinstance(part, Series)
    chunks = [inner for inner in part.parts if isinstance(inner, Chunk)]
    assert "".join(chunk.written for chunk in chunks) == "Turn  ON the TV's 2 lights"
    assert "".join(chunk.text for chunk in chunks) == "Turn ON the TV's 2 lights"
    words = [chunk.words for chunk in chunks if chunk.words]
    assert words == "turn on the tvs two lights".split()
