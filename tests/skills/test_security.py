"""Alarm panels by voice: armed at once, disarmed after a yes."""

from __future__ import annotations

from pathlib import Path

import pytest
from talk import MONDAY

from voiceagent.nlu.intent import IntentParser
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import LocalHouse
from voiceagent.skills.packs.pack import load_pack
from voiceagent.skills.skill import TurnContext
from voiceagent.store import Store

pytestmark = pytest.mark.unit
PANEL = '[[entity]]\nname = "Security"\ndomain = "alarm_control_panel"\n'


def test_a_panel_is_armed_asked_about_and_disarmed_after_a_yes(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_text(PANEL)
    pack = load_pack(None, house=file)
    parser, house = IntentParser(pack), LocalHouse(pack.house, Store())
    skills = pack.open(SkillHost(Store(), house))

    def say(text: str, *, yes: bool = False) -> str:
        intent = parser.parse(text)
        assert intent is not None, text
        answer = skills.answer(intent, TurnContext(MONDAY))
        if answer.question is not None and not yes:
            return answer.question.text
        for effect in answer.effects:
            effect.run()
        return answer.text

    assert say("is security armed") == "No, the security is disarmed"
    assert say("arm security in night mode") == "Security is arming for night"
    assert say("is the security armed") == "Yes, the security is armed night"
    assert say("disarm security") == "Do you want me to disarm the security?"
    assert say("is security disarmed") == "No, the security is armed night"
    assert say("disarm security", yes=True) == "Security is disarmed"
    assert say("what is the status of security") == "The security is disarmed"


def test_without_a_panel_nothing_of_it_can_be_said() -> None:
    parser = IntentParser(load_pack(None))
    for text in ("disarm the alarm", "arm the house", "disarm the front door"):
        assert parser.parse(text) is None
