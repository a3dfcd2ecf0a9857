"""Of the words of others only text is left."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import ConfigError, RemoteFailed
from voiceagent.errors.foreign import (
    cleaned,
    escaped,
    one_line,
    plain_name,
    words_of_others,
)

pytestmark = [pytest.mark.unit, pytest.mark.property]
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Format characters that are printed: signs of Arabic numbers, the end of a verse."""
JOINERS = {0x180E, 0x200C, 0x200D}
ORDERS = [
    *("\x1b[2J", "\x1b[31;1m", "\x1b]0;title\x07", "\x1b]52;c;YQ==\x1b\\", "\x9b2J"),
    *("\x9d0;t\x9c", "\x1bP1$r\x1b\\", "\x1bc", "\x1b(B", "\x1b[?25l", "\x1b[1;2H"),
]
anything = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b[]0;m\x07\x9b\x9c\\\r\n\t\u202e\u200d\u200ba\u0915\u2764"),
        st.characters(categories=["Cc", "Cf", "Cs"]),
    )
)


def raw(text: str) -> list[str]:
    """Whatever in it is more than text."""
    return [
        sign
        for sign in text
        if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and sign != "\n"
        and ord(sign) not in SEEN | JOINERS
    ]


@given(anything)
def test_nothing_is_left_that_is_no_text(text: str) -> None:
    for piece in (False, True):
        clean = words_of_others(text, piece=piece)
        assert raw(clean) == []
        assert words_of_others(clean, piece=piece) == clean


@given(anything)
def test_printable_text_stays_as_it_is(text: str) -> None:
    kept = "".join(sign for sign in text if sign.isprintable())
    assert words_of_others(kept) == kept


def test_every_format_character_is_known() -> None:
    left = {
        number
        for number in range(sys.maxunicode + 1)
        if unicodedata.category(chr(number)) in ("Cc", "Cf")
        and words_of_others(f"a{chr(number)}b") == f"a{chr(number)}b"
    }
    assert left == {ord("\n"), *SEEN}


@pytest.mark.parametrize("order", ORDERS, ids=repr)
def test_an_order_goes_whole(order: str) -> None:
    assert words_of_others(f"on{order}ly words") == "only words"


@pytest.mark.parametrize("cut", ["\x1b]0;never ends", "\x1b[", "\x1b", "\x9d x"])
def test_what_never_ends_hides_no_words(cut: str) -> None:
    assert words_of_others(f"{cut}é words").endswith("é words")


def test_lines_stay_lines() -> None:
    assert words_of_others("a\r\nb\rc\u2028d\x85e\tf") == "a\nb\nc\nd\ne f"
    assert one_line("a\r\nb  c\u2029\td ") == "a b c d"
    assert one_line("x" * 500, 10) == "x" * 9 + "…"


JOINED = [
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, "I want"
    "\u0915\u094d\u200d\u0937",  # Devanagari
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family
    "\U0001f3f3\ufe0f\u200d\U0001f308",  # a rainbow flag
]


@pytest.mark.parametrize("word", JOINED)
def test_joiners_stay_where_a_language_needs_them(word: str) -> None:
    assert words_of_others(word) == word
    middle = word.index(word[1])
    assert (
        words_of_others(word[:middle], piece=True)
        + words_of_others(word[middle:], piece=True)
        == word
    )


@pytest.mark.parametrize("word", ["pay\u200dpal", "a\u200cb", "x\u200d\u0915"])
def test_and_nowhere_else(word: str) -> None:
    assert words_of_others(word) == word.replace("\u200d", "").replace("\u200c", "")


@given(
    st.recursive(
        anything, lambda inner: st.lists(inner) | st.dictionaries(anything, inner)
    )
)
def test_lists_and_objects_are_cleaned_through_and_through(value: object) -> None:
    found = cleaned(value)
    assert raw(json.dumps(found, ensure_ascii=False)) == []
    assert cleaned(found) is found


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_json_says_the_same(text: str) -> None:
    told = escaped(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(told) == {"a": text}
    assert [sign for sign in raw(told) if sign not in "\n"] == []


def test_a_name_is_letters_and_little_else() -> None:
    assert plain_name("[/boom] \x1b[2J$(x)") == "__boom____2J__x_"
    assert plain_name("light.turn-on_é") == "light.turn-on_é"
    assert len(plain_name("x" * 999)) == 64


def test_an_error_quotes_text_alone_and_lines_of_others_are_no_hints() -> None:
    error = RemoteFailed(
        "refused: \x1b[31mx", cause="a\nhint: run `evil`", hint="b\u202e"
    )
    assert error.what == "refused: x"
    lines = str(error).splitlines()
    assert lines == ["refused: x", "cause: a", "  hint: run `evil`", "hint: b"]
    assert ConfigError("x\x07").args == ("x",)


def test_much_of_it_takes_no_long_time() -> None:
    for evil in ("\x1b]", "\x1b[0;", "\x9d", "\u200d", "\x1b[0 "):
        assert raw(words_of_others(evil * 100_000)) == []
