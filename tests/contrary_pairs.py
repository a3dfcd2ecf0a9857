"""Pairs of questions that sound or look alike and have two answers, and pairs that are
asked by two people, in two languages or at two times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

__all__ = ["ContraryPair", "contrary_pairs"]

ROOMS = ("kitchen", "bedroom", "bathroom", "living room", "office", "hallway", "garage")
ALIKE = (
    *(("thirteen", "thirty"), ("fourteen", "forty"), ("fifteen", "fifty")),
    *(("sixteen", "sixty"), ("seventeen", "seventy"), ("eighteen", "eighty")),
    *(("nineteen", "ninety"), ("two", "ten"), ("five", "nine"), ("13", "30")),
    *(("5", "50"), ("five", "twenty five"), ("eleven", "seven"), ("a", "eight")),
)
SWAPS = (
    *(
        ("turn on", "turn off"),
        ("switch on", "switch off"),
        ("turn on", "don't turn on"),
    ),
    *(("turn on", "do not turn on"), ("turn on", "never turn on")),
    *(("turn off", "don't turn off"), ("turn on", "is it on")),
)
NUMBERED = (
    "set a timer for {} minutes",
    "set the kitchen light to {} percent",
    "set the volume to {}",
    "set the thermostat to {} degrees",
    "what is {} times three",
    "remind me in {} minutes to call anna",
    "how many days are {} weeks",
)
LOOKS = (
    *(("what is 5²", "what is 52"), ("what is ½ of 10", "what is 12 of 10")),
    *(("who is Polish", "who is polish"), ("call us", "call US")),
    *(("an ice bar", "a nice bar"), ("where is the hall way", "where is the hallway")),
    *(("is it on?", "is it on"), ("what is 1 1", "what is 11")),
    *(("what is １２", "what is 12"), ("turn o\u200bn it", "turn on it")),
    *(("where is аnna", "where is anna"), ("cafe", "café"), ("resume", "résumé")),
    *(("the ﬁrst", "the first"), ("straße", "strasse"), ("İstanbul", "istanbul")),
    *(("a\u0000b", "ab"), ("ten-five", "ten five"), ("x" * 1999, "x" * 2000)),
    *(("what is -5", "what is 5"), ("what is 1.5", "what is 15"), ("1,5", "15")),
)
SOUNDS = (
    *(("timer for four minutes", "timer for for minutes"), ("the sun", "the son")),
    *(("call will", "call bill"), ("to the left", "two the left")),
    *(("is the whale here", "is the wail here"), ("the night", "the knight")),
    *(("where is the plane", "where is the plain"), ("the mail", "the male")),
    *(("play the flower", "play the flour"), ("when is it due", "when is it dew")),
)
ASKED = (
    *("turn on the {} light", "is the {} light on", "turn off the {} light"),
    *("is the light on in the {}", "turn the {} light on", "where is the {}"),
)
ORDER = (
    "turn on the {} light and turn off the {} light",
    "turn off everything in the {} but nothing in the {}",
    "is the {} warmer than the {}",
    "turn off the lights in the {} except in the {}",
)


@dataclass(frozen=True)
class ContraryPair:
    """Two questions with two answers."""

    kind: str
    one: str
    other: str
    other_locale: str = "en"
    other_user: str = "anna"
    other_tenant: str = "museum"
    other_pack: str = "1"


def contrary_pairs() -> Iterator[ContraryPair]:
    """All of them."""
    for room in ROOMS:
        for one, other in SWAPS:
            yield ContraryPair(
                "swap", f"{one} the {room} light", f"{other} the {room} light"
            )
            yield ContraryPair(
                "swap",
                f"please {one} the light in the {room}",
                f"please {other} the light in the {room}",
            )
    for one, other in combinations(ROOMS, 2):
        yield ContraryPair(
            "room", f"turn on the {one} light", f"turn on the {other} light"
        )
        yield ContraryPair(
            "room", f"is the light on in the {one}", f"is the light on in the {other}"
        )
        for text in ORDER:
            yield ContraryPair(
                "order", text.format(one, other), text.format(other, one)
            )
    for text in NUMBERED:
        for one, other in ALIKE:
            yield ContraryPair("number", text.format(one), text.format(other))
    for one, other in LOOKS:
        yield ContraryPair("look", one, other)
    for one, other in SOUNDS:
        yield ContraryPair("sound", one, other)
    for room in ROOMS:
        for text in ASKED:
            words = text.format(room)
            yield ContraryPair("locale", words, words, other_locale="de")
            yield ContraryPair("user", words, words, other_user="ben")
            yield ContraryPair("tenant", words, words, other_tenant="zoo")
            yield ContraryPair("version", words, words, other_pack="2")
        yield ContraryPair(
            "exception",
            "turn off all the lights",
            f"turn off all the lights except in the {room}",
        )
        yield ContraryPair(
            "question", f"is the {room} light on", f"turn the {room} light on"
        )
