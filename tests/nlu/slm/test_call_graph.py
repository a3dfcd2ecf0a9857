"""The graph of valid calls: every way through it is valid, nothing else is."""

import json
import random
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs import tools
from voiceagent.nlu.slm.call_graph import (
    COMPACT,
    HERMES,
    JSON,
    CallPlace,
    Syntax,
    call_graph,
)

pytestmark = pytest.mark.property
SENTENCE = "please add red paint and nine nails"


@cache
def graph(
    syntax: Syntax, *, sentence: str = "", words: bool = False, none: bool = False
) -> CallPlace:
    """The start; what lies behind is made when it is first reached, and kept."""
    return call_graph(tools("home"), syntax, sentence=sentence, words=words, none=none)


def walk(start: CallPlace, chance: random.Random) -> tuple[bytes, CallPlace]:
    """A random way through the graph."""
    place, text = start, b""
    while place.branch is not None:
        option = chance.choice(place.branch.options)
        text += option.text
        after = place.step(option.text)
        assert after is not None
        place = after
    return text, place


@pytest.mark.parametrize(
    "syntax", [COMPACT, JSON, HERMES], ids=["own", "json", "marks"]
)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(1, 9), max_size=30))
def test_every_way_is_a_valid_call_however_it_is_cut(
    syntax: Syntax, seed: int, cuts: list[int]
) -> None:
    start = graph(syntax, sentence=SENTENCE, none=True)
    text, end = walk(start, random.Random(seed))
    place: CallPlace | None = start
    at = 0
    for cut in [*cuts, len(text)]:
        assert place is not None
        assert text[at:].startswith(place.forced())
        place = place.step(text[at : at + cut])
        at = min(len(text), at + cut)
        if at == len(text):
            break
    assert place is not None and place.done and place.notes == end.notes
    intent = end.intent(SENTENCE, 0.5)
    by_name = {tool.name: tool for tool in tools("home")}
    if intent is not None:
        signatures = by_name[intent.name].signatures
        assert any(set(s.slots) == set(intent.slots) for s in signatures)
    if syntax is JSON:
        call = json.loads(text)
        assert call["name"] == (intent.name if intent else "none")
        slots = intent.slots if intent else {}
        assert call["arguments"] == {name: str(v) for name, v in slots.items()}


@given(seed=st.integers(0, 10_000), at=st.integers(0, 200), byte=st.integers(0, 255))
def test_a_wrong_letter_is_never_taken(seed: int, at: int, byte: int) -> None:
    start = graph(COMPACT)
    text, _ = walk(start, random.Random(seed))
    place = start.step(text[: at % len(text)])
    assert place is not None and place.branch is not None
    rests = [
        o.text[len(place.typed) :]
        for o in place.branch.options
        if o.text.startswith(place.typed)
    ]
    fits = any(rest[0] == byte for rest in rests)
    assert (place.step(bytes([byte])) is not None) == fits


def test_what_can_only_come_one_way_is_forced() -> None:
    start = graph(JSON)
    assert start.forced() == b'{"name": "'
    place = start.step(b'{"name": "clock.t')
    assert place is not None and place.forced() == b'ime", "arguments": {}}'


def test_free_text_may_come_instead_but_not_like_a_call() -> None:
    start = graph(JSON, words=True)
    assert start.forced() == b""
    place = start.step(b"It is ")
    assert place is not None and place.talking and place.step(b"{x") is not None
    assert start.step(b"{x") is None and start.step(b"  ") is None
    assert start.step(b' {"name": "device.on') is None
    call = start.step(b'{"n')
    assert call is not None and call.forced() == b'ame": "'
    assert place.intent("x", 1.0) is None


def test_slots_without_a_list_copy_from_the_sentence() -> None:
    start = graph(COMPACT, sentence=SENTENCE)
    good = start.step(b"list.add(item=red paint;name=Shopping List;)")
    assert good is not None and good.done
    intent = good.intent(SENTENCE, 1.0)
    assert intent is not None
    assert intent.slots == {"item": "red paint", "name": "Shopping List"}
    assert start.step(b"list.add(item=blue") is None


def test_values_keep_their_type() -> None:
    place = graph(COMPACT).step(b"timer.set(minutes=20;)")
    intent = place.intent("", 1.0) if place else None
    assert intent is not None and intent.slots == {"minutes": 20}


def test_none_is_no_intent() -> None:
    start = graph(COMPACT, none=True)
    place = start.step(b"none()")
    assert place is not None and place.done and place.intent("", 1.0) is None
    assert graph(COMPACT).step(b"none()") is None
