"""English: why a command cannot be meant so."""

from __future__ import annotations

from voiceagent.lang.telling_tables import TellingWords

__all__ = ["TELLING"]

TELLING = TellingWords(
    too_much="{number}{unit} is too much. It goes up to {most}{unit}.",
    too_little="{number}{unit} is too little. It begins at {least}{unit}.",
    nothing="{number}{unit} is too little.",
    no_time="There is no such time of day.",
    unknown="I know no {said}. There {verb} {there}.",
    one_is="is",
    many_are="are",
    more="{many} more",
    joint=" and ",
    clock=frozenset(("hour", "minute")),
    article="the",
    the=frozenset("the my our your".split()),
    before_rooms=frozenset("in of at".split()),
    particles=frozenset("on off up down open close lock dim".split()),
    no_edges=frozenset(
        "the a an my our your his her their this that these those in on off of at to "
        "for from with by up down and or but not no all every both it them me us i "
        "please now percent degrees minutes hours seconds s".split()
    ),
    no_inside=frozenset(
        "and or but then unless if when whenever while until till because so once "
        "before after except i you he she we they it".split()
    ),
)
