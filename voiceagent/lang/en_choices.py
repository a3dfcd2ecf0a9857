"""English: choosing among several things."""

from __future__ import annotations

from voiceagent.lang.choice_tables import ChoiceWords

__all__ = ["CHOICES"]

CHOICES = ChoiceWords(
    before=frozenset("the my just only its thats that this".split()),
    behind=frozenset(("one", "ones")),
    telling=("one (for|at|with|in|on|called|named|set for|of|from|by)",),
    all_of_them=frozenset(
        (
            *("all", "all of them", "all of those", "all of these", "them all", "lot"),
            *("everything", "every one", "every one of them", "every", "each of them"),
            *("all of it", "every single", "every single one of them"),
        )
    ),
    both=frozenset(
        ("both", "both of them", "both of those", "both of these", "them both")
    ),
    all_so_many=("all",),
    of_them=frozenset(("of them", "of those", "of these")),
    excepting=("except for", "apart from", "other than", "but not", "except", "but"),
    joint="and",
    joints=("and also", "as well as", "and", "plus"),
    number="number",
    last=frozenset(("last", "latest", "newest")),
    again=frozenset(
        (
            *("pardon", "what", "sorry", "repeat", "repeat that", "say that again"),
            *("say again", "what did you say", "repeat the question", "come again"),
            *("what was that", "once more", "i beg your pardon", "huh"),
        )
    ),
    which=frozenset(
        (
            *("help", "help me", "what can i say", "which ones", "which are there"),
            *("what are they", "what are my options", "which ones are there"),
            *("what are the options", "what is there", "which", "i dont know"),
        )
    ),
    meant=frozenset("it them that those all of the do go please ahead".split()),
)
