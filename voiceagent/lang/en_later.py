"""English: in ten minutes, at nine tonight, when I get home."""

from __future__ import annotations

from itertools import product

from voiceagent.lang.later_tables import LaterWords

__all__ = ["LATER"]

AT = "(at|by|around|about|at around|at about|exactly at|at exactly)"
COMING = (
    *("get home", "gets home", "come home", "comes home", "arrive", "arrives"),
    *("arrive home", "arrives home", "am home", "is home", "are home", "am back"),
    *("is back", "are back", "get back", "gets back", "come back", "comes back"),
    *("return", "returns", "return home", "returns home", "am at home"),
    *("is at home", "are at home", "get back home", "gets back home", "am back home"),
    *("is back home", "are back home", "come back home", "comes back home"),
    *("has come home", "have come home", "has arrived", "have arrived", "got home"),
    *("got back", "came home", "came back", "arrived", "has returned", "have returned"),
    *("am in the house", "is in the house", "are in the house"),
)
GOING = (
    *("leave", "leaves", "leave home", "leaves home", "leave the house"),
    *("leaves the house", "go out", "goes out", "am away", "is away", "are away"),
    *("am out", "is out", "are out", "am gone", "is gone", "are gone", "has left"),
    *("have left", "go away", "goes away", "am not home", "is not home", "left"),
    *("are not home", "isnt home", "arent home", "am not at home", "is not at home"),
    *("are not at home", "isnt at home", "arent at home", "have gone", "has gone"),
    *("is not in the house", "isnt in the house", "has left the house"),
    *("have left the house", "am not in the house", "are not in the house"),
)
WAIT = (
    *("when", "once", "as soon as", "the moment", "the next time", "next time"),
    *("after", "just when", "the minute", "as soon as ever"),
)
EACH = ("whenever", "every time", "each time", "always when", "any time")
IF = ("if", "only if", "but only if", "in case", "provided", "provided that")
LATER = LaterWords(
    rules={
        "time": (
            f"({AT} <said_time> [<said_any_day>|<said_repeat>]"
            f"|<said_any_day> {AT} <said_time>"
            f"|<said_repeat> {AT} <said_time>|<said_time> <said_any_day>"
            "|<said_time> <said_repeat>)"
        ),
        "day": (
            "(<said_day>|[{said_near_day:day}] in the {said_part:part}"
            "|[{said_near_day:day}] at {said_part:part})"
        ),
        "repeat": "<said_repeat>",
        "while": (
            "((in|after|in about|in around|in exactly) <said_duration> [from now|time]"
            "|<said_duration> (from now|later))"
        ),
    },
    hints=frozenset(
        "in at by every from for around about between until till this each daily "
        "weekdays weekends tonight today tomorrow the ago".split()
    ),
    inside=("in", "after", "in about"),
    clock=("at",),
    long={
        **dict.fromkeys(("month", "months"), 30),
        **dict.fromkeys(("year", "years"), 365),
        **dict.fromkeys(("decade", "decades"), 3650),
        **dict.fromkeys(("century", "centuries"), 36500),
    },
    hours=frozenset("oh hundred hours oclock am pm".split()),
    vague=(
        *("later", "later on", "later today", "later tonight", "soon", "in a while"),
        *("in a bit", "in a moment", "in a little while", "in a little bit"),
        *("at some point", "some time", "sometime", "another time", "some other time"),
        *(
            "in a few minutes",
            "in some minutes",
            "in a few hours",
            "in several minutes",
        ),
    ),
    at_once=(
        *("now", "right now", "right away", "immediately", "at once", "straight away"),
        *("straightaway", "this minute", "this instant", "at this moment"),
    ),
    sure=frozenset(("at", "exactly")),
    past=("yesterday", "last night", "last week", "yesterday evening"),
    ago="ago",
    waits={
        **dict.fromkeys(WAIT, "wait"),
        **dict.fromkeys(EACH, "each"),
        **dict.fromkeys(IF, "if"),
    },
    whos={
        **{"i": "i", "we": "all", "all of us": "all", "we all": "all"},
        **dict.fromkeys(("anybody", "anyone", "somebody", "someone"), "any"),
        **dict.fromkeys(("everybody", "everyone"), "all"),
        **dict.fromkeys(("nobody", "no one", "noone", "none of us"), "none"),
    },
    places={**dict.fromkeys(COMING, "home"), **dict.fromkeys(GOING, "away")},
    whole={
        **{"im home": ("i", "home"), "im back": ("i", "home")},
        **{"im away": ("i", "away"), "im gone": ("i", "away"), "im out": ("i", "away")},
        **{"im not home": ("i", "away"), "im back home": ("i", "home")},
        **{"were home": ("all", "home"), "were away": ("all", "away")},
        **{"were gone": ("all", "away"), "were out": ("all", "away")},
        **{"the house is empty": ("all", "away"), "nobodys home": ("all", "away")},
        **{"everyones home": ("all", "home"), "everybodys home": ("all", "home")},
        **{"everyones gone": ("all", "away"), "everybodys gone": ("all", "away")},
        **{"no ones home": ("all", "away"), "the last person leaves": ("all", "away")},
        **{"the last one leaves": ("all", "away"), "anyones home": ("any", "home")},
        **{"anybodys home": ("any", "home"), "somebodys home": ("any", "home")},
        **{"someones home": ("any", "home")},
    },
    clauses={
        **dict.fromkeys((*WAIT, *EACH, "the day"), "I can't tell when {}"),
        **{cue: f"I can't wait for that: {cue} {{}}" for cue in ("after", "before")},
        **dict.fromkeys((*IF, "assuming"), "I can't tell whether {}"),
        **{"unless": "I can't tell whether {}"},
        **{"until": "I can't do that only until {}"},
        **{"till": "I can't do that only until {}"},
        **{"while": "I can't do that only while {}"},
        **{"as long as": "I can't do that only as long as {}"},
        **{"during": "I can't do that only during {}"},
    },
    moments=tuple(
        " ".join(filter(None, pair))
        for pair in product(
            ("", "the"),
            (
                *("sunset", "sunrise", "dusk", "dawn", "nightfall", "dark", "bedtime"),
                *("sundown", "sunup", "daybreak", "twilight", "dinner", "lunch"),
                *("breakfast", "dinnertime", "dinner time", "lunchtime", "bed time"),
            ),
        )
    ),
    ats=("at", "after", "before", "by", "until", "till", "around", "from"),
    spans=(
        "for (<said_duration>|a while|a bit|a moment)",
        "from <said_time> (to|till|until) <said_time> [<said_any_day>|<said_repeat>]",
        "(between) <said_time> and <said_time> [<said_any_day>|<said_repeat>]",
        "(until|till) (<said_time>|<said_any_day>) [<said_any_day>]",
    ),
    takes_back=frozenset(
        (
            *("cancel that", "cancel it", "forget it", "forget that", "undo that"),
            *("undo it", "never mind that", "dont do that", "dont do it"),
            *(
                "scratch that",
                "never mind",
                "forget about it",
                "forget about that",
                "drop that",
            ),
            *("no dont", "no dont do that", "dont", "leave it", "cancel this"),
            *("cancel that plan", "i changed my mind", "ive changed my mind"),
            *("take that back", "no cancel that", "no forget it", "delete that"),
        )
    ),
    anew=(
        *("make that", "make it", "no", "no wait", "no make that", "no make it"),
        *("i meant", "i mean", "no i meant", "no i mean", "sorry i meant", "rather"),
        *("or rather", "better", "change it to", "change that to", "move it to"),
        *("move that to", "make that at", "make it at", "do it", "do that", "sorry"),
        *("no sorry", "i said", "no i said", "lets make it", "lets say", "do it at"),
        *("do that at", "push it to", "push that to", "better make it", "make it in"),
    ),
    behind=frozenset(("instead", "rather", "please")),
    moved={"later": 1, "earlier": -1, "sooner": -1},
    verbs=frozenset(
        "arm disarm mix heat put dock vacuum clean feed warm cool shut keep send call "
        "empty fill water".split()
    ),
    mirrored={"am": "are", "im": "you are", "ive": "you have", "ill": "you will"},
)
