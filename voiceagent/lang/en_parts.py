"""English words that put commands together."""

from __future__ import annotations

from voiceagent.lang.part_tables import PartWords

__all__ = ["PARTS"]

PARTS = PartWords(
    joints=(
        *("and then", "and also", "and after that", "and", "then", "also", "plus"),
        *("as well as", "after that"),
    ),
    both=frozenset(("both",)),
    exceptions=(
        *("with the exception of", "except for", "except", "excepting", "excluding"),
        *("apart from", "aside from", "other than", "but not", "but leave out", "but"),
        *("bar", "barring", "save for", "save", "minus", "less", "leaving out"),
        *("without", "besides", "not counting", "not"),
    ),
    inside="in",
    corrections=(
        *("no wait", "no sorry", "no i mean", "no i meant", "i mean", "i meant"),
        *("sorry i mean", "sorry i meant", "oh no", "hm no", "um no", "wait no"),
        *("make that", "or rather", "scratch that", "no not that", "no"),
    ),
    anew=(
        *("no i said", "no i meant", "no i mean", "no not that", "i meant", "i mean"),
        *("i said", "no sorry", "no wait", "no"),
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
