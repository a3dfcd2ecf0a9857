"""Questions of ours: what was asked back, and what the answer settles.

A question lives for one turn, and not longer than it says. What answers it is narrow on
purpose, since an action hangs on it: a plain yes or no; what is offered by its name, a
part of it, its rank, or all; or the value that it wants. An answer that leaves it open
has it asked again. Anything else is a new command, which drops the question, or not
understood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import number_words, spoken
from voiceagent.nlu.choosing import RANKS, Chosen, bare, chosen, only
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.phrase import as_question, unended

if TYPE_CHECKING:
    from hassil.intents import Intents

__all__ = [
    "ANSWERS",
    "Option",
    "Question",
    "Reply",
    "WantedValue",
    "confirm",
    "gist",
    "repeat_back",
    "which",
    "with_answers",
]

WORDS = language().answers
ANSWERS = WORDS.heard
"""What a recogniser has to know as well, so that it hears the answers."""

CHOICES = language().choices
MOST_HEARD = 400
"""Answers that a recogniser is told of."""
FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may have been meant."""

    words: str
    """How it is said, apart from what all options share."""
    intent: Intent
    also: tuple[str, ...] = ()
    """Other ways to say it."""
    named: bool = False
    """Somebody gave it its name, which may be any word: also one that is an answer."""

    @property
    def ways(self) -> tuple[str, ...]:
        """Every way to say it, in spoken form."""
        return tuple(filter(None, map(spoken, (self.words, *self.also))))


class Reply(StrEnum):
    """What an answer comes to where it names no option."""

    NO = "no"
    OTHER = "other"
    GIVEN_UP = "given up"
    """It was asked often enough."""


