"""What answers cost: reserved before, settled after, capped, and never made up.

A cancelled or hedged attempt is charged for what it is known to have used, else for all
that was reserved. A price that is not known stays unknown, in the books too. Caps are
held by the transaction that sets money aside: two legs, or two programs on one folder,
cannot both have the last of it.

Everything here blocks; `Till` keeps it off the loop.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock

import msgspec

from voiceagent.clock import wall
from voiceagent.errors import VoiceAgentError
from voiceagent.routing.config import CostConfig
from voiceagent.routing.prices import (
    LETTERS_A_TOKEN,
    PriceTable,
    Use,
    answer_use,
)
from voiceagent.routing.usage import Told, believed
from voiceagent.store.book import Book, BookTrouble
from voiceagent.store.database import DatabaseFile

__all__ = ["Entry", "Meter", "OverCap", "Reservation"]

MICRO = 1_000_000
SCHEMA = 1
TABLE = """
CREATE TABLE IF NOT EXISTS spent (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, day TEXT NOT NULL, leg TEXT NOT NULL,
    model TEXT NOT NULL, turn INTEGER NOT NULL, outcome TEXT NOT NULL,
    input_tokens INTEGER, output_tokens INTEGER, audio_seconds REAL NOT NULL,
    micro INTEGER, settled INTEGER NOT NULL);
