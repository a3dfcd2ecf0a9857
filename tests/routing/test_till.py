"""Costs that cannot be talked down: by figures of strangers, by two who take the last
of it at once, or by a ledger that fails."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from agents import Stage
from hypothesis import given
from hypothesis import strategies as st

from tests.routing.test_escalation import COMMAND, HARD
from voiceagent.clock import Compute, Pace, now, run
from voiceagent.deadline import Deadline
from voiceagent.errors import StoreError
from voiceagent.nlu.decision import DecisionStep, Route
from voiceagent.nlu.reading import Reading
from voiceagent.privacy.payload import Payload
from voiceagent.realtime.turn import answered
from voiceagent.routing.config import CostConfig
from voiceagent.routing.handover import Handover, WhyNot
from voiceagent.routing.meter import Meter, OverCap
from voiceagent.routing.prices import Price, PriceTable
from voiceagent.routing.race import Declined
from voiceagent.routing.remote import Answered, AnswerWords, Envelope, Piece
from voiceagent.routing.simulated_remote import Profile, SimulatedRemote
from voiceagent.routing.till import Till
from voiceagent.routing.usage import MOST_INPUT, MOST_OUTPUT
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import Degraded, Escalated
from voiceagent.trace.trace import Trace

pytestmark = pytest.mark.fault
DAY = date(2026, 1, 5)
PRICED = PriceTable(
    price=[
        Price(
            model="voiceagent",
            valid_from=DAY,
            input_per_million=100.0,
            output_per_million=1000.0,
        )
    ]
)
HOSTILE: dict[str, Any] = {
    "a loss": -1_000_000_000,
    "less than nothing": -1,
    "beyond all": 10**25,
    "beyond a conversation": 10**9,
    "a float": 12.5,
    "no number": float("nan"),
    "infinite": float("inf"),
    "minus infinite": float("-inf"),
    "minus nothing": -0.0,
    "words": "5",
    "words below": "-5",
    "true": True,
    "false": False,
    "none": None,
    "a list": [5],
    "an object": {"tokens": 5},
    "empty words": "",
    "nothing": 0,
    "one": 1,
    "largest of a register": 2**63,
    "smallest of a register": -(2**63),
}
"""What a remote may say that it used."""


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("side", ["in", "out", "both"])
def test_figures_of_strangers_move_no_cap(kind: str, side: str) -> None:
    told = HOSTILE[kind]
    pair = (told if side != "out" else 40, told if side != "in" else 40)
    meter = Meter(PRICED, CostConfig(per_day=1.0))
    held = meter.reserve("region", "voiceagent", 1, 400, 0.0)
    assert held.micro is not None and held.micro > 0
    meter.settle(held, "answered", told=pair, heard=200)
    booked = meter.spent("")
    assert 0 < booked <= held.micro
    least = meter.prices.price[0].of(
        answered_use(400 // 10, 200 // 10)  # what the words alone come to
    )
    assert booked >= (least or 0) * 0.99
    meter.close()


def answered_use(given: int, made: int) -> Any:
    from voiceagent.routing.prices import Use

    return Use(input_tokens=given, output_tokens=made)


FIGURES = st.one_of(
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
)


@given(FIGURES, FIGURES, st.integers(0, 5000), st.integers(0, 4000))
def test_what_is_booked_has_bounds(
    given: object, made: object, said: int, heard: int
) -> None:
    meter = Meter(PRICED)
    held = meter.reserve("region", "voiceagent", 1, said, 0.0)
    settled = meter.settled(held, "answered", told=(given, made), heard=heard)
    use = settled.use
    assert use.input_tokens is not None and use.output_tokens is not None
    assert 0 <= use.input_tokens <= max(MOST_INPUT, said)
    assert 6 <= use.output_tokens <= max(MOST_OUTPUT, heard)
    assert settled.micro is not None and settled.micro > 0


@given(FIGURES, FIGURES)
def test_the_wire_gives_whole_numbers_or_none(given: object, made: object) -> None:
    usage = {"total_tokens": 5, "input_tokens": given, "output_tokens": made}
    for told in ({"usage": usage}, {"usage": given}, {}):
        facts = answered(dict(told))
        for count in (facts.input_tokens, facts.output_tokens):
            assert count is None or (type(count) is int and 0 <= count <= MOST_INPUT)


class Lying(SimulatedRemote):
    """Answers, and then says what it pleases of the tokens."""

    def __init__(self, told: object) -> None:
        super().__init__(Profile())
        self.told: Any = told

    async def ask(
        self, payload: Payload, envelope: Envelope
    ) -> AsyncGenerator[Piece, None]:
        """The words, then the figures."""
        self.calls += 1
        yield AnswerWords("A seal. ")
        yield Answered(input_tokens=self.told, output_tokens=self.told)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_cap_holds_whatever_a_remote_says(kind: str) -> None:
    far = Lying(HOSTILE[kind])
    meter = Meter(PRICED, CostConfig(per_day=0.13))  # an answer costs 0.06, or less
    made = Stage(says=[HARD], remotes=[far], meter=meter)

    async def device() -> Reading:
        return Reading(Route("none", "no idea", DecisionStep.HAND_OVER))

    async def main() -> list[WhyNot]:
        trace, found = Trace(), []
        escalation = made._escalation(trace, Compute(Pace.VIRTUAL))
        assert escalation is not None
        for number in range(40):
            handed = Handover(
                turn=number,
                recognition=Recognition(HARD, 1.0, True),
                deadline=Deadline(now() + 0.8),
            )
            answer = await escalation.answer(handed, device)
            found.append(answer.why_not)
            if answer.more is not None:
                async for _ in answer.more:
                    pass
        await escalation.close()
        return found

    found = run(main(), virtual=True)
    assert found[0] is WhyNot.ANSWERED and found[-1] is WhyNot.DEAR
    assert far.calls < 40 and meter.spent("") <= 130_000


def test_two_legs_cannot_both_have_the_last_of_it() -> None:
    slow = SimulatedRemote(Profile(first=3.0), name="region")
    other = SimulatedRemote(Profile(first=3.0), name="backup")
    meter = Meter(PRICED, CostConfig(per_turn=0.1))  # one answer costs 0.06
    play = Stage(says=[HARD], remotes=[slow, other], meter=meter)
    play.play(*COMMAND)
    assert (slow.calls, other.calls) == (1, 0)
    assert meter.spent("") <= 100_000
    assert len(play.events(Escalated)) == 1, "nothing is said to leave that did not"


TAKER = """
import sys
from datetime import date
from pathlib import Path
from voiceagent.routing.config import CostConfig
from voiceagent.routing.meter import Meter, OverCap
from voiceagent.routing.prices import Price, PriceTable
price = Price(model="m", valid_from=date(2026, 1, 5), per_answer=0.01)
meter = Meter(PriceTable(price=[price]), CostConfig(per_day=0.2), Path(sys.argv[1]))
taken = 0
for turn in range(30):
    try:
        held = meter.reserve("region", "m", turn, 40, 0.0)
    except OverCap:
        break
    taken += 1
    meter.settle(held, "answered", told=(-5, -5))
