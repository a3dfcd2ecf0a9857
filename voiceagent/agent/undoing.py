"""What was done last, and what takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from voiceagent.agent.together import apart
from voiceagent.clock import believed
from voiceagent.nlu.clarify import Option, Question
from voiceagent.nlu.intent import UNDO, Intent
from voiceagent.skills.phrases import listed
from voiceagent.skills.putting_back import NO_WAY_BACK
from voiceagent.skills.skill import Answer, Effect

__all__ = ["LastDeed"]

FORGOTTEN = 300.0
"""Seconds after which nobody means it by "undo that"."""


class LastDeed:
    """Remembers the effects of one turn, until others are done or it is long ago."""

    def __init__(self) -> None:
        self._effects: tuple[Effect, ...] = ()
        self._at = 0.0

    def watched(self, answer: Answer) -> Answer:
        """The same answer, remembered once the last of its effects has run."""
        if not answer.effects:
            return answer
        *first, last = answer.effects

        def run() -> str | None:
            said = last.run()
            self._effects, self._at = answer.effects, believed().timestamp()
            return said

        return replace(answer, effects=(*first, replace(last, run=run)))

    def plan(self) -> Callable[[], Answer] | None:
        """Plans what takes it back; None where nothing was done."""
        if not self._effects or believed().timestamp() - self._at > FORGOTTEN:
            return None
        return partial(_back, self._effects)


def _back(effects: Sequence[Effect]) -> Answer:
    """All of it or nothing, the last first."""
    plans = [effect.undo for effect in reversed(effects)]
    answers = [plan() for plan in plans if plan is not None]
    if len(answers) < len(plans) or any(not answer.effects for answer in answers):
        return next((a for a in answers if not a.effects), Answer(NO_WAY_BACK))
    if len(answers) == 1:
        return answers[0]
    said = ". ".join(dict.fromkeys(answer.text.rstrip(".") for answer in answers))
    return Answer(
        said,
        apart([effect for answer in answers for effect in answer.effects]),
        question=_asked(answers),
    )


def _asked(answers: Sequence[Answer]) -> Question | None:
    asked = [answer.question for answer in answers if answer.question is not None]
    if not asked:
        return None
    words = listed([question.options[0].words for question in asked])
    text = f"Do you want me to {words}?"
    return Question(text, (Option(words, Intent(UNDO)),), asked[0].reason)
