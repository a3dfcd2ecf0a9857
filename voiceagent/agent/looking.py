"""Looking about when a session begins: what is not as it was set up, and what is not
there yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from voiceagent.agent.supervisor import Supervisor
from voiceagent.clock import Compute
from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.decision import Route
from voiceagent.nlu.reading import Reading
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import Degraded, Event, Failed

__all__ = ["Absent", "LookAbout", "LookedAbout", "Outlook"]


@dataclass(frozen=True, slots=True)
class LookedAbout:
    """What was found."""

    notices: Sequence[Degraded] = ()
    take_in: Callable[[], None] = lambda: None
    """What is there now is used from here on; called by the loop of the session."""


LookAbout = Callable[[], LookedAbout]
"""Blocking; raises `VoiceAgentError`, and is called again after a while."""

Absent = Callable[[str], VoiceAgentError | None]
"""Why words that nobody understands cannot be understood yet."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a session sees of the things around it."""

    look: LookAbout | None = None
    """Looks, when a session begins, for what is not as it was set up."""
    absent: Absent = lambda text: None

    def keep(
        self, tasks: Supervisor, compute: Compute, emit: Callable[[Event], None]
    ) -> None:
        """Look until all is seen. It has a thread of its own: what hangs there holds
        up no command."""
        if self.look is not None:
            once = partial(_look_about, self.look, compute, emit)
            tasks.keep(once, what="the house")

    def refused(
        self,
        reading: Reading,
        recognition: Recognition,
        turn: int,
        emit: Callable[[Event], None],
    ) -> Reading:
        """The reading; where its words are of what is not there, the reason instead:
        then nobody else is asked about them either."""
        if reading.intent or reading.question or reading.reply:
            return reading
        error = self.absent(recognition.transcript or recognition.text)
        if error is None:
            return reading
        emit(Failed.by(error, turn))
        return replace(reading, route=Route("device", error.what), reply=error.said)


async def _look_about(
    look: LookAbout, compute: Compute, emit: Callable[[Event], None]
) -> None:
    found = await compute("look", look)
    found.take_in()
    for notice in found.notices:
        emit(notice)
