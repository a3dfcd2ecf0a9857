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
    one_of_two: frozenset[str]
    """Before two such things; it says nothing more."""
    opening: tuple[str, ...]
    """Before the first of several commands; it says nothing more."""
    heaps: frozenset[str]
    """Words for several things that are told one by one behind it: `a few` timers."""
    each_one: tuple[str, ...]
    """For each of them: `one` for five minutes."""
    beside: tuple[str, ...]
    """Before the thing that a second command shares with the first."""
    telling: frozenset[str]
    """First words of commands that only want to be told something."""
    both: frozenset[str]
    """Before two things that are joined; it says nothing more."""
    exceptions: tuple[str, ...]
    """Before what is to be left as it is."""
    keeping: tuple[tuple[str, str], ...]
    """The same behind a joint, around the thing: `leave` the lamp `on`."""
    emptied: frozenset[str]
    """Intents by which a thing that has a name is emptied."""
    taking_out: tuple[str, str]
    """Words around what is taken out of it, before its name."""
    the_rest: tuple[str, ...]
    """All that was not named just before: `everything else`."""
    all_of_it: str
    """What that is an exception of."""
    only: tuple[str, ...]
    """Before what alone is kept: `only` keep the lamp on."""
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
    instead: tuple[str, ...]
    """Behind another command in one sentence, where it says nothing more."""
    the_other: tuple[str, ...]
    """For the thing of the command before the last one."""
    both_of_them: tuple[str, ...]
    """For the things of the last two commands."""
    referring: frozenset[str]
    """Words for the thing spoken of just now."""
    many: frozenset[str]
    """Those that stand for several things alone."""
    made: Mapping[str, str]
    """How names of intents begin about what somebody made, and what it is called."""
    counted: frozenset[str]
    """Before `one`, which of those it is."""
    elided: tuple[str, ...]
    """What may stand before a thing whose command says no more than how it is to be."""
    added: frozenset[str]
    """Intents that put something on a thing, of which more can be put there."""
    there: str
    """The place of it."""
    again: frozenset[str]
    """Sentences that ask for the last command once more."""
