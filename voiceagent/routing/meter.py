"""What answers cost: reserved before, settled after, capped, and never made up.

A cancelled or hedged attempt is charged for what it is known to have used, else for all
that was reserved. A price that is not known stays unknown, in the books too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from voiceagent.clock import wall
from voiceagent.errors import StoreError
from voiceagent.routing.config import CostConfig
from voiceagent.routing.prices import (
    LETTERS_A_TOKEN,
    PriceTable,
    Use,
    answer_use,
)

__all__ = ["Entry", "Meter", "Reservation"]

MICRO = 1_000_000
TABLE = """
CREATE TABLE IF NOT EXISTS spent (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, day TEXT NOT NULL, leg TEXT NOT NULL,
    model TEXT NOT NULL, turn INTEGER NOT NULL, outcome TEXT NOT NULL,
    input_tokens INTEGER, output_tokens INTEGER, audio_seconds REAL NOT NULL,
    micro INTEGER, settled INTEGER NOT NULL)
"""
LOCAL = "device"


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money set aside for one attempt."""

    row: int
    model: str
    micro: int | None
    """None: unknown."""
    audio_seconds: float
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


class Meter:
    """The books of one device."""

    def __init__(
        self,
        prices: PriceTable | None = None,
        caps: CostConfig | None = None,
        path: Path | None = None,
    ) -> None:
        """`path`: the SQLite file; None keeps the books in memory (replay)."""
        self.prices = prices or PriceTable()
        self._caps, self._path, self._lock = caps or CostConfig(), path, Lock()
        with self._told("opened"):
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA busy_timeout = 2000")
            self._db.execute(TABLE)

    @property
    def currency(self) -> str:
        """Of all sums."""
        return self.prices.currency

    def expected(self, model: str, letters: int) -> float | None:
        """What an answer will cost, about; None: unknown."""
        micro = self.prices.expected(model, letters, wall().date())
        return None if micro is None else micro / MICRO

    def over(self, model: str, letters: int) -> str:
        """The cap that an answer would break, in words; empty: none.

        With a cap set, a price that is not known is over it.
        """
        caps = self._caps
        limits = (
            ("turn", caps.per_turn, "-"),
            ("day", caps.per_day, wall().date().isoformat()),
            ("month", caps.per_month, f"{wall():%Y-%m}"),
        )
        if all(cap is None for _, cap, _ in limits):
            return ""
        micro = self.prices.expected(model, letters, wall().date())
        if micro is None:
            return "its price is unknown, and there is a cap"
        for name, cap, during in limits:
            if cap is not None and self.spent(during) + micro > round(cap * MICRO):
                return f"over the cap of {cap:g} {self.currency} a {name}"
        return ""

    def spent(self, day: str) -> int:
        """Millionths spent or set aside on a day (`2026-01-05`) or in a month."""
        sql = "SELECT COALESCE(SUM(micro), 0) FROM spent WHERE day LIKE ? || '%'"
        with self._told("read"), self._lock:
            return int(self._db.execute(sql, (day,)).fetchone()[0])

    def reserve(
        self, leg: str, model: str, turn: int, letters: int, audio_seconds: float
    ) -> Reservation:
        """Set aside what an attempt may cost."""
        began = wall()
        use = answer_use(letters // LETTERS_A_TOKEN + 1, audio_seconds)
        micro = self.prices.cost(model, use, began.date())
        row = self._insert(leg, model, turn, "reserved", use, micro, settled=False)
        return Reservation(row, model, micro, audio_seconds, began)

    def settle(
        self, held: Reservation, outcome: str, *, told: tuple[int | None, int | None]
    ) -> float | None:
        """Book what an attempt used; `told`: tokens in and out as the model counted
        them. Gives the price; None: unknown."""
        now = wall()
        use = Use(
            input_tokens=told[0],
            output_tokens=told[1],
            audio_seconds=held.audio_seconds,
            # A clock that was set back meanwhile gives no money back.
            busy_seconds=max(0.0, (now - held.began).total_seconds()),
        )
        counted = self.prices.cost(held.model, use, now.date())
        micro = held.micro if counted is None else counted
        sql = (
            "UPDATE spent SET outcome = ?, input_tokens = ?, output_tokens = ?, "
            "micro = ?, settled = 1 WHERE id = ?"
        )
        with self._told("written"), self._lock:
            self._db.execute(sql, (outcome, *told, micro, held.row))
        return None if micro is None else micro / MICRO

    def answered_here(self, turn: int, letters: int) -> None:
        """A turn that cost nothing: for the comparison with the cloud."""
        use = answer_use(letters // LETTERS_A_TOKEN + 1)
        self._insert(LOCAL, LOCAL, turn, "answered", use, 0, settled=True)

    def entries(self) -> Iterator[Entry]:
        """All lines, oldest first."""
        sql = (
            "SELECT day, leg, model, outcome, micro, input_tokens, output_tokens, "
            "audio_seconds FROM spent ORDER BY id"
        )
        with self._told("read"), self._lock:
            rows = self._db.execute(sql).fetchall()
        yield from (Entry(*row) for row in rows)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _insert(
        self,
        leg: str,
        model: str,
        turn: int,
        outcome: str,
        use: Use,
        micro: int | None,
        *,
        settled: bool,
    ) -> int:
        at = wall()
        values = (
            *(at.isoformat(), at.date().isoformat(), leg, model, turn, outcome),
            *(use.input_tokens, use.output_tokens, use.audio_seconds, micro, settled),
        )
        sql = (
            "INSERT INTO spent (at, day, leg, model, turn, outcome, input_tokens, "
            "output_tokens, audio_seconds, micro, settled) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        with self._told("written"), self._lock:
            return self._db.execute(sql, values).lastrowid or 0

    def _told(self, verb: str) -> _Told:
        return _Told(self._path, verb)


class _Told:
    """Turns errors of the database into ones that say what to do."""

    def __init__(self, path: Path | None, verb: str) -> None:
        self._place, self._verb = str(path) if path else "the books in memory", verb

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, sqlite3.Error | OSError):
            raise StoreError(
                f"the cost ledger `{self._place}` could not be {self._verb}",
                cause=str(error),
                hint="look at the rights and the disk, or set `store.folder`",
            ) from error
