"""What a scenario asked for, held against what came.

Each expected turn is paired with at most one turn that was answered, in order; one that
has none is a failure of its own, whatever else was asked of it. What an expectation
looked at is kept, so that a failure can show the events around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from voiceagent.replay.scenario import Expect, Scenario, ScenarioTurn
from voiceagent.trace.trace import Record
from voiceagent.trace.turn_rows import TurnRow, own_records

__all__ = ["ABOUT", "Check", "check", "paired", "word_errors"]

ABOUT = 3.0
"""Seconds that a turn may begin beside the time that its scenario says: what begins
further away is another turn."""


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation and whether it held."""

    what: str
    ok: bool
    wanted: str = ""
    got: str = ""
    turn: int = 0
    """Which expected turn it is about, from 1; 0: the recording as a whole."""
    row: int = 0
    """The number of the turn that came; 0: none did."""
    at: float | None = None
    """Seconds at which its turn was expected, if that is told."""
    note: str = ""
    """What helps to find out why."""

    @property
    def key(self) -> str:
        """What is looked at: `transcript`, or an event by name."""
        return self.what.rpartition(" ")[2]

    @property
    def forbids(self) -> bool:
        """Whether it is about an event that must not happen."""
        return self.what.split()[-2:-1] == ["no"]

    def __str__(self) -> str:
        if self.ok:
            return f"{self.what}: ok"
        told = f"{self.what}: wanted {self.wanted!r}, got {self.got!r}"
        return f"{told} ({self.note})" if self.note else told


def check(
    scenario: Scenario,
    rows: Sequence[TurnRow],
    records: Sequence[Record],
    *,
    timed: bool,
) -> list[Check]:
    """Every expectation; `timed`: whether latencies are to be looked at."""
    answered = [row for row in rows if row.latency_ms]
    found = paired(scenario.turn, answered)
    checks = [_count(scenario, answered, found)]
    names = {type(record.event).__name__ for record in records}
    checks += _events(scenario.absent, scenario.present, names, Check("", ok=True))
    for number, (turn, row) in enumerate(zip(scenario.turn, found, strict=True), 1):
        if row is None:
            checks.append(_missed(number, turn, rows, answered))
        else:
            checks += _check_turn(number, turn, row, records, timed=timed)
    return checks


def paired(
    turns: Sequence[ScenarioTurn], rows: Sequence[TurnRow]
) -> list[TurnRow | None]:
    """For each expected turn the one that came: in order, each once, and the nearest
    in time where a time is told."""
    # What leaving one out costs: two left out cost as much as a pair at its limit.
    gap = ABOUT / 2
    best = [[(j * gap, "come") for j in range(len(rows) + 1)]]
    for i, turn in enumerate(turns, 1):
        line = [(i * gap, "wanted")]
        for j, row in enumerate(rows, 1):
            pair = best[i - 1][j - 1][0] + _apart(turn, row)
            wanted, come = best[i - 1][j][0] + gap, line[j - 1][0] + gap
            # Where all is equal, the last ones are left out.
            ways = (come, "come"), (wanted, "wanted"), (pair, "pair")
            line.append(min(ways, key=lambda way: way[0]))
        best.append(line)
    return _walk_back(best, rows)


def _walk_back(
    best: Sequence[Sequence[tuple[float, str]]], rows: Sequence[TurnRow]
) -> list[TurnRow | None]:
    i, j = len(best) - 1, len(rows)
    found: list[TurnRow | None] = [None] * i
    while i and j:
        step = best[i][j][1]
        if step == "pair":
            found[i - 1] = rows[j - 1]
        i, j = i - (step != "come"), j - (step != "wanted")
    return found


def _apart(turn: ScenarioTurn, row: TurnRow) -> float:
    if turn.at is None:
        return 0.0
    if row.started is None:
        return float("inf")
    apart = abs(row.started - turn.at)
    return apart if apart <= ABOUT else float("inf")


def _count(
    scenario: Scenario, answered: Sequence[TurnRow], found: Sequence[TurnRow | None]
) -> Check:
    known = {row.turn for row in found if row is not None}
    more = [_came(row) for row in answered if row.turn not in known]
    note = f"not expected: {'; '.join(more)}" if more else ""
    ok = len(scenario.turn) == len(answered) and not more
    wanted, got = str(len(scenario.turn)), str(len(answered))
    return Check("turns", ok, wanted, got, note=note)


