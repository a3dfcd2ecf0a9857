"""What stands around a command and changes nothing: tables of one language."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["MannerWords", "StateWords"]


class StateWords(Struct, frozen=True, kw_only=True, eq=False):
    """How things are said to be, where the opposite is wanted: `too cold`."""

    high: frozenset[str]
    """There is much of it: `hot`, `loud`, `bright`."""
    low: frozenset[str]
    """There is little of it."""
    making: frozenset[str]
    """Behind one of them it is what is wanted: `make it dark`."""
    enough: str
    """Behind a state that is not: that state is wanted."""
    negations: frozenset[str]


class MannerWords(Struct, frozen=True, kw_only=True, eq=False):
    """Manners and fillers, a closed table: what is not in it has to mean something."""

    fronts: tuple[str, ...]
    """Before a command, several too."""
    backs: tuple[str, ...]
    """Behind a command, several too."""
    within: frozenset[str]
    """Anywhere."""
    gerunds: tuple[str, ...]
    """Before a command whose verb ends in `gerund`: `would you mind turning ...`."""
    gerund: str
    fillers: frozenset[str]
    """Words that say nothing about what is to be done, wherever they stand."""
    joining: frozenset[str]
    """Words that say something only with what follows: nothing may end in them."""
    places: frozenset[str]
    """Words that a place or a thing follows."""
    pronouns: frozenset[str]
    """Words for what was spoken of before."""
    pointing: frozenset[str]
    """The same where no word that they point to follows: `that`, `that lamp`."""
    likenesses: Mapping[str, frozenset[str]]
    """Words that may stand for words of templates."""
    endings: tuple[str, ...]
    """Of verbs: `turning` is `turn`."""
    hence: frozenset[str]
    """Before a command, where a reason stands before them."""
    because: frozenset[str]
    """Before a reason, where a command stands before them."""
    states: StateWords
