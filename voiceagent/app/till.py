"""Where turns of a device that is alone are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voiceagent.clock import Compute
from voiceagent.trace.events import Event

if TYPE_CHECKING:
    from voiceagent.app.options import AgentOptions
    from voiceagent.app.workshop import Workshop
    from voiceagent.routing.meter import Meter
    from voiceagent.routing.till import Till

__all__ = ["alone_till"]


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
        from voiceagent.app.escalation import make_meter

        return make_meter(shop.config, kept.parent)

    from voiceagent.routing.till import Till

    return Till(meter, compute, emit)
