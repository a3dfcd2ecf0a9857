"""Single words work where something plays, and are refused where nothing does."""

from __future__ import annotations

import pytest
from talk import Talk

from voiceagent.skills.dialog.handler import HELP
from voiceagent.skills.dialog.help import HelpDesk
from voiceagent.skills.house.house import HouseModel
from voiceagent.skills.skill import LastTurn
from voiceagent.skills.timers.snooze import LastRung

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("word", ["next", "skip", "previous", "pause", "pause it"])
def test_nothing_is_pressed_where_nothing_plays(word: str) -> None:
    talk = Talk()
    answer = talk.plan(word)
    assert answer.text == "Nothing is playing here" and not answer.effects


@pytest.mark.parametrize("word", ["resume", "resume it", "resume playback"])
def test_nothing_goes_on_where_nothing_is_paused(word: str) -> None:
    talk = Talk()
    answer = talk.plan(word)
    assert answer.text == "Nothing is paused here" and not answer.effects


def test_a_word_is_for_what_plays() -> None:
    talk = Talk()
    talk.say("play the music on the radio")
    assert talk.say("skip it") == "Radio skips to the next"
    assert talk.say("pause") == "Radio is paused"
    assert talk.state("TV") == "off"
    assert talk.say("resume") == "Radio is playing"


def test_what_plays_in_the_room_comes_first() -> None:
    talk = Talk(area="Kitchen")
    talk.say("play the music on the radio")
    talk.say("play the music on the TV")
    assert talk.say("pause") == "Radio is paused"


def test_stop_ends_the_music_only_where_we_are_silent() -> None:
    talk = Talk()
    talk.say("play the music on the radio")
    rang = talk.context.now.timestamp() - 20
    LastRung("alarm", "", rang).keep(talk.store)
    assert talk.plan("stop").stop and not talk.plan("stop").effects
    talk.wait(minutes=5)
    assert talk.plan("stop talking").stop
    assert talk.say("stop") == "Radio is paused"
    assert talk.plan("stop").stop


def test_louder_is_our_voice_where_it_is_said_so() -> None:
    talk = Talk()
    talk.say("set the radio volume to 40 percent")
    talk.say("play the music on the radio")
    assert talk.say("speak louder") == "Volume 80 percent"
    assert talk.say("louder") == "Radio is at 50 percent volume"


@pytest.mark.parametrize("topic", sorted(HELP.topics))
def test_what_help_says_is_understood(topic: str) -> None:
    talk = Talk()
    told = talk.say(f"help with {topic}").removeprefix("You can say: ")
    for sentence in told.replace(", or ", ", ").split(", "):
        assert talk.parser.parse(sentence) is not None, sentence


def test_help_speaks_of_what_is_there() -> None:
    desk, talk = HelpDesk(HouseModel, HELP), Talk()
    intent = talk.parser.parse("help with my lights")
    assert intent is not None
    assert desk.answer(intent, talk.context).text == "You can say: which lights are on"
    assert "kitchen light" in talk.say("help")


def test_help_tells_a_few_at_a_time_until_all_are_told() -> None:
    talk, told = Talk(), list[str]()
    said = talk.say("help")
    while said.startswith("Try: "):
        page, _, rest = said.removeprefix("Try: ").partition(". ")
        sentences = page.replace(", or ", ", ").split(", ")
        assert 1 <= len(sentences) <= 4 and not {*sentences} & {*told}
        told += sentences
        talk.remember(LastTurn("help", said, "device", ""))
        said = talk.say("what else can I say")
    assert len(told) > 15 and said.startswith("That is all")
    for sentence in told:
        assert talk.parser.parse(sentence) is not None, sentence


def test_help_speaks_of_what_plays_first() -> None:
    talk = Talk()
    talk.say("play the music on the radio")
    assert talk.say("help").startswith("Try: pause the radio, louder, turn on the")
