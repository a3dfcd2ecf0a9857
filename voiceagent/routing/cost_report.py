"""What was spent, and what it would have been had the cloud answered everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from voiceagent.routing.meter import LOCAL, Entry
from voiceagent.routing.prices import ANSWER_SECONDS, PriceTable, Use

__all__ = ["CostReport", "Line", "cost_report"]

MICRO = 1_000_000


@dataclass(slots=True)
class Line:
    """All answers of one leg."""

    leg: str
    model: str
    answers: int = 0
    cancelled: int = 0
    """Attempts that another was faster than, or that were given up; paid all the
    same."""
    micro: int = 0
    unknown: int = 0
    """Attempts whose price is not known: they are in no sum."""


@dataclass(slots=True)
class CostReport:
    """The report, in millionths of the currency."""

    currency: str
    lines: list[Line] = field(default_factory=list)
    turns: int = 0
    here: int = 0
    """Turns that the device answered itself."""
    spent: int = 0
    cloud: int | None = None
    """What the cloud model would have cost for all turns; None: unknown."""
    cloud_model: str = ""

    def saved(self) -> int | None:
        """Less than the cloud would have cost; None: unknown."""
        return None if self.cloud is None else self.cloud - self.spent


def cost_report(entries: Iterable[Entry], prices: PriceTable) -> CostReport:
    """Sum up; a turn that two legs were asked for is one turn, paid twice."""
    report = CostReport(prices.currency, cloud_model=prices.counterfactual.model)
    lines: dict[tuple[str, str], Line] = {}
    cloud, known = 0, bool(report.cloud_model)
    for entry in entries:
        line = lines.setdefault((entry.leg, entry.model), Line(entry.leg, entry.model))
        answered = entry.outcome == "answered"
        line.answers += answered
        line.cancelled += not answered
        if entry.micro is None:
            line.unknown += 1
        else:
            line.micro += entry.micro
        if answered:
            report.turns += 1
            report.here += entry.leg == LOCAL
            price = _cloud(entry, prices)
            known, cloud = known and price is not None, cloud + (price or 0)
    report.lines = list(lines.values())
    report.spent = sum(line.micro for line in report.lines)
    report.cloud = cloud if known else None
    return report


def _cloud(entry: Entry, prices: PriceTable) -> int | None:
    """The turn at the price of the cloud model; three seconds of audio where it was
    only heard, tokens as counted or as estimated."""
    use = Use(
        input_tokens=entry.input_tokens if entry.input_tokens is not None else 40,
        output_tokens=entry.output_tokens if entry.output_tokens is not None else 60,
        audio_seconds=entry.audio_seconds or 3.0,
        busy_seconds=ANSWER_SECONDS,
    )
    day = date.fromisoformat(entry.day)
    return prices.cost(prices.counterfactual.model, use, day)
