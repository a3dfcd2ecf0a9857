"""How commands are put together: tables of one language."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["PartWords"]


class PartWords(Struct, frozen=True, kw_only=True, eq=False):
    """Words between the parts of a sentence, and for what was spoken of before."""

    joints: tuple[str, ...]
    """Between two commands, or two things."""
    turns: tuple[str, ...]
    """Between two commands that are not done to one thing: `but`."""
    joint: str
    """The joint that is put between two things that are spoken of together."""
    either: frozenset[str]
    """Between two things of which one is meant."""
    telling: frozenset[str]
    """First words of commands that only want to be told something."""
    both: frozenset[str]
    """Before two things that are joined; it says nothing more."""
    exceptions: tuple[str, ...]
    """Before what is to be left as it is."""
    keeping: tuple[tuple[str, str], ...]
    """The same behind a joint, around the thing: `leave` the lamp `on`."""
    the_one: tuple[str, ...]
    """Before a place, for what is there: `the one` in the office."""
    one: frozenset[str]
    """Behind a name, for the kind of thing that was said."""
    another: tuple[str, ...]
    """For one more of the kind that was said."""
    articles: tuple[str, ...]
    """Which may then stand before its name."""
    no_names: frozenset[str]
    """Words that begin no name that somebody gives."""
    kinds: frozenset[str]
    """What is named, and therefore no part of a name."""
    lists: frozenset[str]
    """What things are put on, and no part of one."""
    plural: str
    """Ending of more than one."""
    singular: Mapping[str, str]
    """Verbs that several things have, as one of them has it."""
    inside: str
    """Before the place that an exception names."""
    anew: tuple[str, ...]
    """At the start of a turn that corrects the one before."""
    rather: tuple[str, ...]
    """The same with another value alone: `make it` fifteen minutes."""
    also: tuple[str, ...]
    """Before another thing that the last command is wanted for."""
    also_behind: tuple[str, ...]
    """Behind it, and behind another command."""
    the_other: tuple[str, ...]
    """For the thing of the command before the last one."""
    both_of_them: tuple[str, ...]
    """For the things of the last two commands."""
    referring: frozenset[str]
    """Words for the thing spoken of just now."""
    there: str
    """The place of it."""
    again: frozenset[str]
    """Sentences that ask for the last command once more."""
