"""Where turns of a device that is alone are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voiceagent.clock import Compute, outside, wall
from voiceagent.trace.events import Event

if TYPE_CHECKING:
    from pathlib import Path

    from voiceagent.app.config import Config
    from voiceagent.app.options import AgentOptions
    from voiceagent.app.workshop import Workshop
    from voiceagent.routing.meter import Meter
    from voiceagent.routing.till import Till

__all__ = ["alone_till", "make_meter"]


def alone_till(
    shop: Workshop,
    options: AgentOptions,
    compute: Compute,
    emit: Callable[[Event], None],
) -> Till | None:
    """None where nothing is kept."""
    kept = options.store.path if options.store is not None else None
    if kept is None:
        return None

    def meter() -> Meter:
        return make_meter(shop.config, kept.parent)

    from voiceagent.routing.till import Till

    return Till(meter, compute, emit)


def make_meter(config: Config, folder: Path | None) -> Meter:
    """The books of this device, not opened yet; raises `ConfigError`."""
    from voiceagent.routing.meter import Meter
    from voiceagent.routing.prices import load_prices

    path = folder / "cost.sqlite" if folder else None
    prices, clock = load_prices(config.cost.prices), outside if folder else wall
    return Meter(prices, config.cost, path, clock=clock)
