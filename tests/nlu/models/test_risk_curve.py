"""Thresholds from risk-coverage curves."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import ConfigError, ModelError
from voiceagent.nlu.config import RouteConfig
from voiceagent.nlu.models.risk_curve import RiskPoint, read_curve, threshold

pytestmark = pytest.mark.property
SHARES = st.floats(0.0, 1.0, allow_nan=False)
POINTS = st.lists(
    st.builds(RiskPoint, threshold=SHARES, share=SHARES, risk=SHARES), min_size=1
)


@given(POINTS, SHARES)
def test_the_risk_at_the_threshold_is_within_bounds(
    points: list[RiskPoint], risk: float
) -> None:
    try:
        found = threshold(points, RouteConfig(max_risk=risk))
    except ConfigError:
        return
    kept = [p for p in points if p.threshold == found and p.share > 0]
    assert not kept or min(p.risk for p in kept) <= risk


@given(POINTS, SHARES, SHARES)
def test_more_risk_or_more_share_never_raises_the_threshold(
    points: list[RiskPoint], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    shares = [threshold(points, RouteConfig(local_share=s)) for s in (low, high)]
    assert shares[0] >= shares[1]
    try:
        strict = threshold(points, RouteConfig(max_risk=low))
    except ConfigError:
        return
    assert threshold(points, RouteConfig(max_risk=high)) <= strict


def curve() -> list[RiskPoint]:
    return [
        RiskPoint(threshold=0.99, share=0.3, risk=0.001),
        RiskPoint(threshold=0.9, share=0.7, risk=0.006),
        RiskPoint(threshold=0.6, share=0.9, risk=0.04),
        RiskPoint(threshold=0.0, share=1.0, risk=0.2),
    ]


def test_share_and_risk_pick_their_points() -> None:
    assert threshold(curve(), RouteConfig(local_share=0.7)) == 0.9
    assert threshold(curve(), RouteConfig(max_risk=0.01)) == 0.9
    assert threshold(curve(), RouteConfig()) == 0.9
    assert threshold(curve(), RouteConfig(max_risk=1.0)) == 0.0
    with pytest.raises(ConfigError, match="out of this model's reach"):
        threshold(curve(), RouteConfig(max_risk=0.0001))


@pytest.mark.fault
@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"points": []}', '{"points": [{"threshold": 2}]}']
)
def test_a_curve_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "curve.json"
    file.write_text(text)
    with pytest.raises(ModelError, match="curve"):
        read_curve(file)
    with pytest.raises(ModelError):
        read_curve(tmp_path / "none.json")


def test_more_than_the_points_may_stand_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "curve.json"
    rows = [{"threshold": 0.5, "share": 1, "risk": 0, "kept": 20}]
    file.write_text(json.dumps({"points": rows, "made_of": "held-out text"}))
    assert read_curve(file).points == [RiskPoint(threshold=0.5, share=1.0, risk=0.0)]
