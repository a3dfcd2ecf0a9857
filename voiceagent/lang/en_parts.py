"""English words that put commands together."""

from __future__ import annotations

from voiceagent.lang.part_tables import PartWords

__all__ = ["PARTS"]

PARTS = PartWords(
    joints=(
        *("and then", "and also", "and after that", "and", "then", "also", "plus"),
        *("as well as", "after that"),
    ),
    turns=("but", "and meanwhile", "but also"),
    joint="and",
    either=frozenset(("or",)),
    one_of_two=frozenset(("either",)),
    opening=(
        *("first", "first of all", "to begin with", "at first", "to start with"),
        *("firstly", "two things", "three things", "do two things"),
    ),
    heaps=frozenset("some several few a couple of".split()),
    each_one=("one", "the first", "the second", "the third", "another", "the other"),
    beside=("from", "off", "to", "on", "in"),
    telling=frozenset("tell say read list check".split()),
    both=frozenset(("both",)),
    exceptions=(
        *("with the exception of", "except for", "except", "excepting", "excluding"),
        *("apart from", "aside from", "other than", "but not", "but leave out", "but"),
        *("bar", "barring", "save for", "save", "minus", "less", "leaving out"),
        *("without", "besides", "not counting", "not"),
    ),
    keeping=(
        *(("leave", "on"), ("just leave", "on"), ("keep", "on"), ("just keep", "on")),
        *(("leave", "off"), ("keep", "off"), ("leave", "open"), ("keep", "open")),
        *(("leave", "alone"), ("leave", "as it is"), ("keep", "as it is")),
        *(("leave", "closed"), ("keep", "closed"), ("leave", "unlocked")),
        *(("leave", "out"), ("leave out", ""), ("not", ""), ("do not touch", "")),
        *(("", "stays on"), ("", "stays off"), ("", "stays open"), ("", "stays")),
        *(("", "stay on"), ("", "stay off"), ("", "can stay on"), ("", "excepted")),
        *(("", "stays as it is"), ("", "excluded"), ("", "remains on")),
        *(("leave", ""), ("just leave", ""), ("dont touch", ""), ("keep", "")),
    ),
    emptied=frozenset(("list.clear",)),
    taking_out=("remove", "from the"),
    the_rest=(
        *("all the other lights", "all other lights", "the other lights", "all others"),
        *("all the others", "the others", "every other light", "everything else"),
        *("all the rest", "the rest", "the rest of the lights", "the other ones"),
        *("all the other ones", "the remaining lights", "all other lamps"),
        *("the other lamps", "all the other lamps", "the rest of them"),
    ),
    all_of_it="all the lights",
    only=("only", "just"),
    the_one=(
        *("the one", "the ones", "that", "those", "anything", "whatever is", "what is"),
        *("the ones that are", "that are", "those that are", "the one that is"),
    ),
    one=frozenset(("one", "ones")),
    another=("another one", "one more", "a second one", "a new one", "one", "another"),
    articles=("a", "an", "another"),
    no_names=frozenset("a an another the my our all both every each no any".split()),
    kinds=frozenset("timer timers alarm alarms reminder reminders".split()),
    lists=frozenset(("list", "lists")),
    plural="s",
    singular={"are": "is", "were": "was"},
    inside="in",
    anew=(
        *("no i said", "no i meant", "no i mean", "no not that", "i meant", "i mean"),
        *("i said", "no sorry", "no wait", "no", "sorry", "sorry i meant", "wait no"),
        *("not that one", "no not that one", "wrong one i meant", "wrong one", "oops"),
    ),
    rather=(
        *("make it", "make that", "change it to", "change that to", "set it to"),
        *("better make it", "better make that", "rather make it", "lets make it"),
        *("lets say", "i want it to be", "it should be", "make this", "turn it into"),
    ),
    also=(
        *("and now", "now", "and also", "and", "also", "the same for", "same for"),
        *("the same with", "the same in", "do the same for", "do the same with"),
        *("do the same in", "and the same for", "same in", "same with", "now do"),
        *("and do", "do that for", "do it for", "do that in", "and then"),
    ),
    also_behind=("too", "as well", "also", "next", "and that too"),
    instead=("instead", "rather"),
    the_other=("the other one", "the other", "the first one", "the one before"),
    both_of_them=(
        *("both of them", "them both", "both", "them all", "all of them", "them"),
        *("those two", "these two", "the two", "both of those", "all of those"),
        *("all of it", "those", "these"),
    ),
    referring=frozenset("it them that this those these its their".split()),
    many=frozenset("them these those their".split()),
    made={
        **{"timer.": "timer", "alarm.": "alarm", "reminder.": "reminder"},
        **{"later": "plan"},
    },
    counted=frozenset("first second third fourth last next".split()),
    elided=("make", "set", "turn", ""),
    added=frozenset(("list.add",)),
    there="there",
    again=frozenset(
        (
            *("again", "do it again", "do that again", "once more", "one more time"),
            *("and again", "do it once more", "the same again", "repeat that command"),
        )
    ),
)
