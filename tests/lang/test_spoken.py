"""How far words are apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edits import edits
from voiceagent.lang.spoken import distance

pytestmark = pytest.mark.property
phones = st.lists(st.sampled_from("ABC"), max_size=5)


@given(phones, phones, st.integers(0, 6))
def test_the_distance_is_counted_as_far_as_it_matters(
    one: list[str], other: list[str], most: int
) -> None:
    expected = min(edits(one, other), most + 1)
    assert distance(one, other, most) == expected
    assert distance("".join(one), "".join(other), most) == expected
