"""Questions of ours: what was asked back, and what the answer settles.

A question lives for one turn. What answers it is narrow on purpose, since an action
hangs on it: a plain yes or no, or the words of one option; anything else is a new
command, or not understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.phrase import as_question

if TYPE_CHECKING:
    from hassil.intents import Intents

__all__ = [
    "ANSWERS",
    "Option",
    "Question",
    "Reply",
    "confirm",
    "gist",
    "repeat_back",
    "which",
    "with_answers",
]

WORDS = language().answers
ANSWERS = WORDS.heard
"""What a recogniser has to know as well, so that it hears the answers."""

RANKED = 4
"""Options that can be chosen by their rank."""
RANKS = language().numbers.ordinals[:RANKED]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may have been meant."""

    words: str
    """How it is said, apart from what all options share."""
    intent: Intent


class Reply(StrEnum):
    """What an answer comes to where it names no option."""

    NO = "no"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Question:
    """One option: yes or no. Several: which."""

    text: str
    """What is said to the user."""
    options: tuple[Option, ...]
    reason: str = ""
    """Why it is asked; never the user's words."""
    turn: int = 0
    """The turn that ended in this question."""
    instead: Question | None = None
    """What is asked after a "no"."""

    def open_for(self, turn: int, *, typed: bool) -> bool:
        """Whether a turn may answer it: the next one only.

        Typing takes the place of the turn that listens for the answer.
        """
        return self.turn < turn <= self.turn + (2 if typed else 1)

    def answers(self) -> tuple[str, ...]:
        """The short answers that a recogniser should know while it is open."""
        if len(self.options) == 1:
            return (*WORDS.agreed, *WORDS.declined)
        named = [spoken(option.words) for option in self.options]
        ranks = RANKS[: len(self.options)]
        ordinals = (
            said
            for rank in ranks
            for said in (f"the {rank}", f"the {rank} {WORDS.one}")
        )
        return tuple(dict.fromkeys((*filter(None, named), *ordinals, *WORDS.declined)))

    def settle(self, text: str) -> Intent | Reply:
        """What the user meant, in the light of the answer `text`."""
        words = spoken(text)
        if _bare(words) in WORDS.no or words in WORDS.no:
            return Reply.NO
        if len(self.options) == 1:
            yes = _bare(words) in WORDS.yes or words in WORDS.yes
            return self.options[0].intent if yes else Reply.OTHER
        named = [o for n, o in enumerate(self.options) if self._names(words, n)]
        return named[0].intent if len(named) == 1 else Reply.OTHER

    def _names(self, words: str, number: int) -> bool:
        bare, said = _bare(words), _bare(self.options[number].words)
        ordinal = RANKS[number] if number < len(RANKS) else ""
        return bare in (said, ordinal, f"{ordinal} {WORDS.one}")


def _bare(words: str) -> str:
    kept = [word for word in words.split() if word not in WORDS.fillers]
    return " ".join(kept)


def gist(text: str) -> str:
    """What a short answer comes to, the same for all ways to say it."""
    words = spoken(text)
    bare = _bare(words)
    if words in WORDS.no or bare in WORDS.no:
        return "no"
    return (
        "yes"
        if words in WORDS.yes or bare in WORDS.yes
        else bare.removesuffix(f" {WORDS.one}")
    )


def confirm(intent: Intent, phrase: str, *, reason: str) -> Question | None:
    """Ask whether `intent` is wanted; None where the pack has no words for it."""
    text = as_question(phrase)
    return Question(text, (Option(phrase, intent),), reason) if text else None


def repeat_back(intent: Intent, heard: str, *, reason: str) -> Question:
    """Ask whether the words were heard right."""
    text = f"Did you say: {heard}?"
    return Question(text, (Option(heard, intent),), reason)


def which(intents: Sequence[Intent], *, reason: str) -> Question | None:
    """Ask which of two readings of the same utterance is right; None where they do not
    differ in exactly one slot, or the words do not show it."""
    if len(intents) < 2 or not _one_slot_apart(intents[0], intents[1]):
        return None
    first, second = (spoken(intent.text).split() for intent in intents[:2])
    said = _difference(first, second)
    if not all(said):
        return None
    options = tuple(map(Option, said, intents[:2]))
    text = f"{said[0]} or {said[1]}?"
    return Question(text[:1].upper() + text[1:], options, reason)


def with_answers(intents: Intents) -> Intents:
    """The templates of a pack, and the answers to questions of ours beside them."""
    # Only what is compiled needs hassil, and answers do not.
    from hassil.intents import Intent as HassilIntent
    from hassil.intents import IntentData

    answers = HassilIntent("answer", [IntentData(list(ANSWERS))])
    return replace(intents, intents={**intents.intents, "answer": answers})


def _one_slot_apart(one: Intent, other: Intent) -> bool:
    if one.name != other.name or one.slots.keys() != other.slots.keys():
        return False
    return sum(one.slots[k] != other.slots[k] for k in one.slots) == 1


def _difference(one: list[str], other: list[str]) -> tuple[str, str]:
    """The stretch of words in which two sentences differ; empty where there are two."""
    match = SequenceMatcher(None, one, other, autojunk=False)
    apart = [code for code in match.get_opcodes() if code[0] != "equal"]
    if len(apart) != 1:
        return "", ""
    _, a, b, c, d = apart[0]
    return " ".join(one[a:b]), " ".join(other[c:d])
