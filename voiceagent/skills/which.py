"""Asking which of several things of a skill is meant.

The question carries the command once for each thing, with its id in the slot `ids`;
what is meant is looked up again when the answer comes, and may be gone by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from voiceagent.nlu.clarify import Option, Question
from voiceagent.nlu.intent import Intent
from voiceagent.skills.skill import Answer

__all__ = ["MOST", "ask_which", "picked"]

IDS = "ids"
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


def _several(intent: Intent, intents: Sequence[Intent]) -> Intent:
    return _with([each for one in intents for each in picked(one)], intent)


def _with(ids: Sequence[str], intent: Intent) -> Intent:
    return replace(intent, slots={**intent.slots, IDS: " ".join(ids)})
