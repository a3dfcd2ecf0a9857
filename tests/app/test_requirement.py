"""Which versions a requirement allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.app.requirement import allows, split

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("line", "name", "wanted"),
    [
        ("voiceagent", "voiceagent", ""),
        ("voiceagent>=0.1,<0.2", "voiceagent", ">=0.1,<0.2"),
        ("voiceagent[edge] (>=0.1)", "voiceagent", ">=0.1"),
        ("Voice_Agent ~= 0.1", "voice-agent", "~= 0.1"),
        ('voiceagent>=9; extra == "new"', "", ""),
        ("???", "", ""),
    ],
)
def test_a_line_is_taken_apart(line: str, name: str, wanted: str) -> None:
    assert split(line) == (name, wanted)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ("", True),
        (">=0.1,<0.2", True),
        (">=0.1.0", True),
        ("==0.1", True),
        ("==0.1.*", True),
        ("~=0.1.0", True),
        ("!=0.1.1", True),
        ("<=0.1", True),
        (">=0.2", False),
        ("<0.1", False),
        (">0.1", False),
        ("~=0.2", False),
        ("==0.2.*", False),
        ("!=0.1.*", False),
        ("!=0.1", False),
        ("===weird", True),
        (">=1.0rc1", True),
    ],
)
def test_what_the_clauses_say(wanted: str, fits: bool) -> None:
    assert allows(wanted, "0.1.0") is fits


RELEASES = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(
    lambda parts: ".".join(map(str, parts))
)


@given(RELEASES, RELEASES)
def test_less_and_at_least_are_opposites(ours: str, theirs: str) -> None:
    assert allows(f">={theirs}", ours) is not allows(f"<{theirs}", ours)
    assert allows(f"<={theirs}", ours) is not allows(f">{theirs}", ours)
    assert allows(f"=={theirs}", ours) is not allows(f"!={theirs}", ours)


@given(st.text(max_size=30), st.text(max_size=10))
def test_whatever_is_written_is_survived(wanted: str, version: str) -> None:
    allows(wanted, version)
    split(wanted)
