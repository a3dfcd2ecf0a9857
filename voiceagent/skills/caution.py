"""Effects with consequences: what is asked about before it is done.

A door that opens, an alarm that is off or a heater that runs cannot be called back like
a lamp, and anybody in hearing distance may have said it, or a television. Whoever asks
twice is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voiceagent.nlu.clarify import Option, Question
from voiceagent.nlu.intent import Intent
from voiceagent.skills.config import ConfirmConfig
from voiceagent.skills.house.house import Entity, Value

__all__ = ["Wish", "ask_first", "spending", "why_ask"]

OPENING = ("open_cover", "toggle", "open_valve")
FAHRENHEIT = ("°F", "F", "degrees fahrenheit", "fahrenheit")


@dataclass(frozen=True, slots=True)
class Wish:
    """A service that things of the house are asked for."""

    entities: Sequence[Entity]
    service: str
    """Home Assistant's name of it."""
    data: Mapping[str, Value]


def why_ask(confirm: ConfirmConfig, wishes: Sequence[Wish]) -> str:
    """What a user has to be asked about first; empty where it may simply be done."""
    reasons = (
        _reason(confirm, wish, entity) for wish in wishes for entity in wish.entities
    )
    return next(filter(None, reasons), "")


def ask_first(intent: Intent, words: str, *, reason: str) -> Question:
    """The question whether `intent` is wanted; `words`: "unlock the front door"."""
    return Question(f"Do you want me to {words}?", (Option(words, intent),), reason)


def spending(confirm: ConfirmConfig, intent: Intent, words: str) -> Question | None:
    """For handlers of packs: asked before money is spent, where that is configured."""
    return ask_first(intent, words, reason="it costs money") if confirm.spend else None


def _reason(confirm: ConfirmConfig, wish: Wish, entity: Entity) -> str:
    if entity.confirm is not None:
        return "the house says so" if entity.confirm else ""
    match entity.domain:
        case "lock" if confirm.unlock and wish.service in ("unlock", "open"):
            return "it unlocks"
        case "cover" if entity.kind in confirm.open and _opens(wish):
            return f"it opens a {entity.kind}"
        case "alarm_control_panel" if confirm.disarm and "disarm" in wish.service:
            return "it disarms"
        case "climate" if _degrees(wish, entity) > confirm.heat_above:
            return f"more than {confirm.heat_above:g} degrees"
    return ""


def _opens(wish: Wish) -> bool:
    return wish.service in OPENING or float(wish.data.get("position", 0)) > 0


def _degrees(wish: Wish, entity: Entity) -> float:
    """Celsius; nothing is hotter than what is not a temperature."""
    wanted = wish.data.get("temperature")
    if wanted is None:
        return float("-inf")
    number = float(wanted)
    return (number - 32) / 1.8 if entity.unit in FAHRENHEIT else number
