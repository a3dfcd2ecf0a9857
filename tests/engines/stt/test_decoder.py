"""Grammars are given to the decoder as it would make them itself, only faster."""

from pathlib import Path
from typing import Any

import pytest

from voiceagent.engines.stt.pocketsphinx import decoder as decoders
from voiceagent.stt.grammar import Grammar, Transition

pytestmark = pytest.mark.audio
GRAMMAR = Grammar((), frozenset()).with_phrases(
    ["read the list", "either is the one", "the record", "the the record"]
)


def written(decoder: Any, name: str, file: Path) -> str:
    decoder.get_fsg(name).writefile(str(file))
    return file.read_text()


def as_it_does(
    decoder: Any, name: str, moves: list[Transition], ends: list[int]
) -> None:
    """The decoder's own way: for each further way to say a word through all moves."""
    plain = [move if move[3] is not None else move[:3] for move in moves]
    decoder.add_fsg(name, decoder.create_fsg(name, *ends, plain))


@pytest.mark.parametrize("leave", [None, 0.1])
def test_a_grammar_is_the_one_that_the_decoder_makes(
    tmp_path: Path, leave: float | None
) -> None:
    ours = decoders.make_decoder({"lw": 3.0})
    decoders.add_grammar(ours, "one", GRAMMAR, leave=leave)
    package = decoders.load_pocketsphinx()
    own = package.Decoder(package.Config(lm=None, lw=3.0, loglevel="FATAL"))
    start, final, moves = GRAMMAR.to_fsg()
    if leave is not None:
        inside = (at for at in range(1, len(GRAMMAR.arcs)) if at not in GRAMMAR.finals)
        moves += [(at, final, leave, None) for at in inside]
    as_it_does(own, "one", moves, [start, final])
    first, second = tmp_path / "ours", tmp_path / "own"
    said = written(ours, "one", first)
    assert said == written(own, "one", second)
    assert "either(2)" in said and "record(3)" in said


def test_words_with_one_way_and_none_at_all_are_taken() -> None:
    decoder = decoders.make_decoder({})
    decoders.add_phone_loop(decoder, "loop", 0.1)
    assert decoder.current_search() == "loop"