"""
WHAT = "costs"
LOCAL = "device"
IDS = 62
"""Bits of the number of a line: whoever writes it knows it before it is written."""
INSERT = (
    "INSERT INTO spent (id, at, day, leg, model, turn, outcome, input_tokens, "
    "output_tokens, audio_seconds, micro, settled) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
SETTLE = (
    "UPDATE spent SET outcome = ?, input_tokens = ?, output_tokens = ?, "
    "micro = ?, settled = 1 WHERE id = ?"
)
SUM = "SELECT COALESCE(SUM(micro), 0) FROM spent WHERE day LIKE ? || '%'"


class OverCap(VoiceAgentError):
    """An attempt would cost more than is allowed."""

    code = "over-cap"


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money set aside for one attempt."""

    row: int
    """0: it costs nothing and stands in no book."""
    model: str
    turn: int
    micro: int | None
    """None: unknown."""
    estimate: Use
    letters: int
    """That went."""
    began: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the books."""

    day: str
    leg: str
    model: str
    outcome: str
    micro: int | None
    input_tokens: int | None
    output_tokens: int | None
    audio_seconds: float


@dataclass(frozen=True, slots=True)
class Charged:
    """What an attempt came to."""

    outcome: str
    use: Use
    micro: int | None


class Meter:
    """The books of one device; the file is opened when it is first needed."""

    def __init__(
        self,
        prices: PriceTable | None = None,
        caps: CostConfig | None = None,
        path: Path | None = None,
        *,
        clock: Callable[[], datetime] = wall,
    ) -> None:
        """`path`: the SQLite file; None keeps the books in memory (replay). `clock`:
        the date of a line."""
        self.prices = prices or PriceTable()
        self._caps, self._path, self._clock = caps or CostConfig(), path, clock
        self._lock = RLock()
        self._opened: Book | None = None
        self._turn = 0, dict[int, int]()
        """The last turn, and what its attempts come to, by line."""

    @property
    def currency(self) -> str:
        """Of all sums."""
        return self.prices.currency

    @property
    def capped(self) -> bool:
        """Whether there is any limit."""
        caps = self._caps
        return not all(
            cap is None for cap in (caps.per_turn, caps.per_day, caps.per_month)
        )

    def expected(self, model: str, letters: int) -> float | None:
        """What an answer will cost, about; None: unknown."""
        micro = self.prices.expected(model, letters, self._clock().date())
        return None if micro is None else micro / MICRO

    def over(self, model: str, letters: int) -> str:
        """The cap that an answer would break, in words; empty: none.

        With a cap set, a price that is not known is over it.
        """
        if not self.capped:
            return ""
        now = self._clock()
        micro = self.prices.expected(model, letters, now.date())
        return self._over(micro, 0, now, self.spent)

    def spent(self, day: str) -> int:
        """Millionths spent or set aside on a day (`2026-01-05`) or in a month."""
        return int(self._book.read(SUM, (day,))[0][0])

    def reserve(
        self, leg: str, model: str, turn: int, letters: int, audio_seconds: float
    ) -> Reservation:
        """Set aside what an attempt may cost. Raises `OverCap`, and `StoreError` where
        that cannot be kept on the disk."""
        began = self._clock()
        use = answer_use(letters // LETTERS_A_TOKEN + 1, audio_seconds)
        micro = self.prices.cost(model, use, began.date())
        row = secrets.randbits(IDS) + 1
        held = Reservation(row, model, turn, micro, use, letters, began)
        if micro == 0 and not self.capped:
            self._note(held, leg)
            return held
        with self._lock:
            self._book.transact(lambda db: self._set_aside(db, held, leg))
            self._of_turn(turn)[row] = micro or 0
        return held

    def settled(
        self, held: Reservation, outcome: str, *, told: Told, heard: int = 0
    ) -> Charged:
        """What an attempt used; `told`: tokens in and out as whoever made the answer
        counted them; `heard`: letters that came. Pure but for the clock."""
        now = self._clock()
        # A clock that was set back meanwhile gives no money back.
        busy = max(0.0, (now - held.began).total_seconds())
        use = believed(held.estimate, told, said=held.letters, heard=heard)
        use = msgspec.structs.replace(use, busy_seconds=busy)
        counted = self.prices.cost(held.model, use, now.date())
        return Charged(outcome, use, held.micro if counted is None else counted)

    def book(self, held: Reservation, settled: Charged) -> None:
        """Write down what an attempt used."""
        use, micro = settled.use, settled.micro
        values = (settled.outcome, use.input_tokens, use.output_tokens, micro, held.row)
        with self._lock:
            if held.row in self._of_turn(held.turn):
                self._of_turn(held.turn)[held.row] = micro or 0
            self._book.write((SETTLE, values))

    def settle(
        self, held: Reservation, outcome: str, *, told: Told, heard: int = 0
    ) -> float | None:
        """Both; gives the price, None: unknown."""
        settled = self.settled(held, outcome, told=told, heard=heard)
        self.book(held, settled)
        return None if settled.micro is None else settled.micro / MICRO

    def release(self, held: Reservation) -> None:
        """Nothing was asked: the money is free again."""
        self.book(held, Charged("not sent", Use(input_tokens=0, output_tokens=0), 0))

    def answered_here(self, turn: int, letters: int) -> None:
        """A turn that cost nothing: for the comparison with the cloud."""
        use = answer_use(letters // LETTERS_A_TOKEN + 1)
        row = secrets.randbits(IDS) + 1
        held = Reservation(row, LOCAL, turn, 0, use, letters, self._clock())
        self._note(held, LOCAL, "answered")

    def entries(self) -> Iterator[Entry]:
        """All lines, oldest first."""
        sql = (
            "SELECT day, leg, model, outcome, micro, input_tokens, output_tokens, "
            "audio_seconds FROM spent ORDER BY at, rowid"
        )
        yield from (Entry(*row) for row in self._book.read(sql))

    def troubles(self, tell: Callable[[BookTrouble], None]) -> list[BookTrouble]:
        """What is wrong with the file; `tell` hears of what comes, from any thread."""
        return self._book.troubles(tell)

    def close(self) -> None:
        """Close the file, if there is one that was opened."""
        with self._lock:
            if self._opened is not None and self._path is not None:
                self._opened.close()

    @property
    def _book(self) -> Book:
        with self._lock:
            if self._opened is None:
                file = DatabaseFile(self._path, TABLE, SCHEMA, "store.folder")
                self._opened = Book(file, WHAT)
            return self._opened

    def _of_turn(self, turn: int) -> dict[int, int]:
        """What the attempts of a turn come to. Turns come one after the other."""
        if turn != self._turn[0]:
            self._turn = turn, {}
        return self._turn[1]

    def _set_aside(self, db: sqlite3.Connection, held: Reservation, leg: str) -> None:
        def spent(day: str) -> int:
            return int(db.execute(SUM, (day,)).fetchone()[0])

        if self.capped:
            before = sum(self._of_turn(held.turn).values())
            why = self._over(held.micro, before, held.began, spent)
            if why:
                raise OverCap(why)
        db.execute(*_line(held, leg, "reserved"))

    def _note(self, held: Reservation, leg: str, outcome: str = "reserved") -> None:
        """A line that no money hangs on."""
        self._book.write(_line(held, leg, outcome))

    def _over(
        self,
        micro: int | None,
        in_turn: int,
        now: datetime,
        spent: Callable[[str], int],
    ) -> str:
        if micro is None:
            return "its price is unknown, and there is a cap"
        caps = self._caps
        limits: tuple[tuple[str, float | None, Callable[[], int]], ...] = (
            ("turn", caps.per_turn, lambda: in_turn),
            ("day", caps.per_day, lambda: spent(now.date().isoformat())),
            ("month", caps.per_month, lambda: spent(f"{now:%Y-%m}")),
        )
        for name, cap, before in limits:
            if cap is not None and before() + micro > round(cap * MICRO):
                return f"over the cap of {cap:g} {self.currency} a {name}"
        return ""


def _line(
    held: Reservation, leg: str, outcome: str
) -> tuple[str, tuple[str | int | float | None, ...]]:
    """SQL that writes it, and its values."""
    use, at = held.estimate, held.began
    return INSERT, (
        *(held.row, at.isoformat(), at.date().isoformat(), leg, held.model, held.turn),
        *(outcome, use.input_tokens, use.output_tokens, use.audio_seconds, held.micro),
        int(outcome != "reserved"),
    )
