"""Our own voice: as loud as configured at first, then as loud as was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk import Talk

from voiceagent.skills.volume.handler import DEFAULT_PERCENT, StoredVolume, loudness
from voiceagent.store import Store
from voiceagent.tts.config import SpeakConfig

pytestmark = pytest.mark.unit
PERCENT = st.integers(0, 100)


def talk(start: object, store: Store | None = None) -> Talk:
    return Talk(store, config={"volume": {"start": start}})


def test_our_voice_gets_louder_softer_and_silent() -> None:
    talk = Talk()
    assert talk.say("volume 40") == "Volume 40 percent"
    assert loudness(talk.store) == 0.4
    talk.say("turn it up")
    assert loudness(talk.store) == 0.5
    for _ in range(9):
        talk.say("volume down")
    assert loudness(talk.store) == 0.1
    talk.say("mute")
    assert loudness(talk.store) == 0.0
    talk.say("unmute")
    assert loudness(talk.store) == 0.1


@given(PERCENT, PERCENT)
def test_what_was_asked_for_last_is_kept(start: int, asked: int) -> None:
    first = talk(start)
    knob = StoredVolume(first.store, start=start)
    assert loudness(first.store, start=start) == start / 100
    assert knob.percent() == start
    first.say(f"volume {asked}")
    other = 100 - start
    assert loudness(first.store, start=other) == asked / 100
    assert StoredVolume(first.store, start=other).percent() == asked


@given(PERCENT)
def test_a_step_goes_from_where_it_starts(start: int) -> None:
    up, down = talk(start), talk(start)
    up.say("turn it up")
    down.say("volume down")
    assert loudness(up.store) == min(100, start + 10) / 100
    assert loudness(down.store) == max(min(10, start), start - 10) / 100


def test_muting_keeps_the_volume_it_started_with() -> None:
    voice = talk(20)
    voice.say("mute")
    assert loudness(voice.store, start=20) == 0.0
    assert StoredVolume(voice.store, start=20).percent() == 0
    voice.say("unmute")
    assert loudness(voice.store, start=20) == 0.2


def test_the_configured_share_is_said_in_percent() -> None:
    assert SpeakConfig().start_percent == DEFAULT_PERCENT
    assert [SpeakConfig(volume=v).start_percent for v in (0.0, 0.295, 1.0)] == [
        *(0, 30, 100)
    ]


@pytest.mark.fault
@pytest.mark.parametrize("start", [None, "loud", 0.5])
def test_a_host_that_says_nonsense_gets_the_usual_volume(start: object) -> None:
    voice = talk(start)
    voice.say("turn it up")
    assert loudness(voice.store) == (DEFAULT_PERCENT + 10) / 100
