"""What a small model thinks, where neither a skill nor a region has an answer."""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.clock import now
from voiceagent.deadline import Deadline
from voiceagent.nlu.decision import DecisionStep, Route
from voiceagent.nlu.models.inquiry import Inquiry
from voiceagent.nlu.models.swap import LateModel
from voiceagent.nlu.reading import Reading
from voiceagent.nlu.slm.protocol import Slm
from voiceagent.nlu.wonder import wonders
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import Event

__all__ = ["LastResort"]

WORTH = 0.15
"""Seconds that it must have at least to be asked at all."""
MINE = 0.1
"""Probability of a command from which on a sentence may have been one: then nobody
answers it as if it were a question."""


class LastResort:
    """Asks a model for its own words, for questions about the world alone."""

    def __init__(
        self, late: LateModel, inquiry: Inquiry, emit: Callable[[Event], None]
    ) -> None:
        """`late`: makes the model; while it is not there yet, nobody guesses."""
        self._late, self._inquiry, self._emit = late, inquiry, emit
        self._asked_for = False
        self._slm: Slm | None = None

    @property
    def arriving(self) -> bool:
        """Whether the model is made beside the session, not when it is first asked."""
        return self._late.begun is not None

    async def open(self) -> None:
        """Have the model made, once; where it cannot be had, that is told."""
        if not self._asked_for:
            self._asked_for = True
            self._slm, notice = await self._late.made()
            if notice is not None:
                self._emit(notice)

    async def answer(
        self, reading: Reading, recognition: Recognition, turn: int, deadline: Deadline
    ) -> Reading | None:
        """A reading with its words, told as its own; None where it has none."""
        if not self._may_be_asked(reading, recognition):
            return None
        if not self.arriving:
            await self.open()
        slm = self._slm
        if slm is None or deadline.spoken_by - now() < WORTH:
            return None
        until = deadline.spoken_by
        opinion = await self._inquiry.ask(slm, _words(recognition), until, turn)
        if opinion.guess is None or not opinion.guess.reply:
            return None
        why = f"{reading.route.reason}; model {slm.name}: its own words, not checked"
        by = f"model {slm.name} {slm.version}".strip()
        return Reading(Route("device", why), by=by, reply=opinion.guess.reply)

    def _may_be_asked(self, reading: Reading, recognition: Recognition) -> bool:
        guess = reading.guess
        command = guess is not None and guess.intent and guess.probability >= MINE
        open_ = reading.route.step is DecisionStep.HAND_OVER and not reading.question
        if reading.reply or command or not open_:
            return False
        return wonders(_words(recognition))

    async def close(self) -> None:
        """Free it."""
        if self._slm is not None:
            self._inquiry.forget(self._slm)
            self._slm.close()
            self._slm = None


def _words(recognition: Recognition) -> str:
    """What was typed, or heard, by whichever ear: an answer does nothing."""
    return recognition.text if recognition.accepted else recognition.transcript