print(taken)
"""


def test_programs_on_one_folder_keep_one_cap(tmp_path: Path) -> None:
    place = str(tmp_path / "cost.sqlite")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, place], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    taken = [int(one.communicate()[0]) for one in running]
    assert sum(taken) == 20, taken


def test_what_is_not_sent_costs_nothing() -> None:
    meter = Meter(PRICED, CostConfig(per_day=1.0))
    held = meter.reserve("region", "voiceagent", 1, 40, 0.0)
    assert meter.spent("") == held.micro
    meter.release(held)
    assert meter.spent("") == 0


class NoReceipts:
    """A disk that is full."""

    def add(self, receipt: object) -> Any:
        """Never."""
        raise StoreError("receipts could not be written", cause="No space left")


def test_without_a_receipt_no_money_is_spent() -> None:
    far = SimulatedRemote(Profile())
    meter = Meter(PRICED)
    play = Stage(says=[HARD], remotes=[far], meter=meter)
    play.receipts = NoReceipts()  # type: ignore[assignment]
    (row,) = play.play(*COMMAND)
    assert far.calls == 0 and "No space left" in row.reason
    assert meter.spent("") == 0 and not play.events(Escalated)


def held_by_another(place: Path) -> sqlite3.Connection:
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


Act = Callable[[Till], Awaitable[object]]


def through(meter: Meter, act: Act) -> tuple[object, list[Degraded]]:
    """What an act at the till comes to, and what is announced."""
    said: list[Any] = []

    async def main() -> object:
        till = Till(meter, Compute(Pace.REALTIME), said.append)
        try:
            return await act(till)
        except Declined as error:
            return str(error)
        finally:
            await till.close()
            await asyncio.sleep(0)

    found = run(main())
    return found, [event for event in said if isinstance(event, Degraded)]


async def pay(till: Till) -> object:
    return await till.reserve("region", "voiceagent", 1, 40, 0.0)


async def turn(till: Till) -> object:
    for number in range(3):
        till.answered_here(number, 40)
    return "answered"


@pytest.mark.parametrize("fault", ["locked", "folder", "garbage", "read-only name"])
def test_a_ledger_that_fails_holds_up_paid_acts_alone(
    tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiceagent.store.database.BUSY", 0.05)
    place = tmp_path / "cost.sqlite"
    other = None
    if fault == "locked":
        Meter(PRICED, path=place).spent("")
        other = held_by_another(place)
    elif fault == "folder":
        place.mkdir()
    elif fault == "garbage":
        place.write_bytes(b"no database at all" * 500)
    else:
        place = tmp_path / "file" / "cost.sqlite"
        (tmp_path / "file").write_text("no folder")
    meter = Meter(PRICED, CostConfig(per_day=1.0), path=place)
    found, said = through(meter, turn)
    assert found == "answered" and len(said) == 1, "said once"
    paid, said = through(Meter(PRICED, CostConfig(per_day=1.0), path=place), pay)
    if fault == "garbage":
        assert not isinstance(paid, str), "moved aside, and begun anew"
    else:
        assert isinstance(paid, str) and "the cost ledger cannot be" in paid
    if other is not None:
        other.close()
        paid, _ = through(Meter(PRICED, CostConfig(per_day=1.0), path=place), pay)
        assert not isinstance(paid, str), "it is free again"


def test_what_is_free_does_not_wait_for_the_ledger(tmp_path: Path) -> None:
    place = tmp_path / "cost.sqlite"
    place.mkdir()
    free = PriceTable(price=[Price(model="voiceagent", valid_from=DAY)])
    paid, _ = through(Meter(free, path=place), pay)
    assert not isinstance(paid, str)
    with pytest.raises(StoreError):
        Meter(PRICED, path=place).reserve("region", "voiceagent", 1, 40, 0.0)


def test_an_unknown_price_is_over_every_cap_in_the_transaction_too() -> None:
    meter = Meter(PRICED, CostConfig(per_month=5.0))
    with pytest.raises(OverCap, match="unknown"):
        meter.reserve("cloud", "nobody", 1, 40, 0.0)
