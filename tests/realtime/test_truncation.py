"""What is left out of a conversation that is too long, as the session wants it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.realtime.test_server import say, sent, told
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Respond, SessionStep

pytestmark = pytest.mark.unit
LIMITS = Limits(context_tokens=100)
RATIO = {"type": "retention_ratio", "retention_ratio": 0.5}


def asked(truncation: Any, questions: int) -> list[SessionStep]:
    """A response after so many questions of about 20 tokens each."""
    made = ServerSession(session_id="s", limits=LIMITS)
    made.opened()
    fields = {"type": "realtime", "truncation": truncation}
    told(made, {"type": "session.update", "session": fields})
    for number in range(questions):
        told(made, say(f"{number:02}" + "x" * 47))
    return told(made, {"type": "response.create"})


def first_words(steps: list[SessionStep]) -> list[str]:
    (respond,) = [step for step in steps if isinstance(step, Respond)]
    return [message.text[:2] for message in respond.messages]


def test_usually_whoever_answers_takes_what_fits() -> None:
    assert len(first_words(asked("auto", 9))) == 9
    assert len(first_words(asked(None, 9))) == 9


def test_a_ratio_of_what_fits_is_kept_and_only_where_it_is_too_long() -> None:
    assert len(first_words(asked(RATIO, 5))) == 5
    assert first_words(asked(RATIO, 6)) == ["04", "05"]
    tight = {**RATIO, "retention_ratio": 1.0, "token_limits": {"post_instructions": 45}}
    assert first_words(asked(tight, 3)) == ["01", "02"]
    nothing = {**RATIO, "retention_ratio": 0.0}
    assert first_words(asked(nothing, 6)) == ["05"], "the question itself stays"


def test_where_nothing_may_be_left_out_it_fails_and_says_why() -> None:
    assert len(first_words(asked("disabled", 5))) == 5
    steps = asked("disabled", 6)
    created, done = sent(steps)
    assert created["type"] == "response.created"
    error = done["response"]["status_details"]["error"]
    assert error["code"] == "context_length_exceeded"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ("never", "session.truncation"),
        ({**RATIO, "retention_ratio": 2}, "session.truncation.retention_ratio"),
        ({"type": "retention_ratio"}, "session.truncation"),
        (
            {**RATIO, "token_limits": {"post_instructions": -1}},
            "session.truncation.token_limits.post_instructions",
        ),
    ],
)
def test_what_is_no_truncation_is_refused(wrong: Any, place: str) -> None:
    made = ServerSession(session_id="s")
    made.opened()
    fields = {"truncation": wrong}
    (answer,) = sent(told(made, {"type": "session.update", "session": fields}))
    assert answer["error"]["param"] == place
