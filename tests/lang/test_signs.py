"""Signs beside numbers are said, by whatever name, or the voice refuses."""

from __future__ import annotations

import sys
import unicodedata
from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.lang.tables import ENGLISH
from voiceagent.engines.tts.speakable import sayable, speakable
from voiceagent.errors import UsageError
from voiceagent.lang.markup import without_markup

pytestmark = pytest.mark.unit

KINDS = frozenset(("Sc", "Sm", "So", "Sk", "No", "Nl"))
FORMS = ("5 {}", "{}5", "5{}", "5 {} 3", "it is {} 5", "5{}3")


@lru_cache
def signs() -> tuple[str, ...]:
    """All signs of Unicode but those of markup."""
    every = map(chr, range(sys.maxunicode + 1))
    return tuple(
        c
        for c in every
        if unicodedata.category(c) in KINDS and unicodedata.normalize("NFKC", c) != "`"
    )


def lost(form: str, sign: str, *, plain: bool) -> bool:
    """Whether a sign beside a number is missing in what is said."""
    said = speakable(form.format(sign), plain=plain)
    return sum(map(str.isalnum, said)) <= sum(map(str.isalnum, form))


def test_every_sign_of_unicode_is_said_beside_a_number() -> None:
    missing = [
        (form, unicodedata.name(sign, hex(ord(sign))))
        for at, sign in enumerate(signs())
        if at % 4 == 0 or unicodedata.category(sign) != "So"
        for form in [FORMS[at % len(FORMS)]]
        if lost(form, sign, plain=at % 2 == 0)
    ]
    assert missing == []


@settings(deadline=None)
@given(st.sampled_from(sorted(ENGLISH.signs.beside | ENGLISH.signs.anywhere)))
@example("\u2044")
def test_signs_with_words_are_said_in_every_place(sign: str) -> None:
    for form in FORMS:
        for plain in (True, False):
            assert not lost(form, sign, plain=plain), form


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("5 \u00b5g", "5 micrograms"),
        ("1 \u03bcg", "1 microgram"),
        ("5 \u00b5C", "5 micro C"),
        ("10 k\u03a9", "10 kiloohms"),
        ("10\u00b3", "10 to the third"),
        ("10^3", "10 to the third"),
        ("10\u207b\u00b3", "10 to the minus 3"),
        ("5\u00b2\u00b3", "5 to the 23"),
        ("x\u00b2", "x squared"),
        ("5 m\u00b2", "5 square metres"),
        ("1 m\u00b3", "1 cubic metre"),
        ("3 kg/m\u00b3", "3 kg per cubic metre"),
        ("10\u2082", "10 sub 2"),
        ("H\u2082O", "H2O"),
        ("6 \u00f7 2", "6 divided by 2"),
        ("20 \u00b1 2", "20 plus or minus 2"),
        ("\u2264 5", "at most 5"),
        ("x >= 5", "x at least 5"),
        ("<5", "less than 5"),
        ("~5", "about 5"),
        ("#5", "number 5"),
        ("2*3", "2 times 3"),
        ("5 - 3 = 2", "5 minus 3 equals 2"),
        ("5 \u2212 3", "5 minus 3"),
        ("\u20135 \u00b0C", "minus 5 degrees Celsius"),
        ("20\u201325 \u00b0C", "20 to 25 degrees Celsius"),
        ("5%\u201310%", "5 percent to 10 percent"),
        ("5-10 minutes", "5 to 10 minutes"),
        ("call 555-1234 now", "call 555-1234 now"),
        ("3:1", "3 to 1"),
        ("\u2153 cup", "a third of a cup"),
        ("\u00bd cup", "half a cup"),
        ("\u00bd hour", "half an hour"),
        ("\u2154 ounce", "two thirds of an ounce"),
        ("\u00bd of the cake", "a half of the cake"),
        ("\u00bd the cake", "a half of the cake"),
        ("1\u00bd cups", "1 and a half cups"),
        ("1 1/2 cups", "1 and a half cups"),
        ("2\u20443 cup", "two thirds of a cup"),
        ("1\u204416 inch", "1 over 16 of an inch"),
        ("\u00a5500", "500 yen"),
        ("500 \u20b9", "500 rupees"),
        ("50\u00a2", "50 cents"),
        ("-$5", "minus 5 dollars"),
        ("US$5 million", "5 million US dollars"),
        ("$5\u2013$10", "5 dollars to 10 dollars"),
        ("\u0665 \uff05", "5 percent"),
        ("2\u03c0", "2 pi"),
        ("$1.5M", "1.5 million dollars"),
        ("\u00a35bn", "5 billion pounds"),
        ("$.50", ".50 dollars"),
        ("$5-10", "5 dollars to 10"),
        ("\u00a35 - \u00a310", "5 pounds to 10 pounds"),
        ("\u00a31", "1 pound"),
        ("\u2212\u00bd", "minus a half"),
        ("-1\u00bd", "minus 1 and a half"),
        ("1/2 cup", "half a cup"),
        ("on 1/2 we go", "on 1/2 we go"),
        ("5~10", "5 to 10"),
        ("5\u066a", "5 percent"),
        ("5 \u33a1", "5 square metres"),
        ("5 \u338d", "5 micrograms"),
        ("5 \u33c0", "5 kiloohms"),
        ("5 \\ 2", "5 backslash 2"),
        ("\u2460 and 5\u2461", "1 and 5 2"),
    ],
)
def test_what_a_sign_means_is_said(written: str, said: str) -> None:
    assert speakable(written, plain=True) == said


@pytest.mark.parametrize("text", ["5 \u043a\u043c", "5\u4e2a", "\u05d0 5"])
def test_letters_beside_a_number_are_said_or_refused(text: str) -> None:
    with pytest.raises(UsageError, match="beside a number") as caught:
        sayable(text, plain=True)
    assert "`speak.voice`" in caught.value.hint
    assert not set(text) & set(str(caught.value)) - set(" 5")
    assert any(letter.isalpha() for letter in sayable(text))


def test_letters_that_are_known_and_those_elsewhere_refuse_nothing() -> None:
    for text in (
        "5 caf\u00e9",
        "\u0141\u00f3d\u017a 5",
        "5 \u03c0",
        "\u5317\u4eac is 1,000 km away",
    ):
        assert sayable(text, plain=True).isascii()


def test_elsewhere_decoration_stays_unsaid() -> None:
    assert speakable("Done \u2705, *all* of it #home ~", plain=True) == (
        "Done, all of it home"
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("See [the page](https://x.org/a_(b) 'T').", "See the page."),
        ("[5 apples](http://a.b) ![a photo](c.png)", "5 apples a photo"),
        ("[one][1] and [two](</a>)", "one and two"),
        ("at https://www.example.com/a?b=5.", "at example dot com."),
        ("<https://me@example.org:80/>", "example dot org"),
        ("**5** _apples_ `now`", "5 apples now"),
        ("## Top\n> said 5\n* one", "Top said 5 one"),
        ("<b>5</b> <speak>hello</speak>", "5 hello"),
        ("| a | 5 |\n|---|:-:|\n| b | 6 |", "a, 5 b, 6"),
    ],
)
def test_what_is_for_the_eye_is_not_said(written: str, said: str) -> None:
    assert speakable(written) == said


@settings(deadline=None)
@given(st.text(alphabet="[]()<>|*_~`#.:/- a5\n", max_size=80))
def test_no_markup_loses_a_number_outside_of_targets(text: str) -> None:
    if "(" not in text and "][" not in text and "<" not in text:
        said = without_markup(text)
        assert said.count("5") == text.count("5")
