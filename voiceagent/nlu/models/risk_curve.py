"""Risk against coverage: how sure a model has to be, read off its own curve.

`curve.json` lies beside the model and was computed on text that it never saw: for each
threshold the share of our sentences that it keeps, and the share of those that it gets
wrong. The configuration names the one or the other; the threshold follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from voiceagent.errors import ConfigError, ModelError
from voiceagent.nlu.config import RouteConfig
from voiceagent.nlu.decision import Thresholds
from voiceagent.nlu.models.model_folder import Model

__all__ = ["CURVE", "Curve", "RiskPoint", "limits_of", "read_curve", "threshold"]

CURVE = "curve.json"
EVEN = 0.5
"""Probability from which on asking back is more often right than wrong."""
LIMIT = 16 * 2**20
"""Bytes of the largest file that is taken for a curve."""
USUAL_RISK = 0.02
"""Share of the kept sentences that may be wrong where the configuration says nothing:
what the product promises for spoken commands in quiet."""

Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class RiskPoint(Struct, frozen=True, kw_only=True):
    """What happens at one threshold."""

    threshold: Share
    share: Share
    """Of the sentences meant for this device, how many are kept."""
    risk: Share
    """Of the kept ones, how many are wrong, many of all sentences being foreign."""


class Curve(Struct, frozen=True, kw_only=True):
    """Points on held-out text, in any order."""

    points: Annotated[list[RiskPoint], Meta(min_length=1, max_length=100_000)]


def read_curve(file: Path) -> Curve:
    """The curve in a file; `ModelError` where it is none."""
    try:
        if file.stat().st_size > LIMIT:
            raise ValueError(f"larger than {LIMIT} bytes")
        return msgspec.json.decode(file.read_bytes(), type=Curve)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"curve `{file}` cannot be read",
            cause=str(error),
            hint="install the model again; `voiceagent models verify` looks at it",
        ) from error


def threshold(points: Sequence[RiskPoint], config: RouteConfig) -> float:
    """The lowest probability that is acted upon; `ConfigError` where none will do."""
    ordered = sorted(points, key=lambda point: -point.threshold)
    if config.local_share is not None:
        for point in ordered:
            if point.share >= config.local_share:
                return point.threshold
        return ordered[-1].threshold
    risk = USUAL_RISK if config.max_risk is None else config.max_risk
    good: RiskPoint | None = None
    for point in ordered:
        # From the surest down, and no further than the last one that is within bounds:
        # a lucky point behind a bad stretch must not open the gate.
        if point.risk > risk and point.share > 0:
            break
        good = point
    if good is None:
        raise ConfigError(
            f"`route.max_risk` of {risk} is out of this model's reach",
            cause=f"at its surest it is wrong in {ordered[0].risk:.1%}",
            hint="allow a little more, or choose another model",
        )
    return good.threshold


def limits_of(config: RouteConfig, model: Model) -> Thresholds:
    """How sure a model has to be; models without a curve keep the usual values."""
    if CURVE not in model.card.sha256:
        usual = Thresholds()
        if config.local_share is None and config.max_risk is None:
            return usual
        raise ConfigError(
            f"model `{model.name}` has no risk-coverage curve",
            cause="`route.local_share` and `route.max_risk` are read off it",
            hint="take them out of the configuration, or use a model with a curve",
        )
    act = threshold(read_curve(model.folder / CURVE).points, config)
    return Thresholds(act=act, ask=min(act, EVEN))
