"""What was to ring while nothing could ring, for a session in which all is typed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from voiceagent.agent.alarms import Bells, time_left
from voiceagent.agent.missed import Missed
from voiceagent.clock import Compute
from voiceagent.skills.skill import SkillAlarm
from voiceagent.store import Store

__all__ = ["missed_rings"]

log = logging.getLogger(__name__)

OVER = 900.0
"""Seconds after which nobody rings any more: what is due for so long was never rung."""


def missed_rings(
    store: Store, compute: Compute, silent: Sequence[Bells] | None
) -> Missed:
    """`silent`: who may have alarms where nothing rings; None: all ring."""
    unheard = partial(_overdue, silent) if silent is not None else None
    return Missed(store, compute, unheard)


def _overdue(bells: Sequence[Bells]) -> list[tuple[SkillAlarm, float]]:
    """They are told now, and ring no more."""
    found: list[tuple[SkillAlarm, float]] = []
    left = time_left()
    for bell in bells:
        try:
            late = [(a, -left(a)) for a in bell.alarms() if -left(a) >= OVER]
            for alarm, _ in late:
                bell.rang(alarm.id)
        except Exception as error:  # of whoever wrote the skill; the answer is given
            log.warning("alarms failed", extra={"error": type(error).__name__})
        else:
            found += late
    return found
