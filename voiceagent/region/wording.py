"""Words of questions and documents: stems, synonyms, and what tells nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from voiceagent.lang.spoken import spoken

__all__ = ["EMPTY", "SYNONYMS", "content", "related", "stem"]

EMPTY = frozenset(
    """
    a an the this that these those some any i me my we us our you your he she it its
    they them their one is are was were be been am do does did can could will would
    should may might must shall have has had having get gets got to of in on at by for
    from with about into as and or but if so then than there here what whats when whens
    where wheres who whos whose whom which why how hows please tell explain know want
    like need could let lets say says said just also too very much many any not no yes
    hey hello ok okay um uh er well now actually really maybe up out off over go going
    im id ill ive youre hows thats theres whats give show find take make does do mean
    kind sort thing things way someone anybody anyone long often far possible allowed
    happens happen happened work works use used leave put keep time times
    """.split()
)
"""Words that a question does not turn on."""
GROUPS = (
    "open opening opens opened hours hour close closes closed closing shut",
    "cost costs price prices pay ticket tickets fee fees entry admission cheap",
    "heavy weigh weighs weight",
    "toilet toilets restroom bathroom loo washroom",
    "cafe coffee restaurant eat food lunch drink snack",
    "bag bags coat coats luggage backpack cloakroom locker lockers",
    "wheelchair disabled accessible accessibility access step lift elevator ramp",
    "photo photos photograph photographs photography picture pictures camera flash",
    "child children kid kids family families toddler",
    "school schools class classes pupil pupils teacher students",
    "tour tours guided guide guides audioguide",
    "bus tram train station stop travel reach directions parking park car",
    "rubbish waste trash garbage bin bins recycling collection collected",
    "boiler heating heater radiator radiators thermostat warm cold",
    "fuse breaker electricity power electric tripped trip",
    "leak leaking water stopcock valve burst pipe",
    "wash washing laundry clothes washer programme program cycle",
    "dish dishes dishwasher salt rinse",
    "painting paintings painted artist painter portrait",
    "old age oldest built made dated century year",
    "lost found lose forgot forgotten left property",
    "wifi internet network wireless router online",
    "fridge freezer refrigerator",
    "oven stove hob cooker",
    "garden lawn irrigation watering sprinkler plants",
    "alarm smoke detector siren",
    "free reduced discount concession student senior",
    "floor level storey upstairs downstairs",
    "dog dogs pet pets animal animals",
    "reset restart reboot",
    "clean cleaning descale limescale",
)
SUFFIXES = (
    ("ies", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("es", ""),
    ("ly", ""), ("s", ""),
)  # fmt: skip
VOWEL = re.compile(r"[aeiouy]")


def stem(word: str) -> str:
    """The word without its ending, so that `opens` and `opening` are one."""
    for suffix, instead in SUFFIXES:
        root = word.removesuffix(suffix)
        if root != word and len(root) >= 3 and VOWEL.search(root):
            if root.endswith("ss") or (suffix == "s" and word.endswith(("ss", "us"))):
                return word
            root += instead
            if (
                suffix in ("ing", "ed")
                and root[-1] == root[-2]
                and root[-1] not in "ls"
            ):
                root = root[:-1]
            return root[:-1] if root.endswith("e") and len(root) > 4 else root
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _grouped() -> dict[str, frozenset[str]]:
    related: dict[str, frozenset[str]] = {}
    for group in GROUPS:
        stems = frozenset(stem(word) for word in group.split())
        for one in stems:
            related[one] = related.get(one, frozenset()) | stems
    return related


SYNONYMS = _grouped()
"""Stems that a documents' author may have used instead."""


def related(word: str) -> frozenset[str]:
    """The stem of `word` and what may stand for it."""
    root = stem(word)
    return SYNONYMS.get(root, frozenset()) | {root}


def content(text: str) -> list[str]:
    """The words of a question that it turns on, in order, once each."""
    words: Iterable[str] = (w for w in spoken(text).split() if w not in EMPTY)
    return list(dict.fromkeys(words))
