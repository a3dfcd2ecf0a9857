"""Assertions about one turn that read as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceagent.replay.replay import Replay
    from voiceagent.trace.trace import Record
    from voiceagent.trace.turn_rows import TurnRow

__all__ = ["Turn", "timeline"]


class Turn:
    """A turn with assertions that read as sentences.

    `Turn(row).understood("light.turn_on").within(ms=700).on("device")`
    """

    def __init__(self, row: TurnRow, records: Sequence[Record] = ()) -> None:
        """`records`: of its replay; a failure shows those of the turn."""
        self.row, self._records = row, records

    def heard(self, text: str) -> Turn:
        """The final words are `text`."""
        self._hold(self.row.transcript == text, f"heard {text!r}")
        return self

    def understood(self, name: str, /, **slots: object) -> Turn:
        """It means `name`, with exactly these slots where some are given."""
        intent = self.row.intent
        found = intent is not None and intent.name == name
        self._hold(found, f"understood `{name}`")
        if slots:
            same = intent is not None and intent.slots == slots
            self._hold(same, f"understood `{name}` with {slots}")
        return self

    def on(self, tier: str) -> Turn:
        """That tier answered."""
        self._hold(self.row.tier == tier, f"answered on `{tier}`")
        return self

    def within(self, *, ms: float) -> Turn:
        """The first sample of the reply came in time."""
        took = self.row.response_ms
        self._hold(took is not None and took <= ms, f"answered within {ms:g} ms")
        return self

    def said(self, part: str) -> Turn:
        """The reply holds `part`, in any case."""
        self._hold(part.lower() in self.row.reply.lower(), f"said {part!r}")
        return self

    def _hold(self, held: bool, wanted: str) -> None:
        __tracebackhide__ = True
        if not held:
            lines = [f"turn {self.row.turn}: not {wanted}", *self._saw()]
            raise AssertionError("\n".join(lines))

    def _saw(self) -> list[str]:
        row = self.row
        meant = f"`{row.intent.name}` {row.intent.slots}" if row.intent else "nothing"
        took = f"{row.response_ms:.0f} ms" if row.response_ms is not None else "never"
        lines = [
            f"  in          {row.file}",
            f"  heard       {row.transcript!r}",
            f"  understood  {meant}",
            f"  said        {row.reply!r}",
            f"  answered    {took}, on `{row.tier}`",
        ]
        return lines + _lines(self._records, row.turn)


def timeline(one: Replay) -> list[str]:
    """The events of a replay, one a line."""
    from voiceagent.trace.event_lines import event_line

    return [event_line(at, event) for at, event in one.records]


def _lines(records: Sequence[Record], turn: int) -> list[str]:
    from voiceagent.trace.event_lines import event_line, without_echoes
    from voiceagent.trace.turn_rows import own_records

    own = without_echoes(own_records(records, turn))
    return [event_line(at, event) for at, event in own]
