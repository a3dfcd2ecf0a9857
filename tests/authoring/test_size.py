"""The size of a grammar is told right, and too much is refused in time."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import pytest

from tests.packs import DRINKS, SHIPPED, folder, shipped
from voiceagent.authoring.size import fsg_text, measure_grammar, sentences
from voiceagent.errors import PackError
from voiceagent.skills.packs.pack import load_pack
from voiceagent.stt.grammar import Grammar, compile_grammar

pytestmark = pytest.mark.unit


def count(grammar: Grammar, state: int = 0) -> int:
    here = state in grammar.finals
    return here + sum(count(grammar, arc.target) for arc in grammar.arcs[state])


def test_sentences_are_counted_exactly(tmp_path: Path) -> None:
    pack = load_pack(folder(tmp_path, intents_yaml=DRINKS))
    grammar, report = measure_grammar(pack)
    wanted = ("get me", "i want"), ("", "small ", "large "), ("tea", "coffee")
    assert sentences(grammar) == count(grammar) == len(list(product(*wanted)))
    assert report.sentences_log10 == round(math.log10(12), 2)
    assert report.longest == 5
    # Two ways to begin, four to go on, two drinks after a size: by hand.
    bits = 1 + 2 + 0.5 * 1
    assert report.perplexity == pytest.approx(2 ** (bits / (4 + 0.5 + 1)), abs=0.01)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_written_network_is_whole(name: str) -> None:
    grammar, report = measure_grammar(shipped(name))
    lines = fsg_text(grammar, name).splitlines()
    assert lines[0] == f"FSG_BEGIN {name}" and lines[-1] == "FSG_END"
    assert sum(line.startswith("TRANSITION") for line in lines) == report.transitions
    states = int(lines[1].split()[1])
    for line in lines[4:-1]:
        assert max(int(part) for part in line.split()[1:3]) < states


TOO_MUCH = {
    "doubling rules": "expansion_rules:\n"
    + "".join(f'  r{n}: "(a|b) <r{n + 1}> [and <r{n + 1}>]"\n' for n in range(30))
    + "  r30: c\n",
    "a million words": "expansion_rules:\n  r0: "
    + '"'
    + " ".join("[{n}]" for _ in range(10))
    + ' x"\n'
    + "lists:\n  n: {values: ["
    + ", ".join(map("".join, product("bdgklmnp", repeat=5)))
    + "]}\n",
}


@pytest.mark.fault
@pytest.mark.parametrize("kind", TOO_MUCH)
def test_a_grammar_that_is_too_large_is_refused(tmp_path: Path, kind: str) -> None:
    text = "intents:\n  a:\n    data:\n    - sentences: [<r0>]\n" + TOO_MUCH[kind]
    pack = load_pack(folder(tmp_path, intents_yaml=text))
    with pytest.raises(PackError, match="too large") as caught:
        compile_grammar(pack.intents, pack.slot_lists)
    assert "shorten lists" in caught.value.hint


@pytest.mark.fault
@pytest.mark.parametrize(
    "sentence",
    ["(" + ";".join(f"[w{n}]" for n in range(12)) + ") x", "{n:0-99999999} x"],
)
def test_templates_that_explode_are_refused(tmp_path: Path, sentence: str) -> None:
    text = f'intents:\n  a:\n    data:\n    - sentences: ["{sentence}"]\n'
    with pytest.raises(PackError, match="line 4"):
        load_pack(folder(tmp_path, intents_yaml=text))
