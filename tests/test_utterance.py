"""The final result is ready when speech pauses, and never stale when it goes on."""

import asyncio

import pytest

from voiceagent.clock import Compute, Pace, now, run
from voiceagent.engines.fake import ScriptedStt
from voiceagent.frames import FRAME_BYTES, FRAME_SAMPLES, AudioFrame
from voiceagent.stt import Recognition
from voiceagent.utterance import Utterance

pytestmark = pytest.mark.unit


class Looking(ScriptedStt):
    """Knows how much audio its preview was made of."""

    def preview(self) -> Recognition | None:
        return Recognition(f"preview of {self._heard // FRAME_BYTES}", 1.0, True)

    def finish(self) -> Recognition:
        return Recognition(f"all {self._heard // FRAME_BYTES}", 1.0, True)


def hear(script: str) -> tuple[str, float]:
    """`.` a frame, `p` a pause, `r` speech goes on; gives the result and its delay."""

    async def main() -> tuple[str, float]:
        costs = {"stt": 0.001, "stt.final": 0.1}
        heard = Utterance(
            Looking(["x"]),
            Compute(Pace.VIRTUAL, costs),
            on_partial=lambda text, upto: None,
            on_preview=lambda found, upto: None,
        )
        task = asyncio.create_task(heard.run())
        for number, letter in enumerate(script):
            await asyncio.sleep(0.02)
            match letter:
                case ".":
                    heard.add(AudioFrame(bytes(FRAME_BYTES), number * FRAME_SAMPLES))
                case "p":
                    heard.pause()
                case "r":
                    heard.resume()
        closed = now()
        heard.close()
        await task
        return heard.result().text, now() - closed

    return run(main(), virtual=True)


def test_a_turn_that_ends_in_the_pause_costs_nothing_more() -> None:
    text, delay = hear("." * 10 + "p" + "." * 10)
    assert text == "preview of 10"
    assert delay < 0.005


def test_speech_that_goes_on_makes_the_preview_stale() -> None:
    text, delay = hear("." * 10 + "p" + "." * 10 + "r" + "." * 5)
    assert text == "all 25"
    assert delay >= 0.1


def test_going_on_while_the_preview_is_made_discards_it_too() -> None:
    assert hear("." * 10 + "p.r" + "." * 10)[0] == "all 21"


def test_the_last_pause_counts() -> None:
    assert hear("." * 10 + "p....r....p" + "." * 8)[0] == "preview of 18"
