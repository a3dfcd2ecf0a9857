"""Who is at home: what the persons of the house say, and who is meant by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voiceagent.skills.house.house import Entity, House, ways

__all__ = ["People", "Somebody"]

HOME, AWAY, ANY, ALL, ME = "home", "away", "any", "all", "i"
UNTOLD = ("unknown", "unavailable", "missing", "")
"""States that do not say where somebody is."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whoever is waited for, and what they do."""

    who: str
    """The id of a person, `any` or `all`."""
    place: str
    name: str = ""
    """Of a person; empty where it is the user."""

    @property
    def does(self) -> str:
        """`Anna comes home`, `you leave`, `nobody is home any more`."""
        come = self.place == HOME
        if self.who == ALL:
            return "everybody is home" if come else "nobody is home any more"
        if self.who == ANY:
            return "somebody comes home" if come else "somebody leaves"
        if not self.name:
            return "you come home" if come else "you leave"
        return f"{self.name} {'comes home' if come else 'leaves'}"

    @property
    def so(self) -> str:
        """`Anna is home`, `nobody is home`."""
        come = self.place == HOME
        if self.who == ALL:
            return "everybody is home" if come else "nobody is home"
        if self.who == ANY:
            return "somebody is home" if come else "somebody is out"
        who = f"{self.name} is" if self.name else "you are"
        return f"{who} {'home' if come else 'out'}"


class People:
    """The persons of a house; blocking, raises `VoiceAgentError`."""

    def __init__(self, house: House) -> None:
        self._house = house

    @property
    def every(self) -> tuple[Entity, ...]:
        """All that the house knows of."""
        return self._house.model.select("person")

    def named(self, said: str) -> tuple[Entity, ...]:
        """Whoever is called so; for `i` everybody that it may be."""
        if said == ME:
            return self.every
        wanted = {*ways(said)}
        return tuple(
            one
            for one in self.every
            if any(wanted & _called(name) for name in (one.name, *one.aliases))
        )

    def holds(self, somebody: Somebody) -> bool | None:
        """Whether it is so; None where nobody can tell."""
        found = [one for one in self.every if somebody.who in (ALL, ANY, one.id)]
        if not found:
            return None
        states = self._house.states(found)
        here = [_there(states[one].state, somebody.place) for one in found]
        return _any(here) if somebody.who == ANY else _all(here)


def _called(name: str) -> set[str]:
    """A whole name, and the first one."""
    return {way for said in ways(name) for way in (said, said.split()[0])}


def _there(state: str, place: str) -> bool | None:
    if state in UNTOLD:
        return None
    return (state == HOME) == (place == HOME)


def _any(here: Sequence[bool | None]) -> bool | None:
    return True if True in here else None if None in here else False


def _all(here: Sequence[bool | None]) -> bool | None:
    return False if False in here else None if None in here else True
