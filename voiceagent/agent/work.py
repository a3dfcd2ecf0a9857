"""The turn being answered: what is known so far."""

from __future__ import annotations

from voiceagent.agent.ledger import Ledger
from voiceagent.agent.request import TurnRequest
from voiceagent.deadline import Deadline
from voiceagent.nlu.decision import Route
from voiceagent.routing.handover import WhyNot
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import TurnFinished

__all__ = ["Work"]


class Work:
    """What is known so far about the turn being answered."""

    def __init__(self, request: TurnRequest, ledger: Ledger) -> None:
        self.heard, self.hearing = request.utterance, request.hearing
        self.interruption, self.ledger = request.interruption, ledger
        self.done = ledger.effects
        """Keys of the effects that were done, in order."""
        self.route = Route("none", "not answered")
        self.recognition: Recognition | None = None
        self.finished: TurnFinished | None = None
        """The closed books, from the first audible sample on."""
        self.said = ""
        self.why_not = WhyNot.ANSWERED
        """Why there is no answer, where there is none."""
        self.acting = False
        """Whether something is being done, and nobody knows yet whether it worked."""
        self.leg = ""
        """The larger tier that answers; empty: none."""

    @property
    def turn(self) -> int:
        """Its number."""
        return self.ledger.ended.turn

    @property
    def deadline(self) -> Deadline:
        """When its first sound is due."""
        return self.ledger.deadline

    @property
    def text(self) -> str:
        """The final words; empty while they are not known."""
        return self.recognition.text if self.recognition else ""
