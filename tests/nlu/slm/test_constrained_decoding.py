"""Writing along the graph: choices are asked for, the rest is not."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_decoder import PIECES, ScriptedDecoder

from tests.packs import tools
from voiceagent.errors import EngineFailed
from voiceagent.nlu.slm.call_graph import COMPACT, JSON, CallPlace, call_graph
from voiceagent.nlu.slm.constrained_decoding import (
    ConstrainedWriter,
    WritingLimits,
    Written,
)
from voiceagent.nlu.slm.tools import CallableIntent, Signature

pytestmark = pytest.mark.unit


@cache
def graph(words: bool) -> CallPlace:
    return call_graph(tools("home"), JSON, sentence="add milk", words=words)


def write(
    wish: str, *, words: bool = False, limits: WritingLimits | None = None
) -> Written:
    """What comes of a wish."""
    return ConstrainedWriter(ScriptedDecoder(wish)).write(
        [1, 2, 3], graph(words), limits
    )


def test_a_wish_that_is_valid_comes_true() -> None:
    wish = '{"name": "timer.set", "arguments": {"minutes": "20"}}'
    found = write(wish)
    intent = found.place.intent("", found.probability)
    assert intent is not None and found.reason == ""
    assert (intent.name, dict(intent.slots)) == ("timer.set", {"minutes": 20})
    assert found.probability > 0.9 and 0.9 < found.margin <= 1
    assert found.pieces >= 2 * found.passes


def test_what_must_not_come_does_not_and_it_is_unsure() -> None:
    found = write('{"name": "launch.rocket", "arguments": {}}')
    intent = found.place.intent("", found.probability)
    assert intent is not None and intent.name in {tool.name for tool in tools("home")}
    assert found.probability < 0.5


@given(st.text(max_size=60))
def test_whatever_a_model_wants_the_call_is_valid(wish: str) -> None:
    found = write(wish)
    assert found.place.done and not found.reason
    assert 0 <= found.probability <= 1 and 0 <= found.margin <= 1


def test_words_come_out_where_they_may() -> None:
    found = write("Once upon a time", words=True)
    assert found.text == "Once upon a time" and not found.reason
    assert found.place.intent("", 1.0) is None


def test_words_without_end_are_cut_and_said_to_be() -> None:
    found = write("a" * 500, words=True, limits=WritingLimits(pieces=20))
    assert found.reason == "no end" and found.pieces <= 21


def test_a_flag_stops_it_between_two_passes() -> None:
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 3

    found = write("a" * 500, words=True, limits=WritingLimits(stop=stop))
    assert found.reason == "cancelled" and found.passes <= 3
    assert write("x", limits=WritingLimits(stop=lambda: True)).reason == "cancelled"


def test_a_prompt_without_room_is_not_read() -> None:
    decoder = ScriptedDecoder("x", limit=50)
    found = ConstrainedWriter(decoder).write([1] * 40, call_graph(tools("home"), JSON))
    assert found.reason == "too long" and decoder.passes == 0


def test_the_shared_beginning_is_read_once() -> None:
    decoder = ScriptedDecoder("")
    writer = ConstrainedWriter(decoder)
    writer.warm([5] * 200)
    warm = decoder.passes
    start = call_graph(tools("home"), COMPACT)
    first = writer.write([5] * 200 + [6], start)
    second = writer.write([5] * 200 + [7], start)
    assert (warm, first.prompt, second.prompt) == (4, 1, 1)


def test_reading_a_prompt_again_reads_its_last_piece() -> None:
    writer = ConstrainedWriter(ScriptedDecoder(""))
    start = call_graph(tools("home"), COMPACT)
    writer.write([5, 6, 7], start)
    assert writer.write([5, 6, 7], start).prompt == 1


def test_forced_text_is_cut_the_models_way_or_by_the_longest_piece() -> None:
    writer = ConstrainedWriter(ScriptedDecoder(""))
    assert [PIECES[p] for p in writer.cut_longest(b"timers") or []] == [b"timer", b"s"]
    assert b"".join(PIECES[p] for p in writer.cut("größe".encode())) == "größe".encode()
    assert writer.cut(b"\xc3") == [1 + 0xC3]


def test_a_letter_without_a_piece_is_a_typed_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoder = ScriptedDecoder("")
    decoder.pieces = (b"", b"a")
    monkeypatch.setattr(decoder, "tokenize", lambda text: [])
    assert ConstrainedWriter(decoder).cut_longest(b"ab") is None
    with pytest.raises(EngineFailed, match="no piece"):
        ConstrainedWriter(decoder).write(
            [1], call_graph([CallableIntent("ab", (Signature({}),))], COMPACT)
        )


def test_where_no_piece_fits_it_says_so() -> None:
    decoder = ScriptedDecoder("")
    decoder.pieces = (b"", *[b"x"] * (len(PIECES) - 1))
    two = [
        CallableIntent("ab", (Signature({}),)),
        CallableIntent("cd", (Signature({}),)),
    ]
    found = ConstrainedWriter(decoder).write([1], call_graph(two, COMPACT))
    assert found.reason == "no valid piece"
