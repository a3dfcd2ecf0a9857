"""A house that was not there when a session began: looked for beside it, and taken in.

before    a command to the house is refused with the reason by name
look      asked for again and again, in the supervisor's pace; what is understood and
          what hears it are made anew beside the session
taken in  templates, guards, skills, recogniser and model know its things from the
          next utterance on; nothing that was begun is lost
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from voiceagent.agent.looking import LookAbout, LookedAbout, Outlook
from voiceagent.app.house import open_house, strangers
from voiceagent.clock import Pace
from voiceagent.errors import VoiceAgentError
from voiceagent.skills.house.house import (
    House,
    HouseModel,
)
from voiceagent.skills.house.late_house import LateHouse
from voiceagent.store import Store
from voiceagent.stt.pool import PooledStt
from voiceagent.trace.events import Degraded

if TYPE_CHECKING:
    from voiceagent.agent.build import HearingParts
    from voiceagent.app.language import PackLanguage
    from voiceagent.app.workshop import Workshop
    from voiceagent.nlu.decision import Thresholds
    from voiceagent.nlu.models.library import Library
    from voiceagent.nlu.models.swap import ModelSwitch
    from voiceagent.nlu.slm.protocol import Slm

__all__ = [
    "HouseSearch",
    "MovedLibrary",
    "look_around",
    "may_move",
    "outlook",
]


class MovedLibrary:
    """The models of a language that may become another."""

    def __init__(self, library: Library) -> None:
        self.now = self._first = library
        self._of: dict[int, Library] = {}

    def load(self, name: str) -> Slm | None:
        """A new instance for what can be meant now."""
        library = self.now
        slm = library.load(name)
        if slm is not None:
            self._of[id(slm)] = library
        return slm

    def release(self, slm: Slm) -> None:
        """Free it."""
        self._of.pop(id(slm), self._first).release(slm)

    def limits(self, slm: Slm) -> Thresholds:
        """How sure it has to be."""
        return self._of.get(id(slm), self._first).limits(slm)

    def stamp(self) -> object:
        """Changes with the user's choice."""
        return self.now.stamp()

    def wanted(self) -> str:
        """The name of the user's choice."""
        return self.now.wanted()


class Becoming(Protocol):
    """What understands a session's words."""

    def become(self, language: PackLanguage) -> None:
        """Understand another language from now on."""
        ...


class HouseSearch:
    """Looks for the house of one session, and takes it in."""

    def __init__(
        self,
        shop: Workshop,
        house: LateHouse,
        understood: Becoming,
        hearing: HearingParts | None,
        models: ModelSwitch | None,
    ) -> None:
        """`hearing` and `models`: what is made anew for its things."""
        self._shop, self._house, self._understood = shop, house, understood
        self._stt = hearing.stt if hearing is not None else None
        self._models = models

    def look(self) -> LookedAbout:
        """Ask for it, and make what knows it; blocking. Raises `VoiceAgentError`."""
        fresh = self._shop.with_values({"pack.house": str(self._asked())})
        language = fresh.language
        _ = language.parser, language.progress, language.cascade
        hub = self._shop.config.home_assistant
        found = open_house(hub, language.outfit.house, Store(None))
        heard = self._heard(fresh)
        notice = Degraded(what="the house", why=_told(found.model))
        return LookedAbout(
            (notice, *strangers(found)), partial(self._take_in, fresh, found, heard)
        )

    def _asked(self) -> object:
        ask = self._shop.housed.ask
        assert ask is not None
        try:
            return ask()
        except VoiceAgentError as error:
            self._house.why = error
            raise

    def _heard(self, fresh: Workshop) -> PooledStt | None:
        if not isinstance(self._stt, PooledStt):
            return None
        stt = fresh.engines.session_stt(Pace.REALTIME)
        return stt if isinstance(stt, PooledStt) else None

    def _take_in(self, fresh: Workshop, found: House, heard: PooledStt | None) -> None:
        self._house.come(found)
        self._understood.become(fresh.language)
        if heard is not None and isinstance(self._stt, PooledStt):
            self._stt.move(heard)
        if self._models is not None and isinstance(self._models.source, MovedLibrary):
            self._models.source.now = fresh.library(live=True)
            self._models.renew()


def _told(model: HouseModel) -> str:
    counts = {"thing": len(model.entities), "room": len(model.areas)}
    things, rooms = (f"{n} {one}{'s' * (n != 1)}" for one, n in counts.items())
    return (
        f"Home Assistant has told what there is, known from now on: {things}, {rooms}"
    )


def look_around(house: House) -> LookedAbout:
    """What a session that has begun finds out of a house that is known; blocking."""
    return LookedAbout(strangers(house))


def outlook(look: LookAbout | None, late: LateHouse | None) -> Outlook:
    """What a session sees of its house."""
    return Outlook(look, late.absent) if late is not None else Outlook(look)


def may_move(shop: Workshop, library: Library) -> Library | MovedLibrary:
    """The models, of another language later where the house is not known yet."""
    return MovedLibrary(library) if shop.housed.why is not None else library
