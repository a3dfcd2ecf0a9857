"""Words and pieces: the encoder's own rules, any text, never more than the limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.nlu.slm.wordpiece import WordPiece, split_words

pytestmark = pytest.mark.property

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = [*SPECIAL, "turn", "on", "##ing", "the", "light", "##s", ",", "'", "caf"]
VOCABULARY += ["##e", "a", "\u5149"]
BEGIN, END = 2, 3


def names(text: str) -> list[str]:
    return [VOCABULARY[place] for place in WordPiece(VOCABULARY).encode(text).ids]


def test_longest_pieces_from_the_left() -> None:
    assert names("Turning on, the lights") == [
        "[CLS]",
        "turn",
        "##ing",
        "on",
        ",",
        "the",
        "light",
        "##s",
        "[SEP]",
    ]


def test_accents_case_and_what_is_unknown() -> None:
    assert names("CAF\u00c9") == ["[CLS]", "caf", "##e", "[SEP]"]
    assert names("xylophone") == ["[CLS]", "[UNK]", "[SEP]"]
    assert names("\u5149\u5149") == ["[CLS]", "\u5149", "\u5149", "[SEP]"]
    assert names("the\x00light\ufffd") == ["[CLS]", "the", "light", "[SEP]"]
    assert names("a" * 200) == ["[CLS]", "[UNK]", "[SEP]"]


@given(st.text(max_size=200))
def test_words_stand_where_they_say_and_in_order(text: str) -> None:
    place = 0
    for word in split_words(text):
        assert place <= word.start < word.end <= len(text)
        assert word.text and not word.text.isspace()
        place = word.end


@given(st.text(max_size=400), st.integers(3, 40))
def test_never_more_pieces_than_the_limit(text: str, limit: int) -> None:
    found = WordPiece(VOCABULARY, limit=limit).encode(text)
    assert len(found.ids) <= limit
    assert (found.ids[0], found.ids[-1]) == (BEGIN, END)
    assert len(found.first) == len(found.words)
    assert all(0 < place < len(found.ids) - 1 for place in found.first)
    assert found.cut == (len(found.words) < len(list(split_words(text))))


@given(st.text(alphabet="turnoglighs, '", max_size=60), st.text(max_size=10))
def test_a_longer_text_begins_like_the_shorter_one(text: str, more: str) -> None:
    pieces = WordPiece(VOCABULARY, limit=512)
    short, long = pieces.encode(text), pieces.encode(f"{text} {more}")
    assert long.ids[: len(short.ids) - 1] == short.ids[:-1]
