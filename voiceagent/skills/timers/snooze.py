"""Once more: what rang a moment ago rings again after a while."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from voiceagent.nlu.intent import Intent
from voiceagent.skills.phrases import duration_words
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.skills.timers.set_times import stamp_of, zone_of
from voiceagent.skills.timers.table import Timer, TimerTable
from voiceagent.skills.timers.words import date_words, intent_seconds
from voiceagent.store import Store

__all__ = ["LastRung", "snooze"]

KEY = "rung"
WITHIN = 1800.0
"""Seconds after ringing in which it can be put off."""
NAP = 540.0
"""Seconds until it rings again where nobody says how long."""


@dataclass(frozen=True, slots=True)
class LastRung:
    """What rang last, kept in the store: whoever stops it may want it again."""

    kind: str
    name: str
    date: float
    """When it was stopped, in seconds since 1970."""

    def keep(self, store: Store) -> None:
        """Known from here on."""
        kept = {"kind": self.kind, "name": self.name, "date": self.date}
        store.remember(KEY, json.dumps(kept))

    @staticmethod
    def of(store: Store) -> LastRung | None:
        """What is known; None where nothing rang, or what is kept says nothing."""
        try:
            kept = json.loads(store.glance(KEY, "null"))
            kind, name, date = kept["kind"], kept["name"], float(kept["date"])
        except (ValueError, TypeError, KeyError):
            return None
        sound = kind in ("alarm", "reminder", "timer") and isinstance(name, str)
        return LastRung(kind, name, date) if sound else None


def snooze(
    store: Store, table: TimerTable, intent: Intent, context: TurnContext
) -> Answer:
    """The answer to a wish for some more rest."""
    last, now = LastRung.of(store), stamp_of(context)
    if last is None or not 0 <= now.date - last.date <= WITHIN:
        return Answer("Nothing has rung just now")
    seconds = intent_seconds(intent) or NAP
    again = Timer.new(last.kind, now, seconds=seconds, name=last.name)
    when = datetime.fromtimestamp(now.later(seconds).date, zone_of(context))
    told = date_words(when, context.now)
    text = f"Again in {duration_words(seconds)}, at {told}"

    def run() -> None:
        table.add(again)
        LastRung(last.kind, last.name, 0.0).keep(store)

    return act(text, f"{last.kind}.snooze", run)
