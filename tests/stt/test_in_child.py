"""A recogniser in a process of its own: same results, and it may die."""

import asyncio
import os
import signal
from functools import partial
from pathlib import Path

import pytest

from voiceagent import child_process
from voiceagent.audio.frames import FRAME_BYTES, FRAME_SAMPLES, AudioFrame
from voiceagent.child_process import CAN_COPY
from voiceagent.clock import Compute, run
from voiceagent.engines.fake import ScriptedStt
from voiceagent.errors import EngineDied, EngineFailed, EngineHung, EngineMissing
from voiceagent.stt.in_child import ProcessStt
from voiceagent.stt.protocol import Recognition, Stt, begin
from voiceagent.stt.utterance import Utterance

pytestmark = pytest.mark.fault


def broken() -> Stt:
    raise EngineFailed("no model")


def test_every_call_is_answered_by_the_child() -> None:
    stt = ProcessStt(partial(ScriptedStt, ["turn it on"]), name="scripted")
    stt.start()
    assert stt.feed(bytes(32_000)) == "turn it on"
    assert stt.preview() == stt.finish()
    stt.close()


def test_a_child_that_dies_fails_one_turn_and_is_replaced() -> None:
    stt = ProcessStt(partial(ScriptedStt, ["turn it on"]), name="scripted")
    stt.start()
    stt._child.process.kill()
    stt._child.process.join()
    with pytest.raises(EngineFailed, match="died"):
        stt.feed(bytes(640))
    stt.start()
    assert stt.finish().text == "turn it on"
    stt.close()


def test_expected_answers_reach_the_child_and_the_one_after_it() -> None:
    stt = ProcessStt(partial(ScriptedStt, ["triple"]), name="scripted")
    begin(stt, ["triple", "no"])
    assert stt._child.ask("expected") == [("triple", "no")]
    stt._child.process.kill()
    stt._child.process.join()
    stt._child.alive = False
    stt.start()
    assert stt._child.ask("expected") == [("triple", "no")]
    begin(stt)
    assert stt._child.ask("expected")[1:] == [()]
    stt.close()


class Plain:
    """A recogniser that cannot be told anything."""

    def start(self) -> None:
        """Nothing to do."""


def test_a_recogniser_that_expects_nothing_is_left_alone() -> None:
    stt = ProcessStt(Plain, name="plain")  # type: ignore[arg-type]
    begin(stt, ["yes"])
    stt.close()


def test_what_cannot_be_built_is_said_at_once() -> None:
    with pytest.raises(EngineFailed, match="no model"):
        ProcessStt(broken, name="broken")


def missing() -> Stt:
    raise EngineMissing("pocketsphinx", install="pip install it")


def test_errors_travel_whole() -> None:
    with pytest.raises(EngineMissing) as caught:
        ProcessStt(missing, name="missing")
    assert caught.value.exit_code == 3 and "pip install it" in str(caught.value)


class Harmed(ScriptedStt):
    """Is stopped or ends at one call of one process: where `once` is not yet there."""

    def __init__(self, how: str, where: str, once: Path) -> None:
        super().__init__(["turn it on"] * 3)
        self._how, self._where, self._once = how, where, once

    def _harm(self, where: str) -> None:
        if where == self._where and not self._once.exists():
            self._once.touch()
            how = signal.SIGSTOP if self._how == "stop" else signal.SIGKILL
            os.kill(os.getpid(), how)

    def start(self) -> None:
        """Begin, unless it is here."""
        self._harm("start")
        super().start()

    def feed(self, pcm: bytes) -> str:
        """Listen, unless it is here."""
        self._harm("feed")
        return super().feed(pcm)

    def preview(self) -> Recognition | None:
        """Look, unless it is here."""
        self._harm("preview")
        return super().preview()

    def finish(self) -> Recognition:
        """End, unless it is here."""
        self._harm("finish")
        return super().finish()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stopped is found out soon."""
    monkeypatch.setattr(child_process, "STILL", 0.5)


@pytest.mark.parametrize("where", ["start", "feed", "preview", "finish"])
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_same_words_are_heard_by_the_one_that_takes_its_place(
    how: str, where: str, tmp_path: Path, short: None
) -> None:
    once = tmp_path / "once"
    stt = ProcessStt(partial(Harmed, how, where, once), name="toy", copied=CAN_COPY)
    lost, partials = [], []

    async def main() -> Recognition:
        async with Compute(lost=lost.append) as compute:
            heard = Utterance(
                stt,
                compute,
                on_partial=lambda text, upto: partials.append(text),
                on_preview=lambda found, upto: None,
            )
            for number in range(60):
                frame = AudioFrame(bytes(FRAME_BYTES), number * FRAME_SAMPLES)
                heard.add(frame)
            if where == "preview":
                heard.pause(end=60 * FRAME_SAMPLES)
            listening = asyncio.ensure_future(heard.run())
            while where == "preview" and not once.exists():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            heard.close()
            await listening
            return heard.result()

    assert run(main()).text == "turn it on"
    (error,) = lost
    kind = EngineHung if how == "stop" else EngineDied
    assert type(error) is kind and error.replaced
    begin(stt)
    assert stt.feed(bytes(64_000)) == "turn it on" and stt.finish().accepted
    stt.close()


class Doomed(ScriptedStt):
    """Ends with every sound."""

    def __init__(self) -> None:
        super().__init__(["turn it on"])

    def feed(self, pcm: bytes) -> str:
        """Nothing, ever."""
        os._exit(9)


@pytest.mark.parametrize("copied", [False, CAN_COPY])
def test_one_that_dies_every_time_fails_every_turn_and_hangs_none(copied: bool) -> None:
    stt = ProcessStt(Doomed, name="toy", copied=copied)
    for _ in range(3):
        stt.start()
        with pytest.raises(EngineDied):
            stt.feed(bytes(640))
        with pytest.raises(EngineFailed, match="not running"):
            stt.finish()
    stt.close()
