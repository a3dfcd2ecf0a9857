"""A yes at every moment around a question: done once, or nothing at all."""

from __future__ import annotations

import pytest
from agents import Echo, Stage

from voiceagent.agent.state import Options
from voiceagent.frontend.config import EndpointConfig
from voiceagent.nlu.clarify import confirm
from voiceagent.nlu.intent import Intent
from voiceagent.skills.skill import Answer, Effect, TurnContext
from voiceagent.trace.events import SpeakingStarted, SpeakingStopped

pytestmark = pytest.mark.unit
COMMAND = ((0.5, 0.0), (0.4, 0.3), (0.2, 0.0), (1.2, 0.3))
ASKED = 2.3
"""Seconds at which the command ends."""
WINDOW = EndpointConfig().answer_ms / 1000
"""Seconds after a question within which its answer begins."""


def played(pause: float, *, full: bool) -> tuple[int, float, float]:
    """How often it was opened; from when to when the question was said. The yes comes
    `pause` seconds after the command."""
    ran: list[str] = []

    def answered(intent: Intent, context: TurnContext) -> Answer:
        if intent.text != "open":
            return Answer(f"You said {intent.text}.")
        question = confirm(intent, "open the garage door", reason="grave")
        effect = Effect("open", lambda: ran.append("open"))
        return Answer("Opening", (effect,), question=question)

    stage = Stage(
        skill=Echo(answered=answered),
        says=["open", "yes"],
        options=Options(full_duplex=full),
    )
    stage.play(*COMMAND, (pause, 0.0), (0.4, 0.3), (7.0, 0.0))
    return len(ran), stage.at(SpeakingStarted)[0], stage.at(SpeakingStopped)[0]


@pytest.mark.parametrize("pause", [0.3, 1.0, 1.9, 2.5, 3.0, 4.2, 5.8, 7.4, 9.0])
@pytest.mark.parametrize("full", [False, True])
def test_a_yes_counts_once_and_while_it_can_be_heard(pause: float, full: bool) -> None:
    """Half duplex hears nothing while the question is said; full duplex does."""
    opened, began, ended = played(pause, full=full)
    said = ASKED + pause
    if said > ended:
        assert opened == (said < ended + WINDOW), (said, ended)
    elif said < ended - 0.4:
        assert opened == (full and said > began), (said, began, ended)
    assert opened <= 1