def _came(row: TurnRow) -> str:
    begun = f" at {row.started:.2f} s" if row.started is not None else ""
    return f"turn{begun} ({row.transcript or 'no words'!r})"


def _missed(
    number: int,
    turn: ScenarioTurn,
    rows: Sequence[TurnRow],
    answered: Sequence[TurnRow],
) -> Check:
    """That nothing was answered, and what began instead."""
    where = f" at about {turn.at:g} s" if turn.at is not None else ""
    begun = [
        row
        for row in rows
        if row not in answered and (turn.at is None or _apart(turn, row) <= ABOUT)
    ]
    told = [f"{_came(row)} ended with {row.cancelled or 'nothing'}" for row in begun]
    return Check(
        f"turn {number}",
        ok=False,
        wanted=f"a turn{where}",
        got="; ".join(told) or "none",
        turn=number,
        row=begun[0].turn if begun else 0,
        at=turn.at,
    )


def _check_turn(
    number: int,
    turn: ScenarioTurn,
    row: TurnRow,
    records: Sequence[Record],
    *,
    timed: bool,
) -> list[Check]:
    about = Check(f"turn {number}", ok=True, turn=number, row=row.turn, at=turn.at)
    checks = [about]
    if row.failed == "bug":
        checks.append(_same(about, "error", "none", row.failed))
    checks += _answers(turn.expect, row, about, timed=timed)
    seen = {type(event).__name__ for _, event in own_records(records, row.turn)}
    return checks + _events(turn.absent, turn.present, seen, about)


def _answers(
    expect: Expect, row: TurnRow, about: Check, *, timed: bool
) -> Iterator[Check]:
    """What was heard, understood, done and said."""
    intent = row.intent
    if expect.transcript is not None:
        yield _words(expect, row.transcript, about)
    if expect.intent is not None:
        yield _same(about, "intent", expect.intent, intent.name if intent else "none")
    if expect.slots is not None:
        yield _same(about, "slots", expect.slots, intent.slots if intent else {})
    if expect.tier is not None:
        yield _same(about, "tier", expect.tier, row.tier)
    if expect.reply is not None:
        ok = expect.reply.lower() in row.reply.lower()
        yield _part(about, "reply", ok, expect.reply, row.reply)
    if expect.within_ms is not None and timed:
        took = row.response_ms if row.response_ms is not None else float("inf")
        ok = took <= expect.within_ms
        yield _part(about, "within", ok, f"{expect.within_ms}", f"{took}")


def _events(
    absent: Sequence[str], present: Sequence[str], seen: set[str], about: Check
) -> list[Check]:
    no = [_part(about, f"no {n}", n not in seen, "absent", n) for n in absent]
    return no + [_part(about, f"has {n}", n in seen, n, "absent") for n in present]


def _words(expect: Expect, got: str, about: Check) -> Check:
    wanted = expect.transcript or ""
    errors, words = word_errors(wanted, got), len(_plain(wanted))
    ok = errors <= (expect.max_wer or 0.0) * words
    return _part(about, "transcript", ok, wanted, got)


def word_errors(wanted: str, got: str) -> int:
    """The fewest words that have to be changed, left out or added."""
    want, have = _plain(wanted), _plain(got)
    line = list(range(len(have) + 1))
    for i, word in enumerate(want, 1):
        above, line = line, [i]
        for j, other in enumerate(have, 1):
            swap = above[j - 1] + (word != other)
            line.append(min(swap, above[j] + 1, line[j - 1] + 1))
    return line[-1]


def _plain(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’.][^\W_]+)*", text.casefold())


def _same(about: Check, what: str, wanted: object, got: object) -> Check:
    return _part(about, what, wanted == got, str(wanted), str(got))


def _part(about: Check, what: str, ok: bool, wanted: str, got: str) -> Check:
    name = f"{about.what} {what}".strip()
    return replace(about, what=name, ok=ok, wanted=wanted, got=got)
