"""A live session listens before its recogniser and its model are there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from threading import Event as Gate

import pytest

from voiceagent.app.assemble import assemble
from voiceagent.app.config import Config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import FRAME_SAMPLES, AudioFrame
from voiceagent.audio.player import VirtualPlayer
from voiceagent.audio.source import OnEvent, ignore
from voiceagent.clock import Pace, run
from voiceagent.engines.fake import ScriptedStt
from voiceagent.errors import EngineFailed, VoiceAgentError
from voiceagent.nlu.models.library import Library
from voiceagent.nlu.slm.protocol import Slm
from voiceagent.trace.events import (
    Degraded,
    Event,
    SessionEnded,
    SessionStarted,
    Transcript,
    TurnFinished,
)

pytestmark = pytest.mark.unit
SAMPLE = Path(__file__).resolve().parents[2] / "samples/01-light-in-one-breath.flac"


class Frames:
    """A recording, all at once; then `heard` is called."""

    name = "frames"
    on_event: OnEvent = staticmethod(ignore)

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard

    async def frames(self) -> AsyncIterator[AudioFrame]:
        samples = read_audio(SAMPLE).samples.astype("<i2")
        for start in range(0, len(samples) - FRAME_SAMPLES, FRAME_SAMPLES):
            yield AudioFrame(samples[start : start + FRAME_SAMPLES].tobytes(), start)
        self._heard()


@pytest.fixture
def shop() -> Workshop:
    return Workshop(Config()).with_values(
        {"slm.model": "none", "speak.voice": "espeak"}
    )


def live(
    shop: Workshop,
    heard: Callable[[], None],
    started: Callable[[], None] = lambda: None,
) -> list[Event]:
    """Everything that happens while the whole stream is one command."""
    events: list[Event] = []
    options = AgentOptions(VirtualPlayer(), wake=False, at_once=True)
    agent = assemble(shop, options)
    agent.trace.subscribe(lambda record: events.append(record.event))

    async def main() -> None:
        try:
            await agent.run(Frames(heard))
        except VoiceAgentError as error:
            events.append(Degraded(what="ended", why=error.what))

    run(main())
    return events


def of(kind: type[Event], events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


def test_what_is_said_before_the_recogniser_is_there_is_heard(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Gate()

    def arriving(self: object, pace: Pace) -> ScriptedStt:
        assert there.wait(20)
        return ScriptedStt(["set the volume to five"])

    monkeypatch.setattr(type(shop.engines), "recogniser", arriving)
    events = live(shop, there.set)
    (started,) = of(SessionStarted, events)
    assert isinstance(started, SessionStarted)
    assert started.engines["stt"].startswith("pocketsphinx")
    (heard,) = of(Transcript, events)
    assert isinstance(heard, Transcript)
    assert heard.pii_text == "set the volume to five"
    assert len(of(TurnFinished, events)) == 1


def test_without_a_recogniser_the_session_ends_with_its_error(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, pace: Pace) -> ScriptedStt:
        raise EngineFailed("the recogniser cannot be made")

    monkeypatch.setattr(type(shop.engines), "recogniser", broken)
    events = live(shop, lambda: None)
    assert events[-1] == Degraded(what="ended", why="the recogniser cannot be made")
    assert of(SessionEnded, events)


def test_a_model_that_comes_to_nothing_is_told_once(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop.with_values({"slm.model": "intents-en"})

    def broken(self: object, name: str) -> Slm | None:
        raise EngineFailed("the model cannot be made")

    monkeypatch.setattr(Library, "load", broken)
    monkeypatch.setattr(
        type(shop.engines),
        "recogniser",
        lambda self, pace: ScriptedStt(["mumble about nothing that is known"]),
    )
    events = live(shop, lambda: None)
    (notice,) = [e for e in events if isinstance(e, Degraded) and "model" in e.what]
    assert "the model cannot be made" in notice.why
    assert len(of(TurnFinished, events)) == 1


def test_its_names_are_those_that_its_engines_have() -> None:
    for second in ("none", "auto"):
        shop = Workshop(Config()).with_values({"stt.second": second})
        names = [
            shop.engines.session_stt(Pace.VIRTUAL).name,
            shop.engines.session_stt(Pace.REALTIME, at_once=True).name,
        ]
        assert names[0] == names[1]
