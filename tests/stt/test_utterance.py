"""The final result is ready when speech pauses, and never stale when it goes on."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.frames import FRAME_BYTES, FRAME_SAMPLES, AudioFrame
from voiceagent.clock import Compute, Pace, now, run
from voiceagent.engines.fake import ScriptedStt
from voiceagent.errors import EngineHung
from voiceagent.stt.protocol import Recognition, Stt
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


def hear(
    script: str, *, least: int = 0, feeding: float = 0.001, stt: Stt | None = None
) -> tuple[str, float]:
    """`.` a frame, `p` a pause behind the ten first frames, `l` one behind the latest,
    `e` what only seems to be one, `r` speech goes on, `x` nothing was said so far;
    gives the result and its delay.
    """

    async def main() -> tuple[str, float]:
        costs = {"stt": feeding, "stt.final": 0.1}
        heard = Utterance(
            stt or Looking(least),
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
                case "x":
                    heard.restart([])
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


class Frail(Looking):
    """A recogniser that is lost in the calls of these numbers, and comes anew."""

    def __init__(self, losses: Sequence[int], *, replaced: bool = True) -> None:
        super().__init__()
        self._losses, self._replaced = set(losses), replaced
        self.calls = 0

    def _call(self) -> None:
        self.calls += 1
        if self.calls in self._losses:
            self._heard = 10**9  # whatever it knew is worth nothing
            raise EngineHung("it hung", replaced=self._replaced)

    def start(self) -> None:
        """Begin, if it lives."""
        self._call()
        super().start()

    def feed(self, pcm: bytes) -> str:
        """Listen, if it lives."""
        self._call()
        return super().feed(pcm)

    def preview(self) -> Recognition | None:
        """Look, if it lives."""
        self._call()
        return super().preview()

    def finish(self) -> Recognition:
        """End, if it lives."""
        self._call()
        return super().finish()


SCRIPTS = st.text(st.sampled_from("....plerx"), min_size=5, max_size=80)
COSTS = st.sampled_from([0.001, 0.03, 0.15])


@given(SCRIPTS, COSTS, st.integers(1, 12))
def test_what_is_lost_on_the_way_changes_no_word(
    script: str, feeding: float, call: int
) -> None:
    frail = Frail([call])
    text, _ = hear(script, feeding=feeding, stt=frail)
    whole, _ = hear(script, feeding=feeding)
    if frail.calls < call:
        assert text == whole
    else:
        # It may have been ready a little earlier or later, of the same sound.
        heard, frames = int(text.split()[-1]), since_restart(script)
        assert heard <= frames and (heard == frames or text.startswith("preview"))


def since_restart(script: str) -> int:
    """Frames of a script that count."""
    return len(script.rpartition("x")[2].replace("p", "").translate(FRAMES))


FRAMES = str.maketrans("", "", "lerx")


@given(SCRIPTS, st.integers(1, 6))
def test_one_that_is_lost_twice_fails_the_turn_and_says_so(
    script: str, first: int
) -> None:
    frail = Frail(range(first, 200))
    if frail_calls(script) < first:
        return
    with pytest.raises(EngineHung):
        hear(script, stt=frail)
    assert frail.calls == first + 1, "two chances, not more"


def frail_calls(script: str) -> int:
    """How often the recogniser is called for a script."""
    sound = Frail([])
    hear(script, stt=sound)
    return sound.calls


def test_one_that_nobody_replaces_is_not_asked_again() -> None:
    frail = Frail([2], replaced=False)
    with pytest.raises(EngineHung):
        hear("." * 20, stt=frail)
    assert frail.calls == 2


@given(SCRIPTS, COSTS, st.sampled_from([0, 12, 30]))
def test_the_result_is_of_the_sound_since_the_last_restart(
    script: str, feeding: float, least: int
) -> None:
    """Whatever is said and when: nothing from before it, and nothing it lacks."""
    text, _ = hear(script, least=least, feeding=feeding)
    heard, frames = int(text.split()[-1]), since_restart(script)
    assert heard == frames if text.startswith("all") else least <= heard <= frames


def test_speech_that_goes_on_while_it_is_fed_is_not_looked_at() -> None:
    """Nothing is looked for in half a sentence, and no result hides what follows."""
    text, _ = hear("." * 10 + "p" + "......" + "r" + "." * 20, feeding=0.3)
    assert text == "all 36"
