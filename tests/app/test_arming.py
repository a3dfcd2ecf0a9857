"""Parts of a live session are made side by side; whoever needs one meets its error."""

from __future__ import annotations

from threading import Event

import pytest

from voiceagent.app.arming import PARTS, arm
from voiceagent.app.config import Config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.player import VirtualPlayer
from voiceagent.clock import Pace
from voiceagent.errors import EngineMissing
from voiceagent.nlu.config import SlmConfig
from voiceagent.tts.config import SpeakConfig

pytestmark = pytest.mark.unit


class Told:
    """What was told to be ready."""

    def __init__(self, wanted: int) -> None:
        self.parts: list[str] = []
        self.all = Event()
        self._wanted = wanted

    def __call__(self, part: str) -> None:
        self.parts.append(part)
        if len(self.parts) == self._wanted:
            self.all.set()


def test_every_part_is_told_once_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Workshop(Config(slm=SlmConfig(model="none")))
    monkeypatch.setattr(type(shop.engines), "recogniser", lambda self, pace: object())
    monkeypatch.setattr(type(shop.engines), "voices", lambda self, pace: [])
    told = Told(3)
    arm(shop, AgentOptions(player=VirtualPlayer(), ready=told))
    assert told.all.wait(20)
    assert set(told.parts) == {"recogniser", "voice", "language model"} <= set(PARTS)


def test_what_fails_is_met_by_whoever_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = Config(slm=SlmConfig(model="none"), speak=SpeakConfig(voice="flite"))
    shop, failed = Workshop(config), Event()

    def missing(self: object, pace: Pace) -> object:
        failed.set()
        raise EngineMissing("pocketsphinx", extra="edge")

    monkeypatch.setattr(type(shop.engines), "recogniser", missing)
    monkeypatch.setattr(type(shop.engines), "voices", lambda self, pace: [])
    told = Told(2)
    arm(shop, AgentOptions(player=VirtualPlayer(), ready=told))
    assert failed.wait(20) and told.all.wait(20)
    assert "recogniser" not in told.parts
    with pytest.raises(EngineMissing):
        shop.engines.recogniser(Pace.REALTIME)


def test_a_silent_session_makes_no_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Workshop(Config(slm=SlmConfig(model="none")))
    monkeypatch.setattr(type(shop.engines), "recogniser", lambda self, pace: object())
    told = Told(2)
    arm(shop, AgentOptions(player=VirtualPlayer(), ready=told, silent=True))
    assert told.all.wait(20)
    assert "voice" not in told.parts