@dataclass(frozen=True, slots=True)
class WantedValue:
    """A value that is asked for."""

    about: str
    """The intent that it is for."""
    make: Callable[[Intent], Intent | None]
    """The command with what was answered; None where that is no such value."""
    frames: tuple[str, ...] = ()
    """Commands that an answer completes (`set a timer for {}`), the first that is one;
    none: any words will do."""
    doubtful: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The same where it is asked about once more, with the question (`{} minutes?`)."""
    heard: tuple[str, ...] = ()
    """Such values in spoken form, for a recogniser."""
    free: str = ""
    """Any words are such a value: what is done with them (`remind you of it`), since
    they may be a command as well."""


@dataclass(frozen=True, slots=True)
class Question:
    """One option: yes or no. Several: which. None: the value that it wants."""

    text: str
    """What is said to the user."""
    options: tuple[Option, ...] = ()
    reason: str = ""
    """Why it is asked; never the user's words."""
    turn: int = 0
    """The turn that ended in this question."""
    instead: Question | None = None
    """What is asked after a "no"."""
    together: Callable[[Sequence[Intent]], Intent] | None = None
    """Makes one wish of several options; None: only one of them can be meant."""
    wants: WantedValue | None = None
    until: float = FOREVER
    """The moment at which nobody waits for an answer any more, as the loop counts."""
    anew: bool = False
    """Asked though somebody said yes just now: that was to something else."""
    tries: int = 2
    """How often it may be asked again."""

    @property
    def about(self) -> str:
        """The intent that is asked about."""
        return self.options[0].intent.name if self.options else self._wanted.about

    @property
    def _wanted(self) -> WantedValue:
        assert self.wants is not None, self.text
        return self.wants

    def open_for(self, turn: int, *, typed: bool) -> bool:
        """Whether a turn may answer it: the next one only.

        Typing takes the place of the turn that listens for the answer.
        """
        return self.turn < turn <= self.turn + (2 if typed else 1)

    def answers(self) -> tuple[str, ...]:
        """The short answers that a recogniser should know while it is open."""
        if not self.options:
            return (*self._wanted.heard[:MOST_HEARD], *WORDS.declined)
        if len(self.options) == 1:
            return (*WORDS.agreed, *WORDS.declined)
        named = [way for option in self.options for way in option.ways]
        ranks = (*RANKS[: len(self.options)], *sorted(CHOICES.last)[:1])
        ordinals = (
            said
            for rank in ranks
            for said in (f"the {rank}", f"the {rank} {WORDS.one}")
        )
        every = sorted(CHOICES.both if len(self.options) == 2 else CHOICES.all_of_them)
        several = every if self.together else []
        said = (*named, *ordinals, *several, *WORDS.declined)
        return tuple(dict.fromkeys(said))[:MOST_HEARD]

    def settle(self, text: str) -> Intent | Reply | Question:
        """What the user meant, in the light of the answer `text`; a question: it is
        asked (again), and nothing is settled."""
        words = spoken(text)
        if words in CHOICES.again:
            return self._again("")
        if words in CHOICES.which:
            return self._again(self._told())
        if called := self._called_so(words):
            return called
        if bare(words) in WORDS.no or words in WORDS.no:
            return Reply.NO
        if len(self.options) == 1:
            return self.options[0].intent if self._agrees(words) else Reply.OTHER
        return self._chosen(words) if self.options else Reply.OTHER

    def _called_so(self, words: str) -> Question | None:
        """Whether a thing is meant whose name is an answer by itself."""
        if words not in WORDS.no and words not in WORDS.at_once:
            return None
        called = [o for o in self.options if o.named and words in map(only, o.ways)]
        if not called or len(self.options) < 2:
            return None
        text = f"Do you mean the one called {words}?"
        return replace(self, text=text, options=(called[0],), instead=None)

    def _agrees(self, words: str) -> bool:
        """A yes, and perhaps the very words of what was asked."""
        if bare(words) in WORDS.yes or words in WORDS.yes:
            return True
        first, *rest = words.split() or [""]
        known = {*spoken(self.options[0].words).split()} | CHOICES.meant
        return bool(rest) and first in WORDS.yes and known.issuperset(rest)

    def _chosen(self, words: str) -> Intent | Reply | Question:
        found = chosen(words, [option.ways for option in self.options])
        picked = [self.options[at].intent for at in found.picked]
        if len(picked) == 1:
            return picked[0]
        if picked and self.together is not None:
            return self.together(picked)
        if picked:
            return self._again(f"Only one, please. {self.text}")
        return self._unclear(found)

    def _unclear(self, found: Chosen) -> Reply | Question:
        many = len(self.options)
        if 1 < len(found.unclear) < many:
            fewer = tuple(self.options[at] for at in found.unclear)
            return replace(self, options=fewer, tries=self.tries - 1)._again("", fewer)
        if found.unclear or found.other:
            return self._again(self.text)
        if found.beyond:
            return self._again(f"There are only {number_words(many)}. {self.text}")
        return Reply.OTHER

    def _again(self, text: str, options: Sequence[Option] = ()) -> Reply | Question:
        """The same once more, while that helps anybody."""
        if self.tries < 1:
            return Reply.GIVEN_UP
        if options:
            said = [option.words for option in options]
            text = _capital(f"{', '.join(said[:-1])} or {said[-1]}?")
        return replace(self, text=text or self.text, tries=self.tries - 1)

    def _told(self) -> str:
        """What may be answered."""
        if len(self.options) < 2:
            return f"You can say yes or no. {self.text}" if self.options else self.text
        named = ", ".join(option.words for option in self.options)
        every = ", both" if len(self.options) == 2 else ", all of them"
        return f"You can say: {named}{every if self.together else ''}, or none of them"


def gist(text: str) -> str:
    """What a short answer comes to, the same for all ways to say it."""
    words = spoken(text)
    said = bare(words)
    if words in WORDS.no or said in WORDS.no:
        return "no"
    agreed = words in WORDS.yes or said in WORDS.yes
    return "yes" if agreed else said.removesuffix(f" {WORDS.one}")


def confirm(intent: Intent, phrase: str, *, reason: str) -> Question | None:
    """Ask whether `intent` is wanted; None where the pack has no words for it."""
    text = as_question(phrase)
    return Question(text, (Option(phrase, intent),), reason) if text else None


def repeat_back(intent: Intent, heard: str, *, reason: str) -> Question:
    """Ask whether the words were heard right."""
    said = unended(heard)
    return Question(f"Did you say: {said}?", (Option(said, intent),), reason)


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
    return Question(_capital(f"{said[0]} or {said[1]}?"), options, reason)


def with_answers(intents: Intents) -> Intents:
    """The templates of a pack, and the answers to questions of ours beside them."""
    # Only what is compiled needs hassil, and answers do not.
    from hassil.intents import Intent as HassilIntent
    from hassil.intents import IntentData

    answers = HassilIntent("answer", [IntentData(list(ANSWERS))])
    return replace(intents, intents={**intents.intents, "answer": answers})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


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
