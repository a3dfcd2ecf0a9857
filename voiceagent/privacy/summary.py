"""A summary that holds no word of the user's but general ones from a fixed list."""

from __future__ import annotations

from voiceagent.privacy.redaction.tokens import tokens

__all__ = ["TOPICS", "summary"]

TOPICS = frozenset(
    """
    open opening hours close closed closing ticket tickets price prices cost free entry
    tour tours guided guide room rooms floor exhibition exhibitions exhibit collection
    museum gallery artist painting paintings sculpture history cafe restaurant shop
    cloakroom toilet toilets wheelchair accessible lift parking bus train way directions
    photo photography school visit visits children family group lost property wifi
    heating boiler error code radiator thermostat temperature hot water pressure washing
    machine programme wool cotton dishwasher salt filter oven fridge freezer fuse box
    electricity power stopcock leak alarm smoke detector waste recycling bin bins
    collection day garden irrigation lawn guests cleaning manual instructions reset
    light lights lamp blind blinds door window fan
    weather rain snow forecast temperature news sport music recipe cooking cook
    translate word meaning definition spell science planet star animal country capital
    city population language mathematics computer phone internet
    monday tuesday wednesday thursday friday saturday sunday today tomorrow weekend
    morning afternoon evening night summer winter holiday
    what when where who why how which much many long far old big fast
    """.split()
)
"""General words: they tell what a question is about and nothing about who asks."""


def summary(text: str, task: str) -> str:
    """The general words of `text` in order, under its class; empty where there are
    none."""
    words = [word.text for word in tokens(text) if word.text in TOPICS]
    return f"{task}: {' '.join(dict.fromkeys(words))}" if words else ""
