"""Talking about the conversation, and about our own voice."""

from __future__ import annotations

import pytest
from talk import Talk

from voiceagent.skills.skill import LastTurn

pytestmark = pytest.mark.unit

LAST = LastTurn(
    heard="turn on the lights",
    said="All lights are on",
    tier="device",
    reason="a template matched",
    latency={"endpoint": 0.2, "stt": 0.05, "tts": 0.03, "response": 0.28},
    done=("house.turn_on",),
)


def test_stop_and_never_mind_end_everything() -> None:
    for text in ("stop", "never mind", "nevermind", "cancel that"):
        answer = Talk().plan(text)
        assert (answer.text, answer.stop) == ("", True)


def test_the_last_turn_is_explained() -> None:
    talk = Talk()
    talk.remember(LAST)
    assert talk.say("repeat that") == "All lights are on"
    slow = talk.say("why so slow")
    assert slow.startswith("It took 280 milliseconds")
    assert "inside the 800 milliseconds" in slow
    assert "Waiting until you had finished took 200 milliseconds" in slow
    assert "house turn on" in talk.say("what did you do")
    why = talk.say("why did you say that")
    assert why == (
        "I heard: turn on the lights. It was answered on this device, "
        "because a template matched"
    )


def test_without_a_past_there_is_nothing_to_explain() -> None:
    for text in ("why so slow", "what did you do", "why did you say that"):
        assert Talk().say(text) == "We have only just begun"


def test_the_weather_is_honest_about_the_network() -> None:
    assert "needs the network" in Talk().say("what's the new york weather")
