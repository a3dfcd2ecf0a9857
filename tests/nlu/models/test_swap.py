"""Swapping models between turns: nothing fails, nothing leaks, bad ones go back."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_folders import Source

from voiceagent.clock import Compute, Pace, now, run
from voiceagent.errors import EngineFailed
from voiceagent.nlu.decision import FAILED, TOO_LATE, Opinion
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.models.swap import LateModel, ModelSwitch
from voiceagent.nlu.slm.protocol import Guess, Slm
from voiceagent.trace.events import (
    Degraded,
    Event,
    ModelAnswered,
    ModelRolledBack,
    ModelSwapped,
)

pytestmark = pytest.mark.unit
DARK = "it is too dark in here"
LIGHT = {DARK: Guess(Intent("device.on", {"area": "Kitchen"}), 0.95)}
BROKEN = {DARK: EngineFailed("it broke")}
BUG = {DARK: ValueError(DARK)}


class Bench:
    """A switch over scripted models, on the virtual loop."""

    def __init__(self, source: Source, *, slm: float = 0.02, load: float = 0.5) -> None:
        self.source = source
        self.events: list[Event] = []
        self.compute = Compute(Pace.VIRTUAL, {"slm": slm, "load": load})
        first = source.load("a") if "a" in source.known else None
        self.switch = ModelSwitch(
            source, self.compute, self.events.append, current=first
        )
        self.turns = 0

    async def turn(self, *, seconds: float = 0.8) -> Opinion | None:
        """One turn that asks the model."""
        self.turns += 1
        self.switch.turn_began()
        found = await self.switch.ask(DARK, turn=self.turns, until=now() + seconds)
        self.switch.turn_ended()
        return found

    def of(self, kind: type[Event]) -> list[Event]:
        """Events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def name(self) -> str:
        """The model in use."""
        return self.switch.current.name if self.switch.current else ""


