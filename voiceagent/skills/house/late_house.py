"""In the place of a house that is not known yet: the reason why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voiceagent.errors import HouseFailed, VoiceAgentError
from voiceagent.lang.en_house import ABOUT_HOUSE
from voiceagent.skills.house.house import (
    Entity,
    EntityState,
    House,
    HouseModel,
    Unmoved,
    Value,
)

__all__ = ["LateHouse", "late_house"]

SAID = "I don't know your house yet"


class LateHouse:
    """In the place of a house that is not known yet: whoever looks or acts gets the
    reason. From `come` on it is that house."""

    def __init__(self, why: VoiceAgentError) -> None:
        self.why = why
        """Why it is not known, as far as was found out last."""
        self._house: House | None = None

    @property
    def model(self) -> HouseModel:
        """What there is; raises `HouseFailed` until that is known."""
        return self._now.model

    def state(self, entity: Entity) -> EntityState:
        """How it is now."""
        return self._now.state(entity)

    def states(self, entities: Sequence[Entity]) -> Mapping[Entity, EntityState]:
        """How each is now."""
        return self._now.states(entities)

    def missing(self) -> Sequence[Entity]:
        """What it does not know: nothing, while nothing is known of it."""
        return self._house.missing() if self._house is not None else ()

    def call(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> Sequence[Unmoved]:
        """Do it."""
        return self._now.call(entities, service, data)

    def items(self, entity: Entity) -> list[str]:
        """What stands on a list."""
        return self._now.items(entity)

    def come(self, house: House) -> None:
        """It is there."""
        self._house = house

    def absent(self, text: str) -> VoiceAgentError | None:
        """Why `text`, which nobody understands, is not understood yet."""
        about = self._house is None and ABOUT_HOUSE & {*text.lower().split()}
        return self._unknown() if about else None

    @property
    def _now(self) -> House:
        if self._house is None:
            raise self._unknown()
        return self._house

    def _unknown(self) -> HouseFailed:
        why = self.why
        reason = why.said or (why.what if isinstance(why, HouseFailed) else "")
        return HouseFailed(
            "the house is not known yet",
            cause=f"{why.what}: {why.cause}" if why.cause else why.what,
            hint=why.hint,
            said=f"{SAID}: {reason}" if reason else SAID,
        )


def late_house(house: House) -> LateHouse | None:
    """The house, where it is not known yet."""
    return house if isinstance(house, LateHouse) else None
