"""What leaves with a question: words of the turn, or a guess at them, past the gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from voiceagent.clock import Compute
from voiceagent.privacy.gate import OutgoingQuestion, PrivacyGate, Refused, Released
from voiceagent.privacy.redaction import Restorer
from voiceagent.routing.handover import Handover
from voiceagent.routing.request import RemoteRequest

__all__ = ["Dictate", "Release"]

Dictate = Callable[[bytes], str]
"""16 kHz PCM16 to words of the device's general recogniser; blocking."""


class Release:
    """Has the gate make what a remote is sent."""

    def __init__(
        self, gate: PrivacyGate, compute: Compute, dictate: Dictate | None = None
    ) -> None:
        """`dictate`: puts speech outside the grammar into words where no audio may
        leave."""
        self._gate, self._compute, self._dictate = gate, compute, dictate
        self._guesses: dict[int, str] = {}

    def forbids(self) -> str:
        """Why nothing at all may leave in any turn; empty where something may."""
        return self._gate.forbids()

    def restorer(self) -> Restorer:
        """Puts what was replaced back into an answer."""
        return self._gate.restorer()

    def private(self, text: str) -> str:
        """Words that a remote may know of, under the rules of what may leave."""
        made = self._gate.prepare(OutgoingQuestion(turn=0, text=text))
        return made.payload.text if isinstance(made, Released) else ""

    async def of(
        self, request: RemoteRequest, tools: tuple[dict[str, Any], ...]
    ) -> Released | Refused:
        """What may leave for a request."""
        handover = request.handover
        recognition = handover.recognition
        text = recognition.text if recognition.accepted else recognition.transcript
        if not text and self._gate.wants_words():
            text = await self._words(handover)
        question = OutgoingQuestion(
            turn=handover.turn,
            text=text,
            uncertain=not recognition.accepted,
            audio=handover.audio,
            context=request.context,
            tools=tools,
        )
        return self._gate.prepare(question)

    async def _words(self, handover: Handover) -> str:
        """What the general recogniser makes of the turn; once for all attempts."""
        turn = handover.turn
        if self._dictate is None or not handover.audio:
            return ""
        if turn not in self._guesses:
            words = await self._compute("dictation", self._dictate, handover.audio)
            self._guesses = {turn: words}
        return self._guesses[turn]
