"""Takes coffee orders: says them back, so that a wrong one can be stopped in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.skills.host import SkillHost
from voiceagent.skills.skill import Answer, Effect, Skill, SkillAlarm, TurnContext

__all__ = ["Counter", "create"]

CUP = ("size", "roast", "numberOfShots", "coffeeDrink")
"""Slots in the order in which an order is said back."""
EXTRAS = ("milkAmount", "sugarAmount")


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    return Counter()


class Counter:
    """A counter with one machine; connect yours in `_brew`."""

    name = "coffee"

    def __init__(self) -> None:
        self.orders: list[Mapping[str, SlotValue]] = []
        """What was ordered, oldest first."""

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """The order in words; it is taken when the turn has really ended."""
        order = dict(intent.slots)
        brew = Effect("coffee.order", lambda: self._brew(order))
        return Answer(f"{_sentence(order)}, coming up", (brew,))

    def alarms(self) -> Sequence[SkillAlarm]:
        """None, ever."""
        return ()

    def rang(self, alarm_id: str) -> None:
        """Nothing of ours rings."""

    def close(self) -> None:
        """Nothing to let go of."""

    def _brew(self, order: Mapping[str, SlotValue]) -> None:
        self.orders.append(order)


def _sentence(order: Mapping[str, SlotValue]) -> str:
    cup = " ".join(str(order[slot]) for slot in CUP if slot in order)
    extras = " and ".join(str(order[slot]) for slot in EXTRAS if slot in order)
    return f"One {cup}" + (f" with {extras}" if extras else "")
