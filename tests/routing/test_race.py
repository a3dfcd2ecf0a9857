"""The race: the first acceptable answer wins, and the losers are gone at once."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.clock import now, run
from voiceagent.errors import RemoteFailed
from voiceagent.routing.plan import NEVER
from voiceagent.routing.race import Attempt, Declined, Leg, Won, race

pytestmark = pytest.mark.property
Runner = Callable[[], AsyncIterator[str]]


class Runners:
    """Legs that remember when they were started and stopped."""

    def __init__(self) -> None:
        self.started: dict[str, float] = {}
        self.closed: dict[str, float] = {}
        self.notes: list[Attempt] = []

    def leg(self, name: str, seconds: float, end: str = "words") -> Leg[str]:
        async def open_() -> AsyncIterator[str]:
            self.started[name] = now()
            try:
                await asyncio.sleep(seconds)
                if end == "fails":
                    raise RemoteFailed(f"{name} broke")
                if end == "declines":
                    raise Declined(f"{name} does not know")
                if end == "empty":
                    return
                for number in range(3):
                    yield f"{name} {number}"
                    await asyncio.sleep(0.1)
            finally:
                self.closed[name] = now()

        return Leg(name, open_)

    def race(self, *legs: Leg[str], after: float = NEVER) -> tuple[str, list[str]]:
        """Who won and all its words."""

        async def main() -> tuple[str, list[str]]:
            won = await race(legs, after=after, note=self.notes.append)
            if won is None:
                return "", []
            return won.leg, [won.first, *[item async for item in won.rest]]

        return run(main(), virtual=True)


ends = st.sampled_from(["words", "fails", "declines", "empty"])
runs = st.lists(st.tuples(st.floats(0.01, 3.0), ends), min_size=1, max_size=3)


@given(runs, st.floats(0.0, 2.0) | st.just(NEVER))
def test_every_race_has_a_winner_if_anybody_has_words(
    legs: list[tuple[float, str]], after: float
) -> None:
    runners = Runners()
    made = [runners.leg(f"leg{i}", *one) for i, one in enumerate(legs)]
    winner, words = runners.race(*made, after=after)
    able = [f"leg{i}" for i, (_, end) in enumerate(legs) if end == "words"]
    assert (winner in able) if able else not winner
    assert words == ([f"{winner} {i}" for i in range(3)] if winner else [])
    assert runners.started.keys() == runners.closed.keys()
    outcomes = {note.leg: note.outcome for note in runners.notes}
    assert outcomes.keys() == runners.started.keys()
    assert list(outcomes.values()).count("won") == bool(winner)


def test_the_second_starts_when_the_first_is_slow_and_the_loser_stops_at_once() -> None:
    runners = Runners()
    slow, quick = runners.leg("slow", 2.0), runners.leg("quick", 0.2)
    assert runners.race(slow, quick, after=0.25)[0] == "quick"
    assert runners.started == {"slow": 0.0, "quick": 0.25}
    assert runners.closed["slow"] == pytest.approx(0.45, abs=1e-6)
    assert [(n.leg, n.outcome) for n in runners.notes] == [
        ("slow", "cancelled"),
        ("quick", "won"),
    ]


def test_the_second_does_not_start_when_the_first_is_in_time() -> None:
    runners = Runners()
    runners.race(runners.leg("a", 0.2), runners.leg("b", 0.2), after=0.25)
    assert list(runners.started) == ["a"]


def test_a_failure_lets_the_next_one_start_at_once() -> None:
    runners = Runners()
    legs = runners.leg("a", 0.1, "fails"), runners.leg("b", 0.1, "declines")
    assert runners.race(*legs, runners.leg("c", 0.1))[0] == "c"
    assert [round(at, 3) for at in runners.started.values()] == [0.0, 0.1, 0.2]
    assert [n.why for n in runners.notes[:2]] == ["a broke", "b does not know"]


def test_a_cancelled_race_stops_everybody() -> None:
    runners = Runners()

    async def main() -> None:
        legs = [runners.leg("a", 5.0), runners.leg("b", 5.0)]
        running = asyncio.create_task(race(legs, after=0.1, note=runners.notes.append))
        await asyncio.sleep(1.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run(main(), virtual=True)
    assert runners.closed == {"a": 1.0, "b": 1.0}
    assert [note.outcome for note in runners.notes] == ["given up", "given up"]


def test_a_winner_that_is_not_listened_to_any_more_is_cancelled() -> None:
    runners = Runners()

    async def main() -> None:
        won = await race([runners.leg("a", 0.1)], after=NEVER)
        assert isinstance(won, Won)
        await won.rest.aclose()  # type: ignore[attr-defined]

    run(main(), virtual=True)
    assert runners.closed["a"] == pytest.approx(0.1, abs=1e-6)


def test_a_winner_that_breaks_off_says_so_after_what_it_gave() -> None:
    async def breaks() -> AsyncIterator[str]:
        yield "one"
        raise RemoteFailed("broken off")

    async def main() -> list[str]:
        won = await race([Leg("a", breaks)], after=NEVER)
        assert won is not None
        words = [won.first]
        with pytest.raises(RemoteFailed, match="broken off"):
            words += [item async for item in won.rest]
        return words

    assert run(main(), virtual=True) == ["one"]


def test_a_bug_in_a_leg_is_not_hidden() -> None:
    async def wrong() -> AsyncIterator[str]:
        raise ZeroDivisionError
        yield ""

    async def main() -> None:
        await race([Leg("a", wrong)], after=NEVER)

    with pytest.raises(ZeroDivisionError):
        run(main(), virtual=True)
