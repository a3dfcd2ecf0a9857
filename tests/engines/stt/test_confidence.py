"""The confidence of the recogniser: more evidence never makes it less sure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.engines.stt.pocketsphinx.confidence import Evidence, confidence

pytestmark = pytest.mark.property

margins = st.floats(-200, 200)
shares = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75, 1.0])
leads = st.floats(-2000, 2000)


@given(margins, shares, leads)
def test_it_is_a_probability(margin: float, agreement: float, lead: float) -> None:
    assert 0.0 < confidence(Evidence(margin, agreement, lead)) < 1.0


@given(margins, margins, shares, leads)
def test_a_larger_margin_never_makes_less_sure(
    one: float, other: float, agreement: float, lead: float
) -> None:
    low, high = sorted((one, other))
    less, more = Evidence(low, agreement, lead), Evidence(high, agreement, lead)
    assert confidence(less) <= confidence(more)


@given(margins, shares, leads, leads)
def test_a_larger_lead_never_makes_less_sure(
    margin: float, agreement: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    less, more = Evidence(margin, agreement, low), Evidence(margin, agreement, high)
    assert confidence(less) <= confidence(more)
