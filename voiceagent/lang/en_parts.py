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
    the_one=("the one", "the ones", "that"),
    one=frozenset(("one", "ones")),
    another=("another one", "one more", "a second one", "a new one", "one"),
    articles=("a", "an", "another"),
    no_names=frozenset("a an another the my our all both every each no any".split()),
    kinds=frozenset("timer timers alarm alarms reminder reminders".split()),
    lists=frozenset(("list", "lists")),
    plural="s",
    singular={"are": "is", "were": "was"},
    inside="in",
    anew=(
        *("no i said", "no i meant", "no i mean", "no not that", "i meant", "i mean"),
        *("i said", "no sorry", "no wait", "no"),
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
    the_other=("the other one", "the other", "the first one", "the one before"),
    both_of_them=(
        *("both of them", "them both", "both", "them all", "all of them", "them"),
        *("those two", "these two", "the two", "both of those", "all of those"),
        *("all of it", "those", "these"),
    ),
    referring=frozenset("it them that this those these".split()),
    there="there",
    again=frozenset(
        (
            *("again", "do it again", "do that again", "once more", "one more time"),
            *("and again", "do it once more", "the same again", "repeat that command"),
        )
    ),
)
