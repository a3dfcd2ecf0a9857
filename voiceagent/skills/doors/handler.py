"""Doors, windows, curtains, blinds and locks: open, close, lock, ask."""

from __future__ import annotations

from dataclasses import replace

from voiceagent.nlu.intent import Intent
from voiceagent.skills.hands import Hands
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.following import SILENT
from voiceagent.skills.house.house import Value
from voiceagent.skills.phrases import asks_for_all, be, says_all, sentence
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.skills.targets import (
    Targets,
    find_targets,
    how_many,
    silent_words,
    which_are,
)

__all__ = ["create"]

WORDS = {
    "cover.open": ("open_cover", "opening"),
    "cover.close": ("close_cover", "closing"),
    "lock.lock": ("lock", "locked"),
    "lock.unlock": ("unlock", "unlocked"),
}
NOUNS = {
    "window": "windows",
    "curtain": "curtains",
    "blind": "blinds",
    "shutter": "shutters",
    "garage": "garage doors",
    "gate": "gates",
    "shade": "shades",
    "awning": "awnings",
}
OPPOSITE = {
    "open": "closed",
    "closed": "open",
    "locked": "unlocked",
    "unlocked": "locked",
}


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    doors = Doors(host)
    return PlainSkill(
        "doors",
        {
            **dict.fromkeys(WORDS, doors.move),
            "cover.position": doors.position,
            "cover.state": doors.ask,
            "lock.state": doors.ask,
        },
        frozenset(WORDS),
    )


NAMED = frozenset(("name", "area", "scope"))
"""Slots that say which doors."""


class Doors:
    """Plans answers about a house."""

    def __init__(self, host: SkillHost) -> None:
        self._house, self._hands = host.house, Hands(host)

    def move(self, intent: Intent, context: TurnContext) -> Answer:
        """Open, close, lock or unlock."""
        service, word = WORDS[intent.name]
        found = self._targets(intent, context)
        if found.problem:
            return found.refusal
        return self._hands.call(intent, found, service, {}, word)

    def position(self, intent: Intent, context: TurnContext) -> Answer:
        """Part of the way open."""
        found = self._targets(intent, context)
        able = tuple(e for e in found.entities if "position" in e.features)
        if found.problem:
            return found.refusal
        if not able:
            return Answer(sentence(f"{found.phrase} can only be open or closed"))
        percent = int(intent.slots["position"])
        data: dict[str, Value] = {"position": percent}
        some = Targets(able, found.phrase)
        word = f"going to {percent} percent"
        return self._hands.call(intent, some, "set_cover_position", data, word)

    def ask(self, intent: Intent, context: TurnContext) -> Answer:
        """Say how they are; moves nothing."""
        wanted = str(intent.slots.get("state", ""))
        found = self._targets(intent, context, asks=True)
        if found.problem:
            return found.refusal
        states = {e: s.state for e, s in self._house.states(found.entities).items()}
        if len(states) == 1:
            return Answer(_one(found, wanted, states[found.entities[0]]))
        silent = [e for e, state in states.items() if state in SILENT]
        able = Targets(tuple(e for e in states if e not in silent), found.phrase)
        if not able.entities:
            return Answer(sentence(silent_words(silent)))
        hits = [e for e in able.entities if states[e] == wanted]
        misses = [e for e in able.entities if e not in hits]
        answer = how_many(able, hits, wanted)
        if hits and misses and asks_for_all(intent.text):
            answer = "No, " + which_are(misses, OPPOSITE[wanted])
            if not says_all(intent.text):  # about each: nobody said which it turns on
                answer += f", but {which_are(hits, wanted)}"
        return Answer(
            f"{answer}. {sentence(silent_words(silent))}" if silent else answer
        )

    def _targets(
        self, intent: Intent, context: TurnContext, *, asks: bool = False
    ) -> Targets:
        kind = str(intent.slots.get("kind", ""))
        if intent.name == "lock.lock" and not NAMED & intent.slots.keys():
            # "Lock the doors" is said of all of them, and can do no harm.
            intent = replace(intent, slots={**intent.slots, "scope": "all"})
        lock = intent.name.startswith("lock.")
        return find_targets(
            self._house.model,
            intent,
            context,
            ("lock",) if lock else ("cover",),
            noun="doors" if lock else NOUNS.get(kind, "doors"),
            kind="" if lock else kind,
            asks=asks,
        )


def _one(found: Targets, wanted: str, state: str) -> str:
    phrase = found.phrase
    if state in SILENT:
        return sentence(silent_words(found.entities, state))
    known = state in OPPOSITE or state in ("opening", "closing", "jammed")
    if not known:
        return sentence(f"{phrase} does not tell its state")
    if not wanted:
        return sentence(f"{phrase} {be(phrase)} {state}")
    answer = "Yes" if state == wanted else "No"
    return f"{answer}, {phrase} {be(phrase)} {state}"
