"""A sentence and its model: in time, told to stop, lost, and answered by another."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.clock import Compute, Pace, now, run
from voiceagent.engines.fake import ScriptedSlm
from voiceagent.errors import EngineDied, EngineFailed, EngineHung
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.models.asking import PATIENCE, understood
from voiceagent.nlu.slm.protocol import Guess

pytestmark = pytest.mark.fault
DARK = "it is too dark in here"
LIGHT = Guess(Intent("device.on"), 0.95)
UNTIL = 0.7


class Apart(ScriptedSlm):
    """A model in a process of its own."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__({DARK: LIGHT})
        self.error = error
        self.cancelled = 0

    def understand(self, text: str) -> Guess:
        """The error the first time, if there is one."""
        if self.error is not None and not self.asked:
            self.asked.append(text)
            raise self.error
        return super().understand(text)

    def cancel(self) -> None:
        """Counted."""
        self.cancelled += 1


def ask(
    slm: ScriptedSlm, *costs: float, patience: float = PATIENCE, limit: float = 5.0
) -> tuple[Guess | str, float]:
    """What came of it and when; `costs` of the calls, one after the other."""
    script = iter(costs)

    async def main() -> tuple[Guess | str, float]:
        compute = Compute(
            Pace.VIRTUAL,
            {"slm": lambda: next(script, 0.02)},
            limits={"slm": limit, "slm.apart": limit},
        )
        try:
            found: Guess | str = await understood(
                slm, DARK, compute, until=UNTIL, patience=patience
            )
        except (TimeoutError, EngineFailed) as error:
            found = type(error).__name__
        return found, now()

    return run(main(), virtual=True)


def test_in_time_it_is_the_models_word() -> None:
    slm = Apart()
    assert ask(slm, 0.5) == (LIGHT, pytest.approx(0.5)) and not slm.cancelled


def test_one_that_is_late_is_told_to_stop_and_its_word_does_not_count() -> None:
    slm = Apart()
    assert ask(slm, 1.0) == ("TimeoutError", pytest.approx(1.0))
    assert slm.cancelled == 1
    assert ask(Apart(), 1.0, patience=0.0) == ("TimeoutError", pytest.approx(UNTIL))
    assert ask(Apart(), 60.0, limit=99) == (
        "TimeoutError",
        pytest.approx(UNTIL + PATIENCE),
    )


@pytest.mark.parametrize("error", [EngineDied, EngineHung])
def test_one_that_was_lost_is_asked_again(error: Callable[..., EngineFailed]) -> None:
    slm = Apart(error("lost", replaced=True))
    assert ask(slm)[0] is LIGHT and slm.asked == [DARK, DARK]
    assert ask(Apart(error("lost")))[0] == error("").__class__.__name__
    assert ask(Apart(error("lost", replaced=True)), patience=0.0)[0] != LIGHT


def test_one_that_hangs_is_answered_by_another_while_the_turn_waits() -> None:
    slm = Apart()
    assert ask(slm, 60.0, 2.0) == (LIGHT, pytest.approx(7.0))
    assert slm.cancelled == 1
    # Two in a row are one too many.
    assert ask(Apart(), 60.0, 60.0)[0] == "TimeoutError"


def test_one_in_our_own_process_is_never_waited_for() -> None:
    slm = ScriptedSlm({DARK: LIGHT})
    assert ask(slm, 60.0) == ("TimeoutError", pytest.approx(UNTIL))


@given(st.lists(st.floats(0, 100), max_size=3), st.floats(0.1, 30), st.booleans())
def test_it_always_ends_in_time(costs: list[float], limit: float, waits: bool) -> None:
    patience = PATIENCE if waits else 0.0
    found, at = ask(Apart(), *costs, limit=limit, patience=patience)
    assert at <= UNTIL + patience + 1e-6
    assert found is LIGHT or isinstance(found, str)


def test_what_waited_behind_a_call_that_hangs_counts_when_it_comes() -> None:
    slm = Apart()

    async def main() -> Guess:
        compute = Compute(limits={"slm.apart": 0.3}, lost=lambda error: None)
        freed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hangs() -> None:
            asyncio.run_coroutine_threadsafe(freed.wait(), loop).result()

        async with compute:
            stuck = asyncio.ensure_future(compute("slm.apart", hangs))
            await asyncio.sleep(0)
            until = now() + 0.05
            found = await understood(slm, DARK, compute, until=until, patience=9)
            freed.set()
            await asyncio.gather(stuck, return_exceptions=True)
            return found

    assert run(main()) is LIGHT
