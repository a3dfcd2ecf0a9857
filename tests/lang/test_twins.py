"""Numbers that sound alike are exchanged, one at a time and both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.lang.languages import language
from voiceagent.lang.twins import twin_of

pytestmark = pytest.mark.property
TWINS = sorted(language().numbers.twins)
PLAIN = st.lists(st.sampled_from(["set", "it", "to", "two", "twenty", "percent"]))


@given(PLAIN, st.sampled_from(TWINS), PLAIN)
def test_twice_exchanged_is_the_same(
    before: list[str], number: str, after: list[str]
) -> None:
    text = " ".join([*before, number, *after])
    assert twin_of(text) != text and twin_of(twin_of(text)) == text


@given(PLAIN)
def test_other_numbers_have_none(words: list[str]) -> None:
    assert twin_of(" ".join(words)) == ""


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("set it to forty percent", "set it to fourteen percent"),
        ("thirteen", "thirty"),
        ("nineteen minutes", "ninety minutes"),
        ("from forty to fifty", ""),
        ("", ""),
    ],
)
def test_what_is_exchanged(text: str, other: str) -> None:
    assert twin_of(text) == other
