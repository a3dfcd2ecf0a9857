"""Asking which of several things of a skill is meant, and for what was not said.

The question carries the command once for each thing, with its id in the slot `ids`;
what is meant is looked up again when the answer comes, and may be gone by then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from voiceagent.nlu.clarify import Option, Question, WantedValue
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.skills.skill import Answer

__all__ = [
    "MOST",
    "ask_either",
    "ask_for",
    "ask_whether",
    "ask_which",
    "ask_words",
    "picked",
]

IDS, SEEN = "ids", "seen"
MOST = 6
"""Things that are named in a question; nobody keeps more in mind."""


def picked(intent: Intent) -> tuple[str, ...]:
    """The ids of what was picked when it was asked; none: nothing was asked."""
    return tuple(str(intent.slots.get(IDS, "")).split())


def ask_which(
    names: Sequence[Sequence[str]],
    ids: Sequence[str],
    intent: Intent,
    *,
    together: bool = False,
) -> Answer:
    """Ask which one; `names`: of each, what it is called in the question and what else
    it may be called; `together`: several may be meant."""
    options = tuple(
        Option(said, _with([each], intent), tuple(also), named=True)
        for (said, *also), each in zip(names, ids, strict=True)
    )
    told = [option.words for option in options[:MOST]]
    rest = len(options) - MOST
    if rest > 0:
        text = f"Which one? There are {', '.join(told)}, and {rest} more"
    else:
        text = f"Which one: {', '.join(told[:-1])} or {told[-1]}?"
    several = partial(_several, intent) if together else None
    reason = f"{len(options)} of one kind"
    question = Question(text, options, reason, together=several)
    return Answer(text, ask=True, question=question)


def ask_for(
    text: str,
    intent: Intent,
    frames: Sequence[str],
    slots: Collection[str],
    *,
    prefix: str = "",
    doubtful: Mapping[str, str] | None = None,
    heard: Sequence[str] = (),
) -> Answer:
    """Ask for what `intent` lacks. `frames`: commands that an answer completes; of
    what they come to, one of `slots` has to be there, and all are taken, with `prefix`
    before their names. `heard`: what a recogniser is to listen for."""

    def make(found: Intent) -> Intent | None:
        said = found.slots.items()
        taken = {f"{prefix}{key}": value for key, value in said if key in slots}
        return replace(intent, slots={**intent.slots, **taken}) if taken else None

    wanted = WantedValue(
        intent.name, make, tuple(frames), doubtful or {}, heard=tuple(heard)
    )
    return Answer(text, ask=True, question=Question(text, (), "not said", wants=wanted))


def ask_words(text: str, intent: Intent, slot: str, free: str) -> Answer:
    """Ask for the words of a slot; `free`: what is done with them, as said to the
    user."""

    def make(found: Intent) -> Intent | None:
        return replace(intent, slots={**intent.slots, slot: found.text})

    wanted = WantedValue(intent.name, make, free=free)
    return Answer(text, ask=True, question=Question(text, (), "not said", wants=wanted))


def ask_whether(
    text: str, words: str, intent: Intent, *, seen: str, reason: str
) -> Question:
    """Whether `intent` is wanted; `seen`: what it is about as it is now. Where that is
    something else when the yes comes, it is asked again."""
    known = str(intent.slots.get(SEEN, seen))
    sure = replace(intent, slots={**intent.slots, SEEN: seen})
    return Question(text, (Option(words, sure),), reason, anew=known != seen)


def ask_either(
    text: str, intent: Intent, ways: Sequence[tuple[str, Mapping[str, SlotValue]]]
) -> Answer:
    """Ask which of several ways; of each what it is called, and its slots."""
    options = tuple(
        Option(said, replace(intent, slots={**intent.slots, **slots}))
        for said, slots in ways
    )
    return Answer(text, ask=True, question=Question(text, options, "several ways"))


def _several(intent: Intent, intents: Sequence[Intent]) -> Intent:
    return _with([each for one in intents for each in picked(one)], intent)


def _with(ids: Sequence[str], intent: Intent) -> Intent:
    return replace(intent, slots={**intent.slots, IDS: " ".join(ids)})
