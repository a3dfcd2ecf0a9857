"""Several commands as one answer: checked as a whole, done and told as a whole.

Every part is planned before any of it runs. One that cannot be done, or that is to be
asked about first, holds up all the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.clarify import Option, Question
from voiceagent.nlu.intent import Intent
from voiceagent.skills.phrases import listed
from voiceagent.skills.skill import Answer, Effect

__all__ = ["apart", "as_one", "tells"]

LANGUAGE = language()
NOTHING = "So I have done nothing of it"
"""What is said where one part holds up the others."""


def as_one(whole: Intent, answers: Sequence[Answer]) -> Answer:
    """The answer to `whole`, of whose parts these are the answers."""
    idle = [
        answer
        for part, answer in zip(whole.parts, answers, strict=True)
        if not (answer.effects or answer.question or tells(part))
    ]
    if idle and len(idle) < len(answers):
        # It cannot be done, and says why; or it only asks.
        said = ". ".join(answer.text.rstrip(".") for answer in idle if answer.text)
        return Answer(f"{said}. {NOTHING}")
    question = _which(whole, answers) or _whether(whole, answers)
    told = _PartsTold([answer.text for answer in answers])
    effects = [
        told.telling(number, effect)
        for number, answer in enumerate(answers)
        for effect in answer.effects
    ]
    return Answer(told.text, apart(effects), question=question)


def tells(part: Intent) -> bool:
    """Whether it only wants to be told something: that stands in nobody's way."""
    first = spoken(part.text).partition(" ")[0]
    return first in LANGUAGE.commands.questions or first in LANGUAGE.parts.telling


def _which(whole: Intent, answers: Sequence[Answer]) -> Question | None:
    """The first question that wants more than a yes, asked of the whole."""
    for at, answer in enumerate(answers):
        question = answer.question
        if question is not None and len(question.options) > 1:
            options = tuple(
                replace(option, intent=_with(whole, at, option.intent))
                for option in question.options
            )
            return replace(question, options=options, together=None)
    return None


def _with(whole: Intent, at: int, part: Intent) -> Intent:
    return replace(whole, parts=(*whole.parts[:at], part, *whole.parts[at + 1 :]))


def _whether(whole: Intent, answers: Sequence[Answer]) -> Question | None:
    """Whether all that has consequences is wanted; a yes is to all of it."""
    asked = [a.question for a in answers if a.question and len(a.question.options) == 1]
    if not asked:
        return None
    words = listed([question.options[0].words for question in asked])
    for at, answer in enumerate(answers):
        if answer.question is not None:
            whole = _with(whole, at, answer.question.options[0].intent)
    text = asked[0].text if len(asked) == 1 else f"Do you want me to {words}?"
    return Question(text, (Option(words, whole),), asked[0].reason)


class _PartsTold:
    """The sentences of the parts, each as it turned out."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._planned, self._said = list(texts), list(texts)

    @property
    def text(self) -> str:
        return ". ".join(text.rstrip(".") for text in self._said if text)

    def telling(self, number: int, effect: Effect) -> Effect:
        """The effect, whose own sentence stands for that of its part."""

        def run() -> str | None:
            said = effect.run()
            if said:
                self._said[number] = said
            return self.text if self._said != self._planned else None

        return replace(effect, run=run)


def apart(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """With keys of their own: the same kind may be wanted of several things."""
    seen: dict[str, int] = {}
    found = []
    for effect in effects:
        many = seen[effect.key] = seen.get(effect.key, 0) + 1
        key = effect.key if many == 1 else f"{effect.key}#{many}"
        found.append(replace(effect, key=key))
    return tuple(found)
