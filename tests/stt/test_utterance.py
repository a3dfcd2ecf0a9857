"""The final result is ready when speech pauses, and never stale when it goes on."""

import asyncio

import pytest

from voiceagent.audio.frames import FRAME_BYTES, FRAME_SAMPLES, AudioFrame
from voiceagent.clock import Compute, Pace, now, run
from voiceagent.engines.fake import ScriptedStt
from voiceagent.stt.protocol import Recognition
from voiceagent.stt.utterance import Utterance

pytestmark = pytest.mark.unit


class Looking(ScriptedStt):
    """Knows how much audio its preview was made of; whole from `least` frames on."""

    def __init__(self, least: int = 0) -> None:
        super().__init__(["x"])
        self.least = least

    def preview(self) -> Recognition | None:
        heard = self._heard // FRAME_BYTES
        return Recognition(f"preview of {heard}", 1.0, heard >= self.least)

    def finish(self) -> Recognition:
        return Recognition(f"all {self._heard // FRAME_BYTES}", 1.0, True)


def hear(script: str, *, least: int = 0, feeding: float = 0.001) -> tuple[str, float]:
    """`.` a frame, `p` a pause behind the ten first frames, `l` one behind the latest,
    `e` what only seems to be one, `r` speech goes on; gives the result and its delay.
    """

    async def main() -> tuple[str, float]:
        costs = {"stt": feeding, "stt.final": 0.1}
        heard = Utterance(
            Looking(least),
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
                    heard.pause(end=10 * FRAME_SAMPLES)
                case "l":
                    heard.pause(end=number * FRAME_SAMPLES)
                case "e":
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


def test_what_was_looked_at_too_early_is_looked_at_again() -> None:
    assert (
        hear("." * 10 + "e" + "." * 8 + "p" + "." * 9, least=15)[0] == "preview of 18"
    )
    assert hear("." * 10 + "e" + "." * 8 + "p" + "." * 9)[0] == "preview of 10"


def test_the_certain_pause_may_come_while_the_early_look_is_taken() -> None:
    text, delay = hear("." * 10 + "e.." + "p" + "." * 15, least=12)
    assert text in ("preview of 13", "preview of 14")
    assert delay < 0.005


def test_an_early_look_is_taken_once_only() -> None:
    assert hear("." * 10 + "e" + "." * 8 + "e" + "." * 9, least=15)[0] == "all 27"


def test_what_lacks_the_last_sound_is_looked_at_again() -> None:
    text, delay = hear("." * 10 + "e" + "." * 8 + "l" + "." * 9)
    assert text == "preview of 18"
    assert delay < 0.005


def test_nothing_stale_is_given_while_it_is_looked_at_again() -> None:
    assert hear("." * 10 + "e" + "." * 8 + "l..")[0] in ("all 20", "preview of 18")
    assert hear("." * 10 + "e.." + "." * 3 + "l")[0] == "all 15"


def test_what_comes_while_the_recogniser_is_busy_is_looked_at_too() -> None:
    for frames in (8, 10, 13):
        text, _ = hear("." * frames + "l" + "." * 40, feeding=0.15)
        assert text.startswith("preview of") and int(text.split()[-1]) >= frames
