"""Asking a model: in time, one sentence once, and how it went in the trace."""

from __future__ import annotations

import logging
from collections.abc import Callable

from voiceagent.clock import Compute, now
from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.decision import FAILED, TOO_LATE, Opinion, Thresholds
from voiceagent.nlu.models.asking import understood
from voiceagent.nlu.slm.protocol import Guess, Slm
from voiceagent.trace.events import Event, ModelAnswered

__all__ = ["Inquiry"]

log = logging.getLogger(__name__)

QUICK = 0.05
"""Seconds up to which a model is also asked about words that are only a guess yet."""


class Inquiry:
    """Asks whichever model it is given."""

    def __init__(
        self,
        compute: Compute,
        emit: Callable[[Event], None],
        limits: Callable[[Slm], Thresholds],
    ) -> None:
        """`limits`: how sure a model has to be."""
        self._compute, self._emit, self._limits = compute, emit, limits
        self._took: float | None = None
        self._known: tuple[Slm, str, Guess] | None = None

    @property
    def quick(self) -> bool:
        """Whether it answered fast enough last time to be asked ahead of time."""
        return self._took is not None and self._took <= QUICK

    def begin(self) -> None:
        """Another model is asked from now on: nothing is known of its speed."""
        self._took = None

    def forget(self, slm: Slm) -> None:
        """That model goes: what it said is not its successor's word."""
        if self._known is not None and self._known[0] is slm:
            self._known = None

    async def ask(
        self,
        slm: Slm,
        text: str,
        until: float,
        turn: int | None,
        *,
        patience: float = 0.0,
    ) -> Opinion:
        """What it makes of `text` by loop time `until`, or `patience` seconds later
        where it was lost on the way; without a `turn` the trace is not told."""
        if self._known is not None and self._known[:2] == (slm, text):
            return self._noted(slm, self._known[2], "answered", 0.0, turn)
        began, guess, outcome = now(), None, "answered"
        try:
            guess = await understood(
                slm, text, self._compute, until=until, patience=patience
            )
        except VoiceAgentError as error:
            outcome = FAILED
            log.warning("model failed", extra={"code": error.code})
        except Exception as error:
            late = isinstance(error, TimeoutError) and now() >= until
            outcome = TOO_LATE if late else FAILED
            log.warning("model failed", extra={"code": type(error).__name__})
        took = self._took = now() - began
        if guess is not None:
            self._known = slm, text, guess
        return self._noted(slm, guess, outcome, took, turn)

    def _noted(
        self, slm: Slm, guess: Guess | None, outcome: str, took: float, turn: int | None
    ) -> Opinion:
        found = guess or Guess(None)
        if turn is not None:
            self._emit(
                ModelAnswered(
                    turn=turn,
                    model=slm.name,
                    version=slm.version,
                    outcome=outcome,
                    name=found.intent.name if found.intent else "",
                    probability=round(found.probability, 4),
                    reason=found.reason,
                    took_ms=round(took * 1000, 3),
                )
            )
        trouble = "" if guess is not None else outcome
        return Opinion(slm.name, guess, trouble, slm.version, self._limits(slm))
