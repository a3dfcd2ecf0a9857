"""Whatever a recogniser is told to listen for answers the question that was asked."""

from __future__ import annotations

import asyncio

import pytest
from talk import Talk

from voiceagent.nlu.clarify import MOST_HEARD
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.open_question import OpenQuestion
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text", ["set a timer", "set an alarm", "remind me to call Anna"]
)
def test_every_answer_that_is_listened_for_is_one(text: str) -> None:
    talk = Talk()

    async def parse(words: str) -> Intent | None:
        return talk.parser.parse(words)

    async def given() -> list[str]:
        asked = talk.plan(text).question
        assert asked is not None and len(asked.answers()) <= MOST_HEARD + 10
        found, opened = [], OpenQuestion(parse)
        for answer in asked.answers():
            opened.ask(asked, 1)
            said = Recognition(answer, 1.0, True)
            if await opened.take(said, turn=2, typed=False) is None:
                found.append(answer)
        return found

    assert asyncio.run(given()) == []


def test_any_words_are_an_answer_where_any_are_wanted() -> None:
    talk = Talk()

    async def parse(words: str) -> Intent | None:
        return talk.parser.parse(words)

    async def taken(said: Recognition) -> object:
        asked = talk.plan("make a new list").question
        assert asked is not None
        opened = OpenQuestion(parse)
        opened.ask(asked, 1)
        given = await opened.take(said, turn=2, typed=False)
        return given.reply if given else None

    heard = Recognition("lights on", 0.2, False, "outside", transcript="holiday")
    reply = asyncio.run(taken(heard))
    assert isinstance(reply, Intent) and reply.slots["list"] == "holiday"
    assert asyncio.run(taken(Recognition("lights on", 0.2, False))) is None