def play(bench: Bench, story: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await story()
        await bench.switch.close()

    run(main(), virtual=True)


def test_a_model_is_asked_under_the_deadline_and_noted_with_its_version() -> None:
    bench = Bench(Source(a=LIGHT))

    async def story() -> None:
        found = await bench.turn()
        assert found is not None and found.guess is LIGHT[DARK]

    play(bench, story)
    (noted,) = bench.of(ModelAnswered)
    assert isinstance(noted, ModelAnswered)
    assert (noted.model, noted.version, noted.outcome) == ("a", "1 a", "answered")
    assert (noted.name, noted.took_ms) == ("device.on", 20.0)
    assert DARK not in str(noted)


def test_what_comes_late_is_dropped_and_said_to_be_late() -> None:
    bench = Bench(Source(a=LIGHT), slm=2.0)

    async def story() -> None:
        began = now()
        found = await bench.turn(seconds=0.5)
        assert found is not None and found.guess is None and found.trouble == TOO_LATE
        assert now() - began == pytest.approx(0.5, abs=1e-3)

    play(bench, story)
    assert [e.outcome for e in bench.of(ModelAnswered)] == [TOO_LATE]  # type: ignore[union-attr]


@pytest.mark.parametrize("trouble", [BROKEN, BUG])
def test_a_model_that_breaks_fails_no_turn(
    trouble: dict[str, Exception], caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(Source(a=trouble))

    async def story() -> None:
        found = await bench.turn()
        assert found is not None and found.trouble == FAILED

    play(bench, story)
    assert DARK not in caplog.text


def test_a_swap_waits_for_the_turn_to_end_and_the_old_one_for_two_good_turns() -> None:
    bench = Bench(Source(a=LIGHT, b=LIGHT))
    switch = bench.switch

    async def story() -> None:
        switch.turn_began()
        switch.offer("b")
        await switch.settled()
        assert bench.name == "a", "never in the middle of a turn"
        switch.turn_ended()
        assert bench.name == "b" and switch.previous is not None
        await bench.turn()
        assert switch.previous is not None, "one good turn is not two"
        switch.turn_began()
        switch.turn_ended()
        assert switch.previous is not None, "a turn that did not ask it proves nothing"
        await bench.turn()
        await switch.settled()
        assert switch.previous is None
        assert [slm.name for slm in bench.source.open] == ["b"]

    play(bench, story)
    (swapped,) = bench.of(ModelSwapped)
    assert swapped == ModelSwapped(model="b", version="1 b", was="a")


def test_a_new_model_that_breaks_is_rolled_back_inside_the_turn() -> None:
    bench = Bench(Source(a=LIGHT, b=BROKEN))

    async def story() -> None:
        bench.switch.offer("b")
        await bench.switch.settled()
        assert bench.name == "b"
        found = await bench.turn()
        assert found is not None and found.guess is LIGHT[DARK], "the turn is saved"
        await bench.switch.settled()
        assert bench.name == "a"
        assert [slm.name for slm in bench.source.open] == ["a"]

    play(bench, story)
    (back,) = bench.of(ModelRolledBack)
    assert back == ModelRolledBack(model="a", failed="b", why=FAILED, version="1 a")


def test_a_new_model_that_is_late_is_rolled_back() -> None:
    bench = Bench(Source(a=LIGHT, b=LIGHT), slm=2.0)

    async def story() -> None:
        bench.switch.offer("b")
        await bench.switch.settled()
        await bench.turn(seconds=0.5)
        await bench.switch.settled()
        assert bench.name == "a"

    play(bench, story)
    assert [e.why for e in bench.of(ModelRolledBack)] == [TOO_LATE]  # type: ignore[union-attr]


def test_an_old_model_that_breaks_has_nothing_to_go_back_to() -> None:
    bench = Bench(Source(a=BROKEN))

    async def story() -> None:
        await bench.turn()
        await bench.turn()
        assert bench.name == "a"

    play(bench, story)
    assert not bench.of(ModelRolledBack)


@pytest.mark.fault
def test_a_model_that_cannot_be_loaded_changes_nothing_and_is_announced() -> None:
    trouble = EngineFailed("no room", cause="memory", hint="free some")
    bench = Bench(Source(a=LIGHT, bad=trouble, bug=ValueError("x")))

    async def story() -> None:
        for name in ("bad", "nowhere", "bug"):
            bench.switch.offer(name)
            await bench.switch.settled()
            assert bench.name == "a"

    play(bench, story)
    told = [event for event in bench.events if isinstance(event, Degraded)]
    assert [event.why for event in told] == [
        "memory",
        "no model `nowhere`",
        "ValueError",
    ]
    assert told[0].hint == "free some" and "bad" in told[0].what


def test_choosing_is_noticed_at_the_end_of_a_turn_and_once() -> None:
    bench = Bench(Source(a=LIGHT, b=LIGHT))

    async def story() -> None:
        await bench.turn()
        bench.source.choice = "b"
        await bench.turn()
        await bench.switch.settled()
        assert bench.name == "b"
        await bench.turn()
        bench.source.choice = "none"
        await bench.turn()
        await bench.switch.settled()
        assert bench.name == "" and bench.source.open == []
        assert await bench.turn() is None

    play(bench, story)
    assert [e.model for e in bench.of(ModelSwapped)] == ["b", ""]  # type: ignore[union-attr]


def test_the_same_model_again_is_no_swap() -> None:
    bench = Bench(Source(a=LIGHT))

    async def story() -> None:
        bench.switch.offer("a")
        await bench.switch.settled()
        assert len(bench.source.open) == 1

    play(bench, story)
    assert bench.of(ModelSwapped) == []


def test_only_the_last_of_several_wishes_is_taken() -> None:
    bench = Bench(Source(a=LIGHT, b=LIGHT, c=LIGHT))

    async def story() -> None:
        bench.switch.turn_began()
        for name in ("b", "c"):
            bench.switch.offer(name)
            await bench.switch.settled()
        bench.switch.turn_ended()
        await bench.switch.settled()
        assert bench.name == "c"
        assert sorted(slm.name for slm in bench.source.open) == ["a", "c"]

    play(bench, story)


def test_words_that_were_foreseen_are_not_asked_twice() -> None:
    bench = Bench(Source(a=LIGHT))

    async def story() -> None:
        assert await bench.switch.foresee(DARK, until=now() + 1) is None, (
            "not yet quick"
        )
        await bench.turn()
        assert bench.switch.quick
        ahead = await bench.switch.foresee("and now", until=now() + 1)
        assert ahead is not None
        found = await bench.switch.ask("and now", turn=9, until=now() + 1)
        assert found is not None and found.guess is ahead.guess
        assert bench.source.open[0].asked == [DARK, "and now"]

    play(bench, story)


@given(st.integers(0, 2**32), st.sampled_from([Pace.VIRTUAL]))
def test_twenty_swaps_under_load_fail_no_turn(seed: int, pace: Pace) -> None:
    chance = random.Random(seed)
    known = {"a": LIGHT, "b": LIGHT, "c": LIGHT, "bad": BROKEN}
    bench = Bench(Source(**known), slm=chance.uniform(0.001, 0.1), load=0.3)
    failed: list[Opinion | None] = []

    async def load() -> None:
        while True:
            found = await bench.turn()
            if found is None or found.guess is None:
                failed.append(found)
            await asyncio.sleep(chance.uniform(0, 0.2))

    async def story() -> None:
        busy = asyncio.create_task(load())
        for _ in range(20):
            bench.switch.offer(chance.choice(["a", "b", "c", "bad"]))
            await asyncio.sleep(chance.uniform(0, 1.0))
        await asyncio.sleep(3)
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)
        await bench.switch.settled()
        # What is still open is in use: nothing has leaked.
        assert bench.source.open == [bench.switch.current]

    play(bench, story)
    assert failed == [] and bench.source.open == []


def test_threads_too_swap_without_a_failed_turn() -> None:
    source = Source(a=LIGHT, b=LIGHT)
    bench = Bench(source)
    bench.compute = Compute(Pace.REALTIME)
    bench.switch = ModelSwitch(
        source, bench.compute, bench.events.append, current=source.open[0]
    )

    async def story() -> None:
        for number in range(20):
            bench.switch.offer("ab"[number % 2])
            for _ in range(3):
                found = await bench.turn(seconds=10)
                assert found is not None and found.guess is not None
            await bench.switch.settled()
        for _ in range(2):
            await bench.turn(seconds=10)
        await bench.switch.settled()
        assert len(source.open) == 1

    async def main() -> None:
        await story()
        await bench.switch.close()
        bench.compute.close()

    run(main())


def test_a_late_model_is_made_once_however_many_wait_for_it() -> None:
    source = Source(a=LIGHT)
    bench = Bench(source)
    bench.compute = Compute(Pace.REALTIME)
    made = []

    def make() -> tuple[Slm | None, Degraded | None]:
        made.append(source.open[0] if made else source.load("a"))
        return made[-1], Degraded(what="a notice", why="")

    bench.switch = ModelSwitch(
        source, bench.compute, bench.events.append, late=LateModel(make, bench.compute)
    )

    async def main() -> None:
        assert bench.switch.arriving
        turns = (bench.switch.ask(DARK, turn=n, until=now() + 9) for n in (1, 2))
        found = await asyncio.gather(bench.switch.open(), *turns)
        assert all(one is not None and one.guess is not None for one in found[1:])
        assert not bench.switch.arriving
        await bench.switch.close()
        bench.compute.close()

    run(main())
    assert sum(isinstance(event, Degraded) for event in bench.events) == 1
